#include "tests/integration/reply_judge.h"

#include <stdio.h>
#include <string.h>

#include "common/alternative_name.h"
#include "common/name.h"
#include "common/name_parse.h"

#define HOUR 3600

struct case_file {
	struct reply_judgement *out;
	struct device *device;
	const struct raw_response *response;
	const struct device_message *message;
	int64_t now;
	struct certificate issued;
	struct diag diag;
};

static bool
transport_is_wrong(struct case_file *file)
{
	return file->response->status != 200;
}

static bool
content_type_is_wrong(struct case_file *file)
{
	return !bytes_equal(raw_header(file->response, "Content-Type"),
		bytes_text("application/x-pki-message"));
}

/* Attributes are looked for by the names that our reader's refusals give them. */
static bool
names(const struct case_file *file, const char *attribute)
{
	return strstr(file->diag.object, attribute) || strstr(file->diag.found, attribute) ||
		strstr(file->diag.wanted, attribute);
}

static const char *const attributes[] = {
	"messageType", "transactionID", "recipientNonce", "pkiStatus", "failInfo", "senderNonce"};

/* The clause of the refusal of a SUCCESS without content. */
static const char no_envelope[] = "RFC 8894 3.3.2.1";

/* Reads the reply; says which attribute is at fault when it cannot be read because of one. */
static const char *
read_reply(struct case_file *file)
{
	struct scep_reply *reply = &file->out->reply;

	if (scep_reply_read(reply, buffer_bytes(&file->response->body), &file->diag) == DONE)
		return NULL;
	if (strcmp(file->diag.clause, no_envelope) == 0)
		return "envelope";
	for (size_t i = 0; i < sizeof(attributes) / sizeof(attributes[0]); i++)
		if (names(file, attributes[i]))
			return attributes[i];
	return "encoding";
}

static bool
message_type_is_wrong(struct case_file *file)
{
	return file->out->reply.message_type != SCEP_CERT_REP;
}

static bool
transaction_is_wrong(struct case_file *file)
{
	const char *wanted = file->message->transaction_id;

	return strcmp(file->out->reply.transaction_id, wanted ? wanted : "transaction-1") != 0;
}

static bool
recipient_nonce_is_wrong(struct case_file *file)
{
	return !bytes_equal(file->out->reply.recipient_nonce,
		BYTES(file->device->nonce, sizeof(file->device->nonce)));
}

static bool
status_is_wrong(struct case_file *file)
{
	unsigned status = file->out->reply.status;

	return status != SCEP_STATUS_SUCCESS && status != SCEP_STATUS_FAILURE &&
		status != SCEP_STATUS_PENDING;
}

static bool
fail_info_is_wrong(struct case_file *file)
{
	const struct scep_reply *reply = &file->out->reply;

	return reply->status == SCEP_STATUS_FAILURE &&
		(!reply->has_fail_info || reply->fail_info > SCEP_FAIL_BAD_CERT_ID);
}

static bool
sender_nonce_is_missing(struct case_file *file)
{
	return file->out->reply.sender_nonce.size == 0;
}

static bool
is_valid(const struct certificate *certificate, int64_t now)
{
	return certificate->not_before <= now && now <= certificate->not_after;
}

static bool
signer_is_wrong(struct case_file *file)
{
	const struct certificate *ra = &file->device->ra_signing;

	return scep_reply_find_signer(&file->out->reply, ra, 1) != 0 || !is_valid(ra, file->now);
}

static bool
digest_is_wrong(struct case_file *file)
{
	static const char *const named[] = {"SHA-1", "SHA-256", "SHA-512"};
	const struct digest_algorithm *digest = file->out->reply.message.digest;

	for (size_t i = 0; digest && i < sizeof(named) / sizeof(named[0]); i++)
		if (digest == algorithm_digest_named(named[i]))
			return false;
	return true;
}

static bool
signature_is_wrong(struct case_file *file)
{
	CLEANUP(EVP_PKEY) EVP_PKEY *key = NULL;

	return key_read_public(&key, file->device->ra_signing.spki, &file->diag) != DONE ||
		signed_data_verify(&file->out->reply.message, key, &file->diag) != DONE;
}

static bool
envelope_is_wrong(struct case_file *file)
{
	return scep_reply_open(&file->out->reply, &file->device->signer, file->device->signer_key,
		       &file->diag) != DONE;
}

/* AES is not announced by NDES, and used all the same when the client does (ndes-behaviour 2.1). */
static bool
cipher_is_wrong(struct case_file *file)
{
	const struct cipher_algorithm *cipher = file->out->reply.envelope.cipher;
	const char *sent = file->message->cipher ? file->message->cipher : "AES-128-CBC";

	return cipher != algorithm_cipher_named("DES-EDE3-CBC") &&
		(!cipher || cipher->legacy || cipher != algorithm_cipher_named(sent));
}

