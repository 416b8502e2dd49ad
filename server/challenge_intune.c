#include "server/challenge_intune.h"

#include <jansson.h>
#include <stdlib.h>
#include <string.h>

#include "common/alternative_name.h"
#include "common/base64.h"
#include "common/envelope.h"
#include "common/envelope_writer.h"
#include "common/json_writer.h"
#include "common/memory.h"
#include "common/name_parse.h"
#include "common/signed_data.h"
#include "common/signed_data_writer.h"

#define OBJECT "Intune challenge"

/* How many bytes of claims make 4 to 6 kB of base64. What Intune says of device, user and profile in
 * them is not known: ours are filled up. */
#define CLAIMS_SIZE 2048

#define IDENTIFIER_MAX 128
#define KEY_USAGE_ALL  0x7f
#define EXPIRES_MAX    INT64_C(253402300799) /* the end of the year 9999 */

/* One recipient is what the service writes, and more would be more work. */
#define RECIPIENTS_MAX 1

void
challenge_claims_done(struct challenge_claims *claims)
{
	free(claims->identifier);
	free(claims->subject);
	free(claims->alternative_name);
	*claims = (struct challenge_claims){0};
}

/* --- claims -------------------------------------------------------------------- */

static int
check_claims(const struct challenge_claims *claims, struct diag *diag)
{
	BUFFER_CLEANUP struct buffer der = {0};
	size_t size = claims->identifier ? strlen(claims->identifier) : 0;

	if (size < 1 || size > IDENTIFIER_MAX)
		return diag_refuse(diag, OBJECT " identifier", NULL, "1 to 128 characters",
			"%zu characters", size);
	if (claims->expires_at < 0 || claims->expires_at > EXPIRES_MAX)
		return diag_refuse(diag, OBJECT " expires", NULL,
			"seconds since 1970, before the year 10000", "%lld",
			(long long)claims->expires_at);
	if (claims->key_usage > KEY_USAGE_ALL)
		return diag_refuse(diag, OBJECT " key_usage", "RFC 5280 4.2.1.3",
			"the bits of KeyUsage, up to 127", "%u", claims->key_usage);
	if (claims->subject && name_parse(&der, claims->subject, diag) != DONE)
		return REFUSED;
	if (claims->alternative_name &&
		alternative_name_parse(&der, claims->alternative_name, diag) != DONE)
		return REFUSED;
	return DONE;
}

/* Appends the claims as JSON, filled up. `out` is empty. */
static void
write_claims(struct buffer *out, const struct challenge_claims *claims)
{
	static const char rest[] = ",\"filler\":\"\"}";
	BUFFER_CLEANUP struct buffer filler = {0};
	size_t size;

	json_writer_open_object(out, NULL);
	json_writer_text(out, "identifier", bytes_text(claims->identifier));
	json_writer_number(out, "expires", claims->expires_at);
	if (claims->subject)
		json_writer_text(out, "subject", bytes_text(claims->subject));
	if (claims->alternative_name)
		json_writer_text(
			out, "subject_alternative_name", bytes_text(claims->alternative_name));
	if (claims->key_usage)
		json_writer_number(out, "key_usage", claims->key_usage);
	size = out->size + sizeof(rest) - 1;
	if (size < CLAIMS_SIZE)
		memset(buffer_append_space(&filler, CLAIMS_SIZE - size), '0', CLAIMS_SIZE - size);
	json_writer_text(out, "filler", buffer_bytes(&filler));
	json_writer_close_object(out);
}

/* Reads claims that were signed; what does not fit is CHALLENGE_INTUNE_BAD. */
static int
read_claims(struct challenge_claims *out, struct bytes text, struct diag *diag)
{
	const char *identifier, *subject = NULL, *alternative_name = NULL, *filler;
	json_int_t key_usage = 0, expires;
	json_error_t error;
	json_t *object =
		json_loadb((const char *)text.data, text.size, JSON_REJECT_DUPLICATES, &error);
	int unpacked = !object
		? -1
		: json_unpack_ex(object, &error, JSON_STRICT, "{s:s, s:I, s?s, s?s, s?I, s?s}",
			  "identifier", &identifier, "expires", &expires, "subject", &subject,
			  "subject_alternative_name", &alternative_name, "key_usage", &key_usage,
			  "filler", &filler);

	if (unpacked == 0 && (key_usage < 0 || key_usage > KEY_USAGE_ALL))
		unpacked = diag_refuse(diag, OBJECT " key_usage", "RFC 5280 4.2.1.3",
			"the bits of KeyUsage, up to 127", "%lld", (long long)key_usage);
	else if (unpacked != 0)
		diag_refuse(
			diag, OBJECT, NULL, "claims as this program writes them", "%s", error.text);
	if (unpacked == 0)
		*out = (struct challenge_claims){.identifier = text_copy(identifier),
			.subject = text_copy(subject),
			.alternative_name = text_copy(alternative_name),
			.key_usage = (uint32_t)key_usage,
			.expires_at = expires};
	json_decref(object);
	return unpacked == 0 && check_claims(out, diag) == DONE ? DONE : CHALLENGE_INTUNE_BAD;
}

