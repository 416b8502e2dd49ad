#include "client/identity.h"

#include "client/files.h"
#include "common/certificate_plan.h"
#include "common/clock.h"
#include "common/memory.h"
#include "common/random.h"

/* Around the moment, for clocks that differ and approvals that take a while. */
#define SELF_SIGNED_BACKDATE_DAYS 1
#define SELF_SIGNED_DAYS          30

void
identity_done(struct identity *identity)
{
	EVP_PKEY_free(identity->key);
	certificate_done(&identity->certificate);
	*identity = (struct identity){0};
}

int
identity_read_key(EVP_PKEY **out, const char *path, struct diag *diag)
{
	BUFFER_SECRET_CLEANUP struct buffer pem = {0};
	struct diag reason = {0};
	int result = files_read(&pem, path, diag);

	if (result != DONE)
		return result;
	if (key_read_pem(out, buffer_bytes(&pem), &reason) == DONE)
		return DONE;
	return diag_refuse(diag, path, NULL, "an RSA or EC private key in PEM, not encrypted", "%s",
		reason.found);
}

static int
read_certificate(struct certificate *out, const char *path, struct diag *diag)
{
	BUFFER_CLEANUP struct buffer pem = {0};
	struct diag reason = {0};
	int result = files_read(&pem, path, diag);

	if (result != DONE)
		return result;
	if (certificate_read_pem(out, buffer_bytes(&pem), &reason) == DONE)
		return DONE;
	return diag_refuse(diag, path, NULL, "a certificate in PEM", "%s", reason.found);
}

int
identity_read(struct identity *out, const char *directory, struct diag *diag)
{
	TEXT_CLEANUP char *key = text_format("%s/key.pem", directory);
	TEXT_CLEANUP char *certificate = text_format("%s/certificate.pem", directory);
	BUFFER_CLEANUP struct buffer spki = {0};
	int result = identity_read_key(&out->key, key, diag);

	if (result == DONE)
		result = read_certificate(&out->certificate, certificate, diag);
	if (result == DONE)
		result = key_write_public(&spki, out->key, diag);
	if (result == DONE && !key_same(buffer_bytes(&spki), out->certificate.spki))
		return diag_refuse(diag, directory, NULL, "a key and its certificate",
			"key.pem is not the key of certificate.pem");
	return result;
}

uint32_t
identity_key_usage(const EVP_PKEY *key)
{
	return key_is_rsa(key) ? KEY_USAGE_DIGITAL_SIGNATURE | KEY_USAGE_KEY_ENCIPHERMENT
			       : KEY_USAGE_DIGITAL_SIGNATURE;
}

/* A positive serial of eight random octets; no CA ever looks it up. */
static void
draw_serial(struct certificate_plan *plan)
{
	struct random random;

	random_init(&random, random_new_seed());
	plan->serial_size = 8;
	random_fill(&random, plan->serial, plan->serial_size);
	plan->serial[0] = (uint8_t)((plan->serial[0] & 0x3f) | 0x40);
}

int
identity_self_sign(struct identity *out, EVP_PKEY *key, struct bytes subject,
	const struct digest_algorithm *digest, int64_t now, struct diag *diag)
{
	BUFFER_CLEANUP struct buffer spki = {0}, der = {0};
	struct certificate_plan plan = {
		.digest = digest,
		.issuer = subject,
		.not_before = now - SELF_SIGNED_BACKDATE_DAYS * CLOCK_DAY_SECONDS,
		.not_after = now + SELF_SIGNED_DAYS * CLOCK_DAY_SECONDS,
		.subject = subject,
		.key_usage = identity_key_usage(key),
	};
	int result;

	out->key = key;
	draw_serial(&plan);
	result = key_write_public(&spki, key, diag);
	plan.spki = buffer_bytes(&spki);
	if (result == DONE)
		result = certificate_plan_sign(&der, &plan, key, diag);
	return result == DONE ? certificate_read(&out->certificate, buffer_bytes(&der), diag)
			      : result;
}
