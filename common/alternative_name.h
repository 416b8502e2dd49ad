/*
 * subjectAltName: GeneralNames from and to text.
 */
#pragma once

#include "common/buffer.h"
#include "common/der.h"
#include "common/diag.h"

/* The choices of GeneralName that we know, RFC 5280 4.2.1.6. */
#define GENERAL_NAME_OTHER         DER_CONTEXT(0)
#define GENERAL_NAME_EMAIL         DER_CONTEXT(1)
#define GENERAL_NAME_DNS           DER_CONTEXT(2)
#define GENERAL_NAME_URI           DER_CONTEXT(6)
#define GENERAL_NAME_ADDRESS       DER_CONTEXT(7)
#define GENERAL_NAME_REGISTERED_ID DER_CONTEXT(8)

/*
 * Appends the DER GeneralNames (RFC 5280 4.2.1.6) of a comma-separated text such as
 * "DNS:host.example,email:a@example.org,URI:https://example.org/,IP:192.0.2.1,
 * UPN:user@example.org,RID:1.2.3". Prefixes are compared without case, blanks around the commas
 * dropped, and a backslash takes the next character as it is. DONE or REFUSED.
 */
int alternative_name_parse(struct buffer *out, const char *text, struct diag *diag);

/* Appends the text of DER GeneralNames in the form that alternative_name_parse reads; names of
 * other kinds appear as "[n]:<hex>". DONE or REFUSED when they cannot be decoded. */
int alternative_name_text(struct buffer *out, struct bytes general_names, struct diag *diag);
