#include "client/enrollment.h"

#include <time.h>

#include "client/challenge.h"
#include "client/enrolled_files.h"
#include "client/issued_check.h"
#include "client/requester.h"
#include "common/alternative_name.h"
#include "common/csr.h"
#include "common/memory.h"
#include "common/name.h"
#include "common/name_parse.h"
#include "common/scep_request.h"

#define KEY_BITS_DEFAULT 2048

void
enrollment_done(struct enrollment *enrollment)
{
	EVP_PKEY_free(enrollment->key);
	EVP_PKEY_free(enrollment->identity_key);
	buffer_done_secret(&enrollment->key_pem);
	buffer_done(&enrollment->spki);
	buffer_done(&enrollment->subject);
	buffer_done(&enrollment->subject_alt_name);
	buffer_done(&enrollment->transaction_id);
	identity_done(&enrollment->renewed);
	identity_done(&enrollment->identity);
	certificate_done(&enrollment->issued);
}

static int
make_key(struct enrollment *out, struct diag *diag)
{
	const struct arguments *arguments = out->arguments;
	unsigned bits = arguments->key_bits ? (unsigned)arguments->key_bits : KEY_BITS_DEFAULT;
	int64_t begun = clock_monotonic_ns();
	int result = arguments->key_curve ? key_generate_ec(&out->key, arguments->key_curve, diag)
					  : key_generate_rsa(&out->key, bits, diag);

	if (result == DONE)
		report_step(out->report, "key", "a new %s key of %u bits in %.0f ms",
			arguments->key_curve ? "EC" : "RSA", key_bits(out->key),
			(double)(clock_monotonic_ns() - begun) / 1e6);
	return result;
}

static int
read_key(struct enrollment *out, struct diag *diag)
{
	const char *file = out->arguments->key_file;
	int result = identity_read_key(&out->key, file, diag);

	if (result == DONE)
		report_step(out->report, "key", "%u bits from %s", key_bits(out->key), file);
	return result;
}

static int
prepare_key(struct enrollment *out, struct diag *diag)
{
	int result;

	out->key_is_new = !out->arguments->key_file;
	result = out->key_is_new ? make_key(out, diag) : read_key(out, diag);
	if (result != DONE)
		return result;
	out->key_usage = out->arguments->key_usage ? (uint32_t)out->arguments->key_usage
						   : identity_key_usage(out->key);
	result = key_write_pem(&out->key_pem, out->key, diag);
	return result == DONE ? key_write_public(&out->spki, out->key, diag) : result;
}

/* Names come from the command line; of a renewal, where nothing is said, from the old certificate,
 * for NDES denies any other subject (ndes-behaviour 2.8). */
static int
prepare_names(struct enrollment *out, struct diag *diag)
{
	const struct arguments *arguments = out->arguments;
	int result = DONE;

	if (arguments->subject)
		result = name_parse(&out->subject, arguments->subject, diag);
	else
		buffer_append(&out->subject, out->renewed.certificate.subject);
	if (result != DONE)
		return result;
	if (arguments->subject_alt_names.size) {
		TEXT_CLEANUP char *names = text_copy_size(
			arguments->subject_alt_names.data, arguments->subject_alt_names.size);

		return alternative_name_parse(&out->subject_alt_name, names, diag);
	}
	buffer_append(&out->subject_alt_name, out->renewed.certificate.subject_alt_name);
	return DONE;
}

/* The key's digest tells one transaction from another, and a repeated request from a new one. */
static int
prepare_transaction_id(struct enrollment *out, struct diag *diag)
{
	const struct digest_algorithm *sha256 = algorithm_digest_named("SHA-256");
	uint8_t digest[EVP_MAX_MD_SIZE];
	int result;

	if (out->arguments->transaction_id) {
		buffer_append_text(&out->transaction_id, out->arguments->transaction_id);
		return DONE;
	}
	result = algorithm_digest_bytes(digest, sha256, buffer_bytes(&out->spki), diag);
	if (result == DONE)
		buffer_append_hex(&out->transaction_id, BYTES(digest, sha256->size));
	return result;
}

