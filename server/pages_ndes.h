/*
 * The pages of mscep.dll, as UTF-16LE, with a byte-order mark or not
 * (ndes-behaviour 1.2 to 1.4). What clients search for in them is NDES's own;
 * the sentences around it are ours, as is the whole text of the general page,
 * which nobody has published.
 */
#pragma once

#include "common/buffer.h"

/* Appends the page for who browses mscep.dll: what the service is, and where passwords are. */
void pages_ndes_general(struct buffer *out, bool byte_order_mark, const char *admin_url);

/* Appends the page that hands out a password. `thumbprint` is the MD5 of the CA certificate. With
 * `single` (UseSinglePassword) the password is everybody's and does not expire. */
void pages_ndes_password(struct buffer *out, bool byte_order_mark, const uint8_t thumbprint[16],
	const char *password, int64_t validity_minutes, bool single);

/* Appends the page that says that PasswordMax passwords are unused. */
void pages_ndes_cache_full(
	struct buffer *out, bool byte_order_mark, int64_t password_max, int64_t validity_minutes);

/* Appends the page for a user who may not enroll on the templates. */
void pages_ndes_no_permission(struct buffer *out, bool byte_order_mark);
