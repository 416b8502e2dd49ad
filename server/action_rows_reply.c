/* Actions on the CertRep: what is planned for it, and its bytes (RFC 8894 3.2, 3.3.2). */
#include "common/algorithm.h"
#include "common/clock.h"
#include "server/action_rows.h"
#include "server/authority_issue.h"
#include "server/exchange.h"
#include "server/mint.h"
#include "server/ra_certificates.h"

/* --- signed attributes ------------------------------------------------------------ */

static const char other_transaction[] = "another-transaction";
static const uint8_t other_nonce[SCEP_NONCE_SIZE] = "not-that-nonce!!";

enum wrong_or_missing { WRONG, MISSING };

static int
apply_transaction_id(struct exchange *exchange, const struct action_value *values)
{
	exchange->reply.plan.transaction_id = values[0].number == WRONG ? other_transaction : NULL;
	return STAGE_NEXT;
}

static int
apply_recipient_nonce(struct exchange *exchange, const struct action_value *values)
{
	exchange->reply.plan.recipient_nonce =
		values[0].number == WRONG ? BYTES(other_nonce, sizeof(other_nonce)) : BYTES_NONE;
	return STAGE_NEXT;
}

static int
apply_sender_nonce(struct exchange *exchange, const struct action_value *values)
{
	exchange->reply.plan.sender_nonce = BYTES_NONE;
	return STAGE_NEXT;
}

static int
apply_message_type(struct exchange *exchange, const struct action_value *values)
{
	exchange->reply.plan.without_message_type = values[0].number < 0;
	exchange->reply.plan.message_type = (unsigned)values[0].number;
	return STAGE_NEXT;
}

static int
apply_pki_status(struct exchange *exchange, const struct action_value *values)
{
	exchange->reply.plan.without_status = values[0].number < 0;
	exchange->reply.plan.status = (unsigned)values[0].number;
	return STAGE_NEXT;
}

static int
apply_fail_info(struct exchange *exchange, const struct action_value *values)
{
	exchange->reply.plan.without_fail_info = values[0].number < 0;
	exchange->reply.plan.fail_info = (unsigned)values[0].number;
	return STAGE_NEXT;
}

/* --- signature ---------------------------------------------------------------------- */

enum signer { SIGNER_STRANGER, SIGNER_ISSUING_CA, SIGNER_EXPIRED_RA };

/* Longer ago than the two years of an RA certificate (ndes-behaviour 2.3). */
#define LONG_AGO ((2 * INT64_C(366) + 60) * CLOCK_DAY_SECONDS)

/* The RA's certificate of long ago, for the key that it still has. DONE or BROKEN. */
static int
make_expired_ra(struct exchange *exchange)
{
	const struct authority *authority = exchange->authority;
	const struct authority_order order = {
		.role = PKI_RA_SIGNING,
		.like = PKI_RA_SIGNING,
		.subject = ra_certificates_signing(authority)->subject,
		.issuer = &authority->cas[0],
		.now = exchange_seconds(exchange) - LONG_AGO,
		.minted = true,
	};

	certificate_done(&exchange->reply.signer);
	return authority_issue(&exchange->reply.signer, authority, &order, &exchange->diag);
}

static EVP_PKEY *
signer_key(const struct authority *authority, int64_t who)
{
	static const enum pki_role roles[] = {
		[SIGNER_STRANGER] = PKI_NEXT_CA, [SIGNER_EXPIRED_RA] = PKI_RA_SIGNING};

	return who == SIGNER_ISSUING_CA ? authority_issuer_key(authority)
					: pki_key(authority->pki, roles[who]);
}

/* The stranger goes by the name of the device's own certificate, which is in no list of GetCACert, and
 * has a key of its own. */
static int
apply_signer(struct exchange *exchange, const struct action_value *values)
{
	int64_t who = values[0].number;
	struct scep_reply_plan *plan = &exchange->reply.plan;
	const struct authority *authority = exchange->authority;

	if (who == SIGNER_EXPIRED_RA && make_expired_ra(exchange) != DONE)
		return STAGE_BROKE;
	plan->signer = who == SIGNER_STRANGER ? &exchange->message.scep->signer
		: who == SIGNER_ISSUING_CA    ? authority_issuer(authority)
					      : &exchange->reply.signer;
	plan->signer_key = signer_key(authority, who);
	return STAGE_NEXT;
}

static int
apply_digest(struct exchange *exchange, const struct action_value *values)
{
	exchange->reply.plan.digest = algorithm_digest_named(values[0].text);
	return STAGE_NEXT;
}