int
enrollment_prepare(struct enrollment *out, const struct arguments *arguments, struct report *report,
	struct diag *diag)
{
	int result = DONE;

	out->arguments = arguments;
	out->report = report;
	if (arguments->renew)
		result = identity_read(&out->renewed, arguments->renew, diag);
	if (result == DONE && arguments->identity_key)
		result = identity_read_key(&out->identity_key, arguments->identity_key, diag);
	if (result == DONE)
		result = prepare_names(out, diag);
	if (result == DONE)
		result = prepare_key(out, diag);
	if (result == DONE)
		result = enrolled_files_check(out, diag);
	return result == DONE ? prepare_transaction_id(out, diag) : result;
}

/* Gives who signs: the old certificate, or a self-signed one (RFC 8894 2.3). */
static int
choose_identity(const struct identity **out, struct enrollment *enrollment,
	const struct session *session, struct diag *diag)
{
	EVP_PKEY *key = enrollment->identity_key ? enrollment->identity_key : enrollment->key;
	int result;

	if (enrollment->arguments->renew) {
		*out = &enrollment->renewed;
		return DONE;
	}
	EVP_PKEY_up_ref(key);
	result = identity_self_sign(&enrollment->identity, key, buffer_bytes(&enrollment->subject),
		session->negotiation.digest, clock_now(&session->clock), diag);
	*out = &enrollment->identity;
	return result;
}

static unsigned
choose_message_type(const struct enrollment *enrollment, const struct session *session)
{
	const struct arguments *arguments = enrollment->arguments;
	unsigned type = SCEP_PKCS_REQ;

	if (arguments->message_type == MESSAGE_TYPE_RENEWAL_REQ)
		type = SCEP_RENEWAL_REQ;
	else if (arguments->renew && arguments->message_type == MESSAGE_TYPE_AUTO)
		type = negotiation_renewal_type(session->capabilities);
	if (!arguments->renew)
		return type;
	if (!(session->capabilities & SCEP_CAP_RENEWAL))
		report_warn(enrollment->report, "the server does not announce Renewal");
	report_step(enrollment->report, "renewal", "%s (%u)%s, signed with the certificate in %s",
		scep_message_type_name(type), type,
		type == SCEP_PKCS_REQ ? ", as NDES understands Renewal" : "", arguments->renew);
	return type;
}

static int
write_csr(struct buffer *out, const struct enrollment *enrollment, const struct session *session,
	const char *challenge, struct diag *diag)
{
	const struct csr_plan plan = {
		.subject = buffer_bytes(&enrollment->subject),
		.subject_alt_name = buffer_bytes(&enrollment->subject_alt_name),
		.challenge = challenge,
		.key_usage = enrollment->key_usage,
		.digest = session->negotiation.digest,
	};

	return csr_plan_sign(out, &plan, enrollment->key, diag);
}

static void
wait_ms(int64_t ms)
{
	struct timespec left = {.tv_sec = ms / 1000, .tv_nsec = ms % 1000 * 1000000};

	while (nanosleep(&left, &left) != 0)
		;
}

/* Asks again while the reply says PENDING (RFC 8894 3.3.3), as often as was allowed. */
static int
poll_while_pending(const struct enrollment *enrollment, struct session *session,
	struct scep_reply *reply, const struct transaction *transaction, struct diag *diag)
{
	const struct arguments *arguments = enrollment->arguments;
	BUFFER_CLEANUP struct buffer names = {0};
	int result = DONE;

