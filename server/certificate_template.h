/*
 * The certificate templates that the CA offers: stock ones of AD CS, all of
 * version 1, so that a certificate carries the template's name. What differs
 * between them is one row each.
 *
 * Subject and subjectAltName come from the request, as with the "(Offline
 * request)" templates that NDES is made for. Key usage is what was requested,
 * within what the template allows. Extended key usage comes from the template
 * alone: AD CS ignores what a request says of it.
 */
#pragma once

#include "common/certificate_plan.h"
#include "server/settings.h"

struct certificate_template {
	const char *name; /* as in the registry and in the certificate */
	const char
		*display_name; /* as in the console; often written into the registry by mistake */
	uint32_t key_usage;    /* enum key_usage bits that it allows */
	enum oid purposes[CERTIFICATE_PURPOSE_MAX]; /* OID_UNKNOWN behind the last */
};

/* Returns the name that the settings give for a request with these key usage bits (0: none asked
 * for): SignatureTemplate, EncryptionTemplate or GeneralPurposeTemplate (ndes-behaviour 3). */
const char *certificate_template_name(const struct settings *settings, uint32_t key_usage);

/* Returns the name of the setting that gives it. */
const char *certificate_template_setting(uint32_t key_usage);

/* Finds a template by name, compared without case. DONE, or REFUSED with words, which tell when the
 * text is a display name (Microsoft KB 4488562). */
int certificate_template_find(
	const struct certificate_template **out, const char *name, struct diag *diag);

/* Fills template name, purposes and key usage of a plan; `requested` are the key usage bits asked
 * for, 0 for none. */
void certificate_template_apply(struct certificate_plan *plan,
	const struct certificate_template *template, uint32_t requested);