static bool
certificate_is_wrong(struct case_file *file)
{
	const struct signed_data *answer = &file->out->reply.answer;

	return answer->certificate_count == 0 ||
		certificate_read(&file->issued, answer->certificates[0], &file->diag) != DONE;
}

static bool
key_is_wrong(struct case_file *file)
{
	return !key_same(file->issued.spki, file->device->signer.spki);
}

static bool
subject_is_wrong(struct case_file *file)
{
	const char *wanted = file->message->subject ? file->message->subject : "CN=device";
	BUFFER_CLEANUP struct buffer name = {0};

	return name_parse(&name, wanted, NULL) != DONE ||
		!name_equal(file->issued.subject, buffer_bytes(&name));
}

static bool
chain_is_wrong(struct case_file *file)
{
	const struct signed_data *answer = &file->out->reply.answer;
	CLEANUP(EVP_PKEY) EVP_PKEY *key = NULL;

	return answer->certificate_count < 2 ||
		!bytes_equal(answer->certificates[1], buffer_bytes(&file->device->ca.der)) ||
		key_read_public(&key, file->device->ca.spki, &file->diag) != DONE ||
		certificate_verify(&file->issued, key, &file->diag) != DONE;
}

static bool
validity_is_wrong(struct case_file *file)
{
	return !is_valid(&file->issued, file->now) ||
		file->issued.not_after - file->issued.not_before < HOUR;
}

static bool
serial_is_wrong(struct case_file *file)
{
	return file->device->certificate.der.size &&
		bytes_equal(file->issued.serial, file->device->certificate.serial);
}

static bool
usage_is_wrong(struct case_file *file)
{
	uint32_t usable = KEY_USAGE_DIGITAL_SIGNATURE | KEY_USAGE_KEY_ENCIPHERMENT;
	uint32_t wanted = file->message->key_usage;

	return wanted ? file->issued.key_usage != wanted : !(file->issued.key_usage & usable);
}

struct check {
	const char *word;
	bool (*is_wrong)(struct case_file *file);
};

static const struct check envelope_checks[] = {
	{"messageType", message_type_is_wrong},
	{"transactionID", transaction_is_wrong},
	{"recipientNonce", recipient_nonce_is_wrong},
	{"pkiStatus", status_is_wrong},
	{"failInfo", fail_info_is_wrong},
	{"senderNonce", sender_nonce_is_missing},
	{"signer", signer_is_wrong},
	{"digest", digest_is_wrong},
	{"signature", signature_is_wrong},
};

/* Of a SUCCESS. */
static const struct check content_checks[] = {
	{"envelope", envelope_is_wrong},
	{"cipher", cipher_is_wrong},
	{"certificate", certificate_is_wrong},
	{"key", key_is_wrong},
	{"subject", subject_is_wrong},
	{"chain", chain_is_wrong},
	{"validity", validity_is_wrong},
	{"serial", serial_is_wrong},
	{"usage", usage_is_wrong},
};

static const char *
run_checks(struct case_file *file, const struct check *checks, size_t count)
{
	for (size_t i = 0; i < count; i++)
		if (checks[i].is_wrong(file))
			return checks[i].word;
	return NULL;
}

static const char *
find_defect(struct case_file *file)
{
	const char *word;

	if (transport_is_wrong(file))
		return "transport";
	if (content_type_is_wrong(file))
		return "content-type";
	word = read_reply(file);
	if (!word)
		word = run_checks(file, envelope_checks,
			sizeof(envelope_checks) / sizeof(envelope_checks[0]));
	if (!word && file->out->reply.status == SCEP_STATUS_SUCCESS)
		word = run_checks(
			file, content_checks, sizeof(content_checks) / sizeof(content_checks[0]));
	return word ? word : "none";
}

void
reply_judge(struct reply_judgement *out, struct device *device, const struct raw_response *response,
	const struct device_message *message, int64_t now)
{
	struct case_file file = {
		.out = out, .device = device, .response = response, .message = message, .now = now};

	*out = (struct reply_judgement){0};
	out->defect = find_defect(&file);
	diag_text(out->words, &file.diag);
	if (strcmp(out->defect, "none") == 0 && file.issued.der.size) {
		certificate_done(&device->certificate);
		certificate_copy(&device->certificate, &file.issued);
	}
	certificate_done(&file.issued);
}

void
reply_judgement_done(struct reply_judgement *judgement)
{
	scep_reply_done(&judgement->reply);
}