	scep_request_put_issuer_and_subject(
		&names, session->authority.issuing_ca->subject, buffer_bytes(&enrollment->subject));
	for (int64_t polls = 0; result == DONE && reply->status == SCEP_STATUS_PENDING; polls++) {
		if (polls == arguments->poll_max) {
			diag_refuse(diag, "the server", NULL, "a decision",
				"PENDING, also after %lld polls", (long long)polls);
			return ENROLLMENT_PENDING;
		}
		report_step(enrollment->report, "pending", "poll %lld of %lld in %.1f s",
			(long long)polls + 1, (long long)arguments->poll_max,
			(double)arguments->poll_interval_ms / 1000);
		wait_ms(arguments->poll_interval_ms);
		scep_reply_done(reply);
		*reply = (struct scep_reply){0};
		result = requester_send(
			session, reply, transaction, SCEP_CERT_POLL, buffer_bytes(&names), diag);
	}
	return result;
}

/* Sends the request and waits for what becomes of it; a good reply holds the certificate. */
static int
request(struct scep_reply *reply, struct enrollment *enrollment, struct session *session,
	struct diag *diag)
{
	BUFFER_CLEANUP struct buffer csr = {0};
	CHALLENGE_CLEANUP char *challenge = NULL;
	struct transaction transaction = {.id = buffer_text(&enrollment->transaction_id)};
	unsigned type;
	int result = challenge_get(&challenge, session, diag);

	transaction.challenge = challenge;
	if (result == DONE)
		result = write_csr(&csr, enrollment, session, challenge, diag);
	if (result == DONE)
		result = choose_identity(&transaction.identity, enrollment, session, diag);
	if (result != DONE)
		return result;
	type = choose_message_type(enrollment, session);
	report_set_text(enrollment->report, "transaction_id", transaction.id);
	report_set_text(enrollment->report, "message_type", scep_message_type_name(type));
	result = requester_send(session, reply, &transaction, type, buffer_bytes(&csr), diag);
	if (result == DONE)
		result = poll_while_pending(enrollment, session, reply, &transaction, diag);
	if (result != DONE || reply->status == SCEP_STATUS_SUCCESS)
		return result;
	requester_refuse(reply, diag);
	return ENROLLMENT_DENIED;
}

static void
report_issued(const struct enrollment *enrollment)
{
	BUFFER_CLEANUP struct buffer subject = {0}, issuer = {0}, serial = {0};
	const struct certificate *issued = &enrollment->issued;
	struct report *report = enrollment->report;
	char from[CLOCK_TEXT_SIZE], to[CLOCK_TEXT_SIZE];

	name_text(&subject, issued->subject);
	name_text(&issuer, issued->issuer);
	buffer_append_hex(&serial, issued->serial);
	clock_text(from, issued->not_before * 1000);
	clock_text(to, issued->not_after * 1000);
	report_step(report, "enrolled", "%s, serial %s, valid %.10s to %.10s",
		buffer_text(&subject), buffer_text(&serial), from, to);
	report_set_text(report, "subject", buffer_text(&subject));
	report_set_text(report, "issuer", buffer_text(&issuer));
	report_set_text(report, "serial", buffer_text(&serial));
	report_set_text(report, "not_before", from);
	report_set_text(report, "not_after", to);
}

int
enrollment_run(struct enrollment *enrollment, struct session *session, struct diag *diag)
{
	SCEP_REPLY_CLEANUP struct scep_reply reply = {0};
	struct issued_expectation expected = {
		.authority = &session->authority,
		.spki = buffer_bytes(&enrollment->spki),
		.subject = buffer_bytes(&enrollment->subject),
		.subject_alt_name = buffer_bytes(&enrollment->subject_alt_name),
		.key_usage = enrollment->key_usage,
		.renewed = enrollment->arguments->renew ? &enrollment->renewed.certificate : NULL,
	};
	int result = request(&reply, enrollment, session, diag);

	if (result == ENROLLMENT_PENDING)
		return enrolled_files_write_key(enrollment, diag) == DONE ? result : BROKEN;
	/* The certificate may be younger than the first request. */
	expected.now = clock_now(&session->clock);
	if (result == DONE)
		result = issued_check(
			&enrollment->issued, &reply.answer, &expected, enrollment->report, diag);
	if (result != DONE)
		return result;
	report_issued(enrollment);
	return enrolled_files_write(enrollment, &session->authority, diag);
}
