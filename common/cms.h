/*
 * What SignedData and EnvelopedData have in common: the ContentInfo around
 * them, and how they name a certificate (RFC 5652 3, 5.3, 6.2.1).
 */
#pragma once

#include "common/certificate.h"

/* SignerIdentifier, RecipientIdentifier. Views are borrowed. All zero names nobody. */
struct cms_identifier {
	struct bytes issuer; /* Name; empty when named by subjectKeyIdentifier */
	struct bytes serial; /* content octets of the INTEGER */
	struct bytes key_identifier;
};

/*
 * The cms_take family reads on with a cursor, as the der_take family does: false, with the
 * cursor's diag filled, when something else stands there.
 */

/* Takes a ContentInfo of this type, behind which nothing may stand, and starts a cursor in its
 * content. */
bool cms_enter_content_info(struct der *der, enum oid type, struct der *inside);

/* Takes an IssuerAndSerialNumber. */
bool cms_take_issuer_and_serial(struct der *der, struct cms_identifier *out);

/* Takes an IssuerAndSerialNumber or a [0] subjectKeyIdentifier. */
bool cms_take_identifier(struct der *der, struct cms_identifier *out);

/* Returns whether the identifier names this certificate. */
bool cms_identifies(const struct cms_identifier *identifier, const struct certificate *certificate);

/* Appends "issuer CN=CA, serial 0a1b" or "subjectKeyIdentifier 0a1b". */
void cms_describe_identifier(struct buffer *out, const struct cms_identifier *identifier);

/* Where a ContentInfo was opened. */
struct cms_mark {
	size_t content_info;
	size_t content;
};

/* Opens a ContentInfo of this type; closed with cms_end_content_info. */
struct cms_mark cms_begin_content_info(struct buffer *out, enum oid type);
void cms_end_content_info(struct buffer *out, struct cms_mark mark);

/* Appends an IssuerAndSerialNumber. */
void cms_put_issuer_and_serial(struct buffer *out, struct bytes issuer, struct bytes serial);
