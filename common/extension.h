/*
 * X.509 extensions (RFC 5280 4.1.2.9, 4.2): those that SCEP looks at, read
 * from a certificate or an extensionRequest, and all that we write.
 */
#pragma once

#include "common/der.h"
#include "common/oid.h"

/* The extensions that we read. Views point into the input; empty when absent. */
struct extension_values {
	struct bytes whole;            /* the SEQUENCE OF Extension */
	struct bytes subject_alt_name; /* GeneralNames */
	struct bytes subject_key_identifier;
	struct bytes extended_key_usage; /* SEQUENCE OF OID */
	uint32_t key_usage;              /* named bits */
	bool has_key_usage;
	bool is_ca; /* basicConstraints cA */
};

/*
 * Takes a SEQUENCE OF Extension; extensions of other types are passed over. One of these types
 * that is there twice or cannot be decoded is refused. Returns false with the diag filled.
 */
bool extension_take_all(struct der *der, struct extension_values *out);

/* Where an extension being written stands. */
struct extension_mark {
	size_t extension;
	size_t value;
};

/* Opens an Extension; what is appended until extension_end is its value. */
struct extension_mark extension_begin(struct buffer *out, enum oid type, bool critical);

/* Closes it. */
void extension_end(struct buffer *out, struct extension_mark mark);

/* Appends a whole Extension around an encoded value. */
void extension_put(struct buffer *out, enum oid type, bool critical, struct bytes value);

/* Appends a critical keyUsage with these named bits. */
void extension_put_key_usage(struct buffer *out, uint32_t bits);

/* Appends an extKeyUsage with these OIDs' content octets. */
void extension_put_purposes(struct buffer *out, const struct bytes *purposes, size_t count);

/* Appends an authorityKeyIdentifier with this keyIdentifier. */
void extension_put_authority(struct buffer *out, struct bytes key_identifier);
