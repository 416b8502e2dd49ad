/*
 * What a CertRep goes through on the client: the message, whether it can be believed, its envelope, and
 * the certificates and CRLs inside. The mutator signs and seals anew.
 */
#include <stdlib.h>

#include "client/issued_check.h"
#include "client/reply_check.h"
#include "common/crl.h"
#include "common/scep_reply.h"
#include "tests/fuzz/agree.h"
#include "tests/fuzz/authority.h"
#include "tests/fuzz/fuzz.h"
#include "tests/fuzz/message_edit.h"

static struct ca_certificates authority;

int
LLVMFuzzerInitialize(int *argc, char ***argv)
{
	people_start();
	authority_read(&authority);
	return 0;
}

static void
edit(struct buffer *out, struct bytes message, struct dice *dice)
{
	message_edit_change(
		out, message, people_get(PERSON_DEVICE), message_edit_certificates, dice);
}

size_t
LLVMFuzzerCustomMutator(uint8_t *data, size_t size, size_t size_max, unsigned seed)
{
	return message_edit_mutate(edit, data, size, size_max, seed);
}

/* The reply to an EC key is for whoever knows the challenge (RFC 8894 3.1). */
static int
open_reply(struct scep_reply *reply, const struct person **whose, struct diag *diag)
{
	int result;

	if (envelope_find_password(&reply->envelope)) {
		*whose = people_get(PERSON_EC_DEVICE);
		result = scep_reply_open_with_password(reply, bytes_text(PEOPLE_CHALLENGE), diag);
		if (reply->message_data.size > 0)
			agree_password(&reply->envelope, PEOPLE_CHALLENGE,
				buffer_bytes(&reply->message_data));
		return result;
	}
	*whose = people_get(PERSON_DEVICE);
	result = scep_reply_open(reply, &(*whose)->certificate, (*whose)->key, diag);
	if (reply->message_data.size > 0)
		agree_envelope(&reply->envelope, *whose, buffer_bytes(&reply->message_data));
	return result;
}

/* Looks at all CRLs, as GetCRL does at the first. */
static int
check_crls(struct bytes crls, struct diag *diag)
{
	struct der lists = der_start(crls, "CertRep crls", diag);
	struct bytes serial = people_get(PERSON_DEVICE)->certificate.serial;
	struct der_element list;

	while (!der_empty(&lists)) {
		CRL_CLEANUP struct crl crl = {0};
		int result;

		if (!der_take_any(&lists, &list))
			return REFUSED;
		result = crl_read(&crl, list.whole, diag);
		if (result == DONE)
			result = crl_verify(&crl, people_get(PERSON_CA)->key, diag);
		if (result != DONE)
			return result;
		agree_crl(&crl, serial);
	}
	return DONE;
}

static int
check_issued(struct scep_reply *reply, const struct person *whose, struct report *report,
	struct diag *diag)
{
	CERTIFICATE_CLEANUP struct certificate issued = {0};
	const struct issued_expectation expected = {
		.authority = &authority,
		.spki = whose->certificate.spki,
		.subject = whose->certificate.subject,
		.key_usage = KEY_USAGE_DIGITAL_SIGNATURE,
		.now = PEOPLE_NOW,
		.renewed = &whose->certificate,
	};
	int result = issued_check(&issued, &reply->answer, &expected, report, diag);

	if (result == DONE)
		agree_issued(&issued, &people_get(PERSON_CA)->certificate);
	return result;
}

/* Goes on as far as the client would. */
static int
run(struct scep_reply *reply, struct bytes message, struct report *report, struct diag *diag)
{
	const struct reply_expectation expected = {
		&authority, PEOPLE_TRANSACTION_ID, bytes_text(PEOPLE_NONCE)};
	const struct certificate *signer = NULL;
	const struct person *whose;
	int result = scep_reply_read(reply, message, diag);

	if (result == DONE)
		result = reply_check(&signer, reply, &expected, report, diag);
	if (result != DONE)
		return result;
	agree_signature(&reply->message, signer);
	reply_report(report, reply);
	if (reply->status != SCEP_STATUS_SUCCESS)
		return DONE;
	result = open_reply(reply, &whose, diag);
	if (result == DONE)
		result = check_crls(reply->answer.crls, diag);
	if (result == DONE && reply->answer.certificate_count > 0)
		result = check_issued(reply, whose, report, diag);
	return result;
}

/* What --json prints can be printed. */
static void
want_json(const struct report *report)
{
	char *text = json_dumps(report->object, JSON_COMPACT | JSON_ENSURE_ASCII);

	agree_that(text != NULL, "a report that is no JSON");
	free(text);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	SCEP_REPLY_CLEANUP struct scep_reply reply = {0};
	REPORT_CLEANUP struct report report = {0};
	BUFFER_CLEANUP struct buffer words = {0};
	struct diag diag = {0};
	int result;

	people_draw(1);
	report_init(&report, "fuzz", true, true);
	result = run(&reply, BYTES(data, size), &report, &diag);
	agree_outcome(result, &diag);
	reply_describe(&words, &reply);
	want_json(&report);
	return 0;
}
