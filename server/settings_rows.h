/*
 * How rows of the settings table are written, and the tables that they stand in:
 * one for each part of the deployment. A new setting is a member of struct
 * settings and a row in one of them; nothing else knows its name.
 */
#pragma once

#include <stddef.h>

#include "server/settings_check.h"
#include "server/settings_table.h"

/* The rows of one part, in the order of struct settings; the last one has no name. */
extern const struct setting_row settings_rows_deployment[]; /* what it is, and the way to it */
extern const struct setting_row settings_rows_ndes[];       /* mscep.dll and its admin page */
extern const struct setting_row settings_rows_messages[];   /* requests, CertRep, AD CS */
extern const struct setting_row settings_rows_iis[];        /* http.sys and IIS */
extern const struct setting_row settings_rows_intune[];     /* policy module and connector */

/* clang-format off */
#define MEMBER(member, value) \
	.name = #member, .offset = offsetof(struct settings, member), .standard = (value)
#define BOOL(member, value) MEMBER(member, value), .kind = SETTING_BOOL
#define CHOICE(member, value, ...) \
	MEMBER(member, value), .kind = SETTING_CHOICE, \
	.choices = (const char *const[]){__VA_ARGS__, NULL}
#define NUMBER(member, value, low, high, what) \
	MEMBER(member, value), .kind = SETTING_NUMBER, .min = (low), .max = (high), .unit = (what)
#define TEXT(member, value, most) \
	MEMBER(member, value), .kind = SETTING_TEXT, .min = 1, .max = (most)
#define TEXT_OR_NONE(member, most) \
	MEMBER(member, NULL), .kind = SETTING_TEXT, .max = (most)

#define SETUP(place) .effect = EFFECT_SETUP, .real = (place)
#define AT_ONCE(place) .effect = EFFECT_AT_ONCE, .real = (place)
#define MSCEP(value) \
	.effect = EFFECT_POOL_RESTART, \
	.real = "HKLM\\SOFTWARE\\Microsoft\\Cryptography\\MSCEP\\" value
#define HTTP_SYS(value) \
	.effect = EFFECT_REBOOT, \
	.real = "HKLM\\SYSTEM\\CurrentControlSet\\Services\\HTTP\\Parameters\\" value, \
	.source = "KB820129"
#define REQUEST_LIMIT(value) \
	.effect = EFFECT_AT_ONCE, .real = "request filtering " value, .source = "IIS: requestLimits"

#define INSTALLATION "github.com/Sleepw4lker/NDESmanualInstallation"
#define HARDENING    "github.com/richardhicks/ndes"
#define RFC8894      "RFC 8894"
#define CRYPTLIB     "cryptlib: session/scep_cli.c"

#define DEVICE_TO_NDES "Intune: troubleshoot device to NDES"
#define POLICY_MODULE_DOCUMENT "Intune: troubleshoot the NDES policy module"
#define ENTRA          "Entra: bad gateway and timeout of application proxy"

#define UINT32_LIMIT 4294967295
/* clang-format on */