/* --- the messages around them ---------------------------------------------------- */

/* The service's SignedData around the claims. */
static int
sign_claims(struct buffer *out, const struct pki *pki, const struct challenge_claims *claims,
	struct diag *diag)
{
	BUFFER_CLEANUP struct buffer content = {0};
	const struct certificate *service;
	struct signed_data_plan plan;

	if (pki_challenge_certificate(&service, pki, PKI_CHALLENGE_SIGNING, diag) != DONE)
		return BROKEN;
	write_claims(&content, claims);
	plan = (struct signed_data_plan){
		.digest = algorithm_digest_named("SHA-256"),
		.has_content = true,
		.content = buffer_bytes(&content),
		.certificates = {buffer_bytes(&service->der)},
		.certificate_count = 1,
		.signer_issuer = service->issuer,
		.signer_serial = service->serial,
	};
	return signed_data_sign(out, &plan, pki_key(pki, PKI_CHALLENGE_SIGNING), diag);
}

int
challenge_intune_mint(struct buffer *out, const struct pki *pki,
	const struct challenge_claims *claims, struct diag *diag)
{
	BUFFER_CLEANUP struct buffer message = {0}, envelope = {0};
	const struct certificate *module;
	struct envelope_plan plan;

	if (check_claims(claims, diag) != DONE)
		return REFUSED;
	if (sign_claims(&message, pki, claims, diag) != DONE ||
		pki_challenge_certificate(&module, pki, PKI_CHALLENGE_ENCRYPTION, diag) != DONE)
		return BROKEN;
	plan = (struct envelope_plan){
		.issuer = module->issuer,
		.serial = module->serial,
		.key = pki_key(pki, PKI_CHALLENGE_ENCRYPTION),
		.transport = KEY_TRANSPORT_OAEP,
		.cipher = algorithm_cipher_named("AES-256"),
	};
	if (envelope_seal(&envelope, &plan, buffer_bytes(&message), diag) != DONE)
		return BROKEN;
	base64_encode(out, buffer_bytes(&envelope));
	return DONE;
}

/* What a reader of ours refuses in a challenge of the right form is a bad one. */
static int
bad_unless_broken(int result)
{
	return result == REFUSED ? CHALLENGE_INTUNE_BAD : result;
}

static int
open_envelope(struct buffer *out, const struct envelope *envelope, const struct pki *pki,
	struct diag *diag)
{
	const struct envelope_recipient *recipient;
	const struct certificate *module;

	if (pki_challenge_certificate(&module, pki, PKI_CHALLENGE_ENCRYPTION, diag) != DONE)
		return BROKEN;
	recipient = envelope_find_recipient(envelope, module, RECIPIENTS_MAX);
	if (!recipient)
		return bad_unless_broken(envelope_refuse_addressee(
			envelope, "the policy module's certificate", module, diag));
	return bad_unless_broken(envelope_open(
		out, envelope, recipient, pki_key(pki, PKI_CHALLENGE_ENCRYPTION), diag));
}

/* Checks that the Intune service signed, whatever certificates are embedded. */
static int
verify_signer(const struct signed_data *message, const struct pki *pki, struct diag *diag)
{
	const struct certificate *service;

	if (pki_challenge_certificate(&service, pki, PKI_CHALLENGE_SIGNING, diag) != DONE)
		return BROKEN;
	if (!message->has_signer || !cms_identifies(&message->signer, service)) {
		BUFFER_CLEANUP struct buffer signer = {0};

		cms_describe_identifier(&signer, &message->signer);
		return bad_unless_broken(diag_refuse(diag, OBJECT " signer", NULL,
			"the Intune service's certificate", "%s", buffer_text(&signer)));
	}
	return bad_unless_broken(
		signed_data_verify(message, pki_key(pki, PKI_CHALLENGE_SIGNING), diag));
}

int
challenge_intune_open(struct challenge_claims *out, const struct pki *pki, struct bytes challenge,
	struct diag *diag)
{
	BUFFER_SECRET_CLEANUP struct buffer content = {0};
	BUFFER_CLEANUP struct buffer der = {0};
	ENVELOPE_CLEANUP struct envelope envelope = {0};
	SIGNED_DATA_CLEANUP struct signed_data message = {0};
	int result;

	*out = (struct challenge_claims){0};
	if (base64_decode(&der, challenge, diag) != DONE ||
		envelope_read(&envelope, buffer_bytes(&der), diag) != DONE)
		return REFUSED;
	result = open_envelope(&content, &envelope, pki, diag);
	if (result == DONE)
		result =
			bad_unless_broken(signed_data_read(&message, buffer_bytes(&content), diag));
	if (result == DONE)
		result = verify_signer(&message, pki, diag);
	if (result == DONE)
		result = read_claims(out, message.content, diag);
	return result;
}