static int
apply_signature(struct exchange *exchange, const struct action_value *values)
{
	exchange->reply.bytes |= REPLY_BYTES_SIGNATURE_CORRUPT;
	return STAGE_NEXT;
}

/* --- envelope and content --------------------------------------------------------------- */

static int
apply_cipher(struct exchange *exchange, const struct action_value *values)
{
	exchange->reply.plan.envelope.cipher = algorithm_cipher_named(values[0].text);
	return STAGE_NEXT;
}

enum recipient { RECIPIENT_NONE, RECIPIENT_STRANGER, RECIPIENT_OTHER_NAME };

static int
apply_recipient(struct exchange *exchange, const struct action_value *values)
{
	struct envelope_plan *envelope = &exchange->reply.plan.envelope;
	const struct certificate *ca = authority_issuer(exchange->authority);

	envelope->no_recipient = values[0].number == RECIPIENT_NONE;
	if (values[0].number == RECIPIENT_STRANGER)
		envelope->key = pki_key(exchange->authority->pki, PKI_NEXT_CA);
	if (values[0].number == RECIPIENT_OTHER_NAME) {
		envelope->issuer = ca->issuer;
		envelope->serial = ca->serial;
	}
	return STAGE_NEXT;
}

enum chain {
	CHAIN_EMPTY,
	CHAIN_LEAF_ONLY,
	CHAIN_LEAF_LAST,
	CHAIN_FOREIGN,
	CHAIN_REVERSED,
	CHAIN_OTHER_CA
};

/* A CA that has nothing to do with the deployment. DONE or BROKEN. */
static int
make_other_ca(struct exchange *exchange)
{
	BUFFER_CLEANUP struct buffer subject = {0};
	struct authority_order order = {.role = PKI_NEXT_CA,
		.like = PKI_ROOT,
		.minted = true,
		.now = exchange_seconds(exchange)};

	if (mint_subject(&subject, PKI_ROOT, " of somebody else", &exchange->diag) != DONE)
		return BROKEN;
	order.subject = buffer_bytes(&subject);
	certificate_done(&exchange->reply.other_ca);
	return authority_issue(
		&exchange->reply.other_ca, exchange->authority, &order, &exchange->diag);
}

/* The CAs and the leaf behind them. */
static size_t
list_leaf_last(struct bytes *out, const struct exchange *exchange, bool root_first)
{
	const struct authority *authority = exchange->authority;
	size_t count = authority->ca_count;

	for (size_t i = 0; i < count; i++) {
		const struct authority_ca *ca = &authority->cas[root_first ? count - 1 - i : i];

		out[i] = buffer_bytes(&ca->certificate->der);
	}
	out[count++] = buffer_bytes(&exchange->issuance.certificate);
	return count;
}

/* Fills the list anew; returns how many. */
static size_t
list_chain(struct bytes out[2 + AUTHORITY_CAS_MAX], const struct exchange *exchange, int64_t how)
{
	size_t count = 0;

	if (how == CHAIN_EMPTY)
		return 0;
	if (how == CHAIN_LEAF_LAST || how == CHAIN_REVERSED)
		return list_leaf_last(out, exchange, how == CHAIN_REVERSED);
	out[count++] = buffer_bytes(&exchange->issuance.certificate);
	if (how == CHAIN_FOREIGN) /* a certificate that is no CA's, in the CA's place */
		out[count++] = buffer_bytes(&ra_certificates_signing(exchange->authority)->der);
	if (how == CHAIN_OTHER_CA)
		out[count++] = buffer_bytes(&exchange->reply.other_ca.der);
	return count;
}

static int
apply_chain(struct exchange *exchange, const struct action_value *values)
{
	struct bytes certificates[2 + AUTHORITY_CAS_MAX];
	struct reply *reply = &exchange->reply;

	if (reply->plan.content != SCEP_CONTENT_ENVELOPE)
		return STAGE_NEXT;
	if (values[0].number == CHAIN_OTHER_CA && make_other_ca(exchange) != DONE)
		return STAGE_BROKE;
	buffer_clear(&reply->message_data);
	certs_only_write(&reply->message_data, certificates,
		list_chain(certificates, exchange, values[0].number), BYTES_NONE);
	reply->plan.message_data = buffer_bytes(&reply->message_data);
	return STAGE_NEXT;
}

/* In the order of the choices. */
static const enum scep_reply_content contents[] = {SCEP_CONTENT_ABSENT, SCEP_CONTENT_ZERO_BYTE};

static int
apply_content(struct exchange *exchange, const struct action_value *values)
{
	exchange->reply.plan.content = contents[values[0].number];
	return STAGE_NEXT;
}

/* --- bytes -------------------------------------------------------------------------------- */

