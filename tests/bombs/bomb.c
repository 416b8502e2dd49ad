#include "tests/bombs/bomb.h"

#include "common/crl.h"
#include "common/scep_reply.h"
#include "common/scep_request.h"
#include "tests/bombs/bomb_rows.h"

const struct bomb *
bomb_at(size_t index)
{
	const struct bomb_rows *const tables[] = {
		&bomb_rows_shape, &bomb_rows_many, &bomb_rows_key, &bomb_rows_client};

	for (size_t i = 0; i < sizeof(tables) / sizeof(tables[0]); i++) {
		if (index < tables[i]->count)
			return &tables[i]->rows[index];
		index -= tables[i]->count;
	}
	return NULL;
}

/* As server/pki_operation.c does. */
static int
read_request(const struct bomb_kit *kit, struct bytes bytes, struct diag *diag)
{
	SCEP_REQUEST_CLEANUP struct scep_request request = {0};
	const struct scep_recipient recipient = {&kit->ra, kit->ra_key};
	int result = scep_request_read(&request, bytes, diag);

	if (result == DONE)
		result = scep_request_verify(&request, diag);
	if (result == DONE)
		result = scep_request_open(&request, &recipient, 1, LIMIT_RECIPIENTS, diag);
	if (result == DONE)
		result = scep_request_read_data(&request, diag);
	if (result == DONE)
		result = scep_request_read_csr_key(&request, diag);
	return result == DONE ? csr_verify(&request.csr, request.csr_key, diag) : result;
}

/* Decodes every certificate of a list, and its CRLs. */
static int
read_list(const struct signed_data *list, struct diag *diag)
{
	struct der crls = der_start(list->crls, "CRLs", diag);
	int result = DONE;

	for (size_t i = 0; result == DONE && i < list->certificate_count; i++) {
		CERTIFICATE_CLEANUP struct certificate certificate = {0};
		EVP_PKEY *key = NULL;

		result = certificate_read(&certificate, list->certificates[i], diag);
		if (result == DONE)
			result = key_read_public(&key, certificate.spki, diag);
		EVP_PKEY_free(key);
	}
	while (result == DONE && !der_empty(&crls)) {
		struct crl crl = {0};
		struct der_element element;

		result = der_take_any(&crls, &element) ? crl_read(&crl, element.whole, diag)
						       : REFUSED;
		if (result == DONE)
			crl_lists(&crl, BYTES("\x7f", 1));
		crl_done(&crl);
	}
	return result;
}

/* As client/requester.c does. */
static int
read_reply(const struct bomb_kit *kit, struct bytes bytes, struct diag *diag)
{
	static const struct bytes password = {(const uint8_t *)"secret", 6};
	struct scep_reply reply = {0};
	int result = scep_reply_read(&reply, bytes, diag);

	if (result == DONE && scep_reply_find_signer(&reply, &kit->ra, 1) < 0)
		result = diag_refuse(diag, "CertRep", NULL, "the RA's", "another signer");
	if (result == DONE)
		result = signed_data_verify(&reply.message, kit->ra_key, diag);
	if (result == DONE && envelope_find_password(&reply.envelope))
		result = scep_reply_open_with_password(&reply, password, diag);
	else if (result == DONE)
		result = scep_reply_open(&reply, &kit->device, kit->device_key, diag);
	if (result == DONE)
		result = read_list(&reply.answer, diag);
	scep_reply_done(&reply);
	return result;
}

static int
read_certificates(struct bytes bytes, struct diag *diag)
{
	SIGNED_DATA_CLEANUP struct signed_data list = {0};
	int result = signed_data_read(&list, bytes, diag);

	return result == DONE ? read_list(&list, diag) : result;
}

int
bomb_read(
	const struct bomb *bomb, const struct bomb_kit *kit, struct bytes bytes, struct diag *diag)
{
	switch (bomb->target) {
	case BOMB_FOR_SERVER:
		return read_request(kit, bytes, diag);
	case BOMB_FOR_CLIENT:
		return read_reply(kit, bytes, diag);
	case BOMB_IN_CERTIFICATES:
		return read_certificates(bytes, diag);
	}
	return BROKEN;
}
