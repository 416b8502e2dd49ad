/*
 * What a careful client holds against a CertRep before it believes a word of
 * it (RFC 8894 3.2.1, 3.3.2). Each check that fails is one sentence.
 */
#pragma once

#include "client/ca_certificates.h"
#include "client/report.h"
#include "common/scep_reply.h"

struct reply_expectation {
	const struct ca_certificates *authority;
	const char *transaction_id; /* of the request */
	struct bytes sender_nonce;  /* of the request */
};

/* Checks status 200, that there is a body, and the media type application/x-pki-message.
 * DONE or REFUSED. */
int reply_check_http(const struct http_reply *reply, struct diag *diag);

/*
 * Checks that the reply was signed by a certificate of GetCACert, which is given; then that it is
 * a CertRep, that it answers this request, and that its pkiStatus and failInfo are known. What is
 * odd but harmless becomes a warning. DONE, REFUSED or BROKEN.
 */
int reply_check(const struct certificate **out_signer, const struct scep_reply *reply,
	const struct reply_expectation *expected, struct report *report, struct diag *diag);

/* Appends what a reply says of itself: "FAILURE (2), badRequest (2), 0x80070057 E_INVALIDARG: ...". */
void reply_describe(struct buffer *out, const struct scep_reply *reply);

/* Puts pkiStatus, failInfo, error and texts of a reply into the report's object. */
void reply_report(struct report *report, const struct scep_reply *reply);
