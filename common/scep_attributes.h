/*
 * The signed attributes of RFC 8894 3.2.1 that pkiMessages of both sides
 * carry. The RFC asks for PrintableString; every string type is read.
 */
#pragma once

#include "common/scep.h"
#include "common/signed_data.h"

/*
 * The reading functions return DONE, or REFUSED when the attribute is there more than once, has
 * not exactly one value, or a value that it cannot have. A NULL `present` asks for the attribute:
 * without it they return REFUSED when it is not there.
 */

/* Writes the transactionID (RFC 8894 3.2.1.1), which must be there and not be empty, and the
 * string type it came in. */
int scep_attributes_transaction_id(char out[LIMIT_TRANSACTION_ID + 1], uint8_t *tag,
	const struct signed_data *data, struct diag *diag);

/* Writes the number that messageType, pkiStatus or failInfo hold as decimal text. */
int scep_attributes_number(unsigned *out, bool *present, const struct signed_data *data,
	enum oid type, struct diag *diag);

/* Writes the HRESULT that Microsoft's error attribute holds as signed decimal text. */
int scep_attributes_error(
	int32_t *out, bool *present, const struct signed_data *data, struct diag *diag);

/* Gives the octets of senderNonce or recipientNonce; none when it is absent. */
int scep_attributes_nonce(
	struct bytes *out, const struct signed_data *data, enum oid type, struct diag *diag);

/* Appends the text of an attribute in UTF-8; nothing when it is absent. */
int scep_attributes_text(
	struct buffer *out, const struct signed_data *data, enum oid type, struct diag *diag);

/* Appends the Attribute that holds a number as the decimal text of a PrintableString. */
void scep_attributes_put_number(struct buffer *out, enum oid type, int64_t number);
