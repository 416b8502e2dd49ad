/*
 * The answer to GetCACert on the client, in both media types, and who is who in it; and a lone CRL, as one
 * comes from a distribution point.
 */
#include <stdio.h>

#include "client/ca_certificates.h"
#include "common/crl.h"
#include "common/name.h"
#include "tests/fuzz/agree.h"
#include "tests/fuzz/der_edit.h"
#include "tests/fuzz/fuzz.h"
#include "tests/fuzz/message_edit.h"

int
LLVMFuzzerInitialize(int *argc, char ***argv)
{
	people_start();
	return 0;
}

/* A certificate or a CRL is signed by the CA, and so is what a list holds. */
static void
edit(struct buffer *out, struct bytes input, struct dice *dice)
{
	SIGNED_DATA_CLEANUP struct signed_data list = {0};
	BUFFER_CLEANUP struct buffer changed = {0};

	if (signed_data_read(&list, input, NULL) == DONE) {
		message_edit_certificates(out, input, dice);
		return;
	}
	der_edit_change(&changed, input, dice);
	message_edit_sign_x509(out, buffer_bytes(&changed), people_get(PERSON_CA));
}

size_t
LLVMFuzzerCustomMutator(uint8_t *data, size_t size, size_t size_max, unsigned seed)
{
	return message_edit_mutate(edit, data, size, size_max, seed);
}

/* Every certificate that was taken with its key is one for OpenSSL, and where it has an issuer in the
 * list, his signature. */
static void
check_list(const struct ca_certificates *authority)
{
	const struct certificate *chain[CA_CHAIN_MAX];

	for (size_t i = 0; i < authority->count; i++) {
		const struct certificate *certificate = &authority->list[i];

		if (!authority->keys[i])
			continue;
		agree_certificate(certificate);
		agree_that(*ca_certificates_role(authority, certificate), "nobody's role");
		if (ca_certificates_chain(chain, authority, certificate) > 0 &&
			ca_certificates_key(authority, chain[0]))
			agree_issued(certificate, chain[0]);
	}
}

static void
read_as(const char *media_type, struct bytes input)
{
	__attribute__((cleanup(ca_certificates_done))) struct ca_certificates authority = {0};
	HTTP_REPLY_CLEANUP struct http_reply reply = {.status = 200};
	struct diag diag = {0};
	int result;

	snprintf(reply.content_type, sizeof(reply.content_type), "%s", media_type);
	buffer_append(&reply.body, input);
	result = ca_certificates_read(&authority, &reply, &diag);
	if (result == DONE) {
		check_list(&authority);
		result = ca_certificates_check(&authority, PEOPLE_NOW, &diag);
	}
	agree_outcome(result, &diag);
}

static void
read_crl(struct bytes input)
{
	CRL_CLEANUP struct crl crl = {0};
	struct diag diag = {0};
	int result = crl_read(&crl, input, &diag);

	if (result == DONE) {
		result = crl_verify(&crl, people_get(PERSON_CA)->key, &diag);
		agree_crl(&crl, people_get(PERSON_DEVICE)->certificate.serial);
	}
	agree_outcome(result, &diag);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	people_draw(1);
	read_as("application/x-x509-ca-ra-cert", BYTES(data, size));
	read_as("application/x-x509-ca-cert", BYTES(data, size));
	read_crl(BYTES(data, size));
	return 0;
}
