#include "client/reply_check.h"

#include <string.h>

#include "common/hresult.h"

static const char object[] = "CertRep";

int
reply_check_http(const struct http_reply *reply, struct diag *diag)
{
	if (reply->status != 200)
		return diag_refuse(diag, "PKIOperation", "HTTP", "HTTP 200",
			"HTTP %u, content type \"%s\"", reply->status, reply->content_type);
	if (reply->body.size == 0)
		return diag_refuse(
			diag, "PKIOperation", "RFC 8894 4.3", "a pkiMessage", "an empty body");
	if (!http_reply_is(reply, "application/x-pki-message"))
		return diag_refuse(diag, "PKIOperation", "RFC 8894 4.3",
			"application/x-pki-message", "content type \"%s\"", reply->content_type);
	return DONE;
}

static void
warn_of_signer(const struct certificate *signer, const struct ca_certificates *authority,
	struct report *report)
{
	const char *role = ca_certificates_role(authority, signer);

	if (signer->has_key_usage && !(signer->key_usage & KEY_USAGE_DIGITAL_SIGNATURE))
		report_warn(report,
			"the CertRep was signed with the %s certificate, whose keyUsage does not "
			"allow digitalSignature (RFC 5280 4.2.1.3)",
			role);
	else if (signer != authority->signing)
		report_warn(report,
			"the CertRep was signed with the %s certificate, although GetCACert has "
			"one "
			"of an RA for that",
			role);
}

static int
check_signature(const struct certificate **out_signer, const struct scep_reply *reply,
	const struct ca_certificates *authority, struct report *report, struct diag *diag)
{
	int index = scep_reply_find_signer(reply, authority->list, authority->count);
	const struct certificate *signer;
	int result;

	if (index < 0)
		return diag_refuse(diag, object, "RFC 8894 3.2.1",
			"a signature by one of GetCACert's",
			"signed by a certificate that is not among them");
	*out_signer = signer = &authority->list[index];
	if (!authority->keys[index])
		return diag_refuse(
			diag, object, NULL, "an RSA or EC key", "the signer has another kind");
	result = signed_data_verify(&reply->message, authority->keys[index], diag);
	if (result == DONE)
		warn_of_signer(signer, authority, report);
	return result;
}

static int
check_nonce(const struct scep_reply *reply, struct bytes expected, struct diag *diag)
{
	BUFFER_CLEANUP struct buffer wanted = {0}, found = {0};

	if (bytes_equal(reply->recipient_nonce, expected))
		return DONE;
	buffer_append_hex(&wanted, expected);
	buffer_append_hex(&found, reply->recipient_nonce);
	return diag_refuse(diag, object, "RFC 8894 3.2.1.5, recipientNonce", buffer_text(&wanted),
		"%s", found.size ? buffer_text(&found) : "none");
}

static int
check_status(const struct scep_reply *reply, struct report *report, struct diag *diag)
{
	switch (reply->status) {
	case SCEP_STATUS_SUCCESS:
	case SCEP_STATUS_PENDING:
		return DONE;
	case SCEP_STATUS_FAILURE:
		break;
	default:
		return diag_refuse(diag, object, "RFC 8894 3.2.1.3, pkiStatus", "0, 2 or 3", "%u",
			reply->status);
	}
	if (!reply->has_fail_info)
		report_warn(report, "the CertRep says FAILURE without failInfo (RFC 8894 3.2.1.4)");
	else if (reply->fail_info > SCEP_FAIL_BAD_CERT_ID)
		report_warn(report,
			"the CertRep has failInfo %u, which RFC 8894 3.2.1.4 does not know",
			reply->fail_info);
	return DONE;
}

int
reply_check(const struct certificate **out_signer, const struct scep_reply *reply,
	const struct reply_expectation *expected, struct report *report, struct diag *diag)
{
	int result = check_signature(out_signer, reply, expected->authority, report, diag);

	if (result != DONE)
		return result;
	if (reply->message_type != SCEP_CERT_REP)
		return diag_refuse(diag, object, "RFC 8894 3.2.1.2, messageType", "CertRep (3)",
			"%s (%u)", scep_message_type_name(reply->message_type),
			reply->message_type);
	if (strcmp(reply->transaction_id, expected->transaction_id) != 0)
		return diag_refuse(diag, object, "RFC 8894 3.2.1.1, transactionID",
			expected->transaction_id, "%s", reply->transaction_id);
	result = check_nonce(reply, expected->sender_nonce, diag);
	return result == DONE ? check_status(reply, report, diag) : result;
}

void
reply_describe(struct buffer *out, const struct scep_reply *reply)
{
	const struct hresult_row *row = reply->has_error ? hresult_find(reply->error) : NULL;

	buffer_append_format(out, "%s (%u)", scep_status_name(reply->status), reply->status);
	if (reply->has_fail_info)
		buffer_append_format(
			out, ", %s (%u)", scep_fail_info_name(reply->fail_info), reply->fail_info);
	if (reply->has_error) {
		buffer_append_text(out, ", ");
		hresult_describe(out, reply->error);
	}
	if (row)
		buffer_append_format(out, ": %s", row->meaning);
	if (reply->fail_info_text.size)
		buffer_append_format(out, " \"%.*s\"", (int)reply->fail_info_text.size,
			(const char *)reply->fail_info_text.data);
}

static json_t *
numbered(unsigned number, const char *name)
{
	return json_pack("{s:i, s:s}", "number", (int)number, "name", name);
}

static json_t *
error_object(int32_t error)
{
	const struct hresult_row *row = hresult_find(error);
	char digits[16];

	snprintf(digits, sizeof(digits), "0x%08X", (unsigned)error);
	return json_pack("{s:i, s:s, s:s?, s:s?}", "number", (int)error, "hresult", digits, "name",
		row ? row->name : NULL, "meaning", row ? row->meaning : NULL);
}

void
reply_report(struct report *report, const struct scep_reply *reply)
{
	report_set(report, "pki_status", numbered(reply->status, scep_status_name(reply->status)));
	report_set(report, "fail_info",
		reply->has_fail_info
			? numbered(reply->fail_info, scep_fail_info_name(reply->fail_info))
			: json_null());
	report_set(report, "error", reply->has_error ? error_object(reply->error) : json_null());
	report_set_bytes(report, "server_message", buffer_bytes(&reply->server_message));
	report_set_bytes(report, "fail_info_text", buffer_bytes(&reply->fail_info_text));
}