/* In the order of the choices. */
static const unsigned encodings[] = {
	REPLY_BYTES_TRAILING, REPLY_BYTES_TRUNCATED, REPLY_BYTES_INDEFINITE};

static int
apply_encoding(struct exchange *exchange, const struct action_value *values)
{
	exchange->reply.bytes |= encodings[values[0].number];
	return STAGE_NEXT;
}

/* --- rows --------------------------------------------------------------------------------- */

/* clang-format off */
#define PLAN(what)  .name = (what), .stage = "reply_plan", .operation = "PKIOperation"

const struct action_row action_rows_reply[] = {
	{PLAN("transaction_id"), .help = "Answers another transaction, or none",
		.arguments = {{CHOICE("transaction_id", NULL, "wrong", "missing"),
			.help = "The attribute transactionID"}},
		.apply = apply_transaction_id},
	{PLAN("recipient_nonce"), .help = "Does not give the client's nonce back",
		.arguments = {{CHOICE("recipient_nonce", NULL, "wrong", "missing"),
			.help = "The attribute recipientNonce"}},
		.apply = apply_recipient_nonce},
	{PLAN("sender_nonce"), .help = "Leaves out the senderNonce, as the RFC allows",
		.arguments = {{CHOICE("sender_nonce", NULL, "missing"),
			.help = "The attribute senderNonce"}},
		.apply = apply_sender_nonce},
	{PLAN("message_type"), .help = "Gives the CertRep another messageType",
		.arguments = {{NUMBER("message_type", NULL, -1, 255),
			.help = "The number; -1 leaves the attribute out"}},
		.apply = apply_message_type},
	{PLAN("pki_status"), .help = "Gives the CertRep another pkiStatus, and changes nothing else",
		.arguments = {{NUMBER("pki_status", NULL, -1, 255),
			.help = "The number; -1 leaves the attribute out"}},
		.apply = apply_pki_status},
	{PLAN("fail_info"), .help = "Gives a FAILURE another failInfo",
		.arguments = {{NUMBER("fail_info", NULL, -1, 255),
			.help = "The number; -1 leaves the attribute out"}},
		.apply = apply_fail_info},
	{PLAN("signer"), .help = "Has somebody else sign the CertRep",
		.arguments = {{CHOICE("signer", NULL, "stranger", "issuing_ca", "expired_ra"),
			.help = "Who: one that GetCACert does not list, the CA itself, or the RA "
				"with a certificate that has expired"}},
		.apply = apply_signer},
	{PLAN("digest"), .help = "Signs the CertRep with another digest",
		.arguments = {{TEXT("digest", NULL, 32), .check = algorithm_check_digest,
			.write_pattern = algorithm_write_digest_pattern,
			.form = "a digest", .help = "Its name"}},
		.apply = apply_digest},
	{PLAN("cipher"), .help = "Encrypts the content with another cipher",
		.arguments = {{TEXT("cipher", NULL, 32), .check = algorithm_check_cipher,
			.write_pattern = algorithm_write_cipher_pattern,
			.form = "a cipher", .help = "Its name"}},
		.apply = apply_cipher},
	{PLAN("recipient"), .help = "Encrypts the content to somebody else",
		.arguments = {{CHOICE("recipient", NULL, "none", "stranger", "other_name"),
			.help = "To nobody, to another key under the client's name, or to the "
				"client's key under another name"}},
		.apply = apply_recipient},
	{PLAN("chain"), .help = "Changes the certificates of a SUCCESS",
		.arguments = {{CHOICE("chain", NULL, "empty", "leaf_only", "leaf_last", "foreign",
			"reversed", "other_ca"),
			.help = "None at all, the issued one alone, the issued one behind its CAs, "
				"with a stranger in the place of its CA, all from the root on, or with "
				"another CA in the place of its own"}},
		.apply = apply_chain},
	{PLAN("content"), .help = "Leaves the encrypted content out, whatever the pkiStatus",
		.arguments = {{CHOICE("content", NULL, "absent", "zero_byte"),
			.help = "What stands in its place: nothing, or one zero byte"}},
		.apply = apply_content},
	{PLAN("signature"), .help = "Changes a bit of the signature",
		.arguments = {{CHOICE("signature", NULL, "corrupt"), .help = "What becomes of it"}},
		.apply = apply_signature},
	{PLAN("encoding"), .help = "Changes the bytes of the CertRep as a whole",
		.arguments = {{CHOICE("encoding", NULL,
			"trailing_bytes", "truncated", "indefinite"),
			.help = "Four bytes more, a quarter less, or BER's indefinite length, which "
				"is right"}},
		.apply = apply_encoding},
	{0},
};
/* clang-format on */
