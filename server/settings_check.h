/*
 * What the words of a text setting may be: names of algorithms, log fields,
 * computers. Each function answers DONE or REFUSED; the caller names the setting
 * as the object of the diag.
 */
#pragma once

#include "common/buffer.h"
#include "common/diag.h"

/* A NetBIOS computer name: letters, digits, hyphens. */
int settings_check_host_name(const char *value, struct diag *diag);

/* A user's name as Basic authentication can carry it (RFC 7617 2). */
int settings_check_user(const char *value, struct diag *diag);

/* "as_captured", "mirror", or an algorithm's name. */
int settings_check_digest(const char *value, struct diag *diag);
int settings_check_cipher(const char *value, struct diag *diag);

/* Algorithm keywords of GetCACaps (RFC 8894 3.5.2), separated by commas or blanks. */
int settings_check_capabilities(const char *value, struct diag *diag);

/* Fields of the W3C log, separated by blanks. */
int settings_check_log_fields(const char *value, struct diag *diag);

/* --- for schemas: a regular expression (common/pattern.h) for what each of them takes ------ */

void settings_check_write_host_name_pattern(struct buffer *out);
void settings_check_write_user_pattern(struct buffer *out);
void settings_check_write_digest_pattern(struct buffer *out);
void settings_check_write_cipher_pattern(struct buffer *out);
void settings_check_write_capabilities_pattern(struct buffer *out);
