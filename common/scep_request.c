#include "common/scep_request.h"

#include "common/der_writer.h"
#include "common/scep_attributes.h"
#include "common/signed_data_writer.h"

void
scep_request_done(struct scep_request *request)
{
	signed_data_done(&request->message);
	certificate_done(&request->signer);
	EVP_PKEY_free(request->signer_key);
	envelope_done(&request->envelope);
	buffer_done_secret(&request->message_data); /* it holds the challenge */
	csr_done(&request->csr);
	EVP_PKEY_free(request->csr_key);
	*request = (struct scep_request){0};
}

static int
read_attributes(struct scep_request *out, struct diag *diag)
{
	int result = scep_attributes_transaction_id(
		out->transaction_id, &out->transaction_id_tag, &out->message, diag);

	if (result == DONE)
		result = scep_attributes_number(
			&out->message_type, NULL, &out->message, OID_MESSAGE_TYPE, diag);
	if (result == DONE)
		result = scep_attributes_nonce(
			&out->sender_nonce, &out->message, OID_SENDER_NONCE, diag);
	return result;
}

int
scep_request_read(struct scep_request *out, struct bytes der, struct diag *diag)
{
	int result = signed_data_read(&out->message, der, diag);

	if (result == DONE && !out->message.has_signer)
		return diag_refuse(diag, "pkiMessage", "RFC 8894 3.1", "one SignerInfo", "none");
	if (result == DONE)
		result = read_attributes(out, diag);
	if (result == DONE)
		result = signed_data_find_signer(&out->signer, &out->message, diag);
	if (result == DONE)
		result = key_read_public(&out->signer_key, out->signer.spki, diag);
	if (result == DONE && out->message.has_content)
		result = envelope_read(&out->envelope, out->message.content, diag);
	return result;
}

int
scep_request_verify(const struct scep_request *request, struct diag *diag)
{
	return signed_data_verify(&request->message, request->signer_key, diag);
}

int
scep_request_open(struct scep_request *request, const struct scep_recipient *recipients,
	size_t recipient_count, size_t recipient_limit, struct diag *diag)
{
	const struct envelope_recipient *recipient;

	for (size_t i = 0; i < recipient_count; i++) {
		recipient = envelope_find_recipient(
			&request->envelope, recipients[i].certificate, recipient_limit);
		if (recipient)
			return envelope_open(&request->message_data, &request->envelope, recipient,
				recipients[i].key, diag);
	}
	return envelope_refuse_addressee(&request->envelope, "the RA encryption certificate",
		recipients[0].certificate, diag);
}

static int
read_csr(struct scep_request *request, struct diag *diag)
{
	return csr_read(&request->csr, buffer_bytes(&request->message_data), diag);
}

/* IssuerAndSubject, RFC 8894 3.3.3. */
static int
read_issuer_and_subject(struct scep_request *request, struct diag *diag)
{
	struct der der = der_start(buffer_bytes(&request->message_data), "IssuerAndSubject", diag);
	struct der_element issuer, subject;
	struct der inside;

	if (!der_enter(&der, DER_SEQUENCE, &inside) || !der_finish(&der) ||
		!der_take(&inside, DER_SEQUENCE, &issuer) ||
		!der_take(&inside, DER_SEQUENCE, &subject) || !der_finish(&inside))
		return REFUSED;
	request->issuer = issuer.whole;
	request->subject = subject.whole;
	return DONE;
}

/* IssuerAndSerialNumber, RFC 8894 3.3.4 and 3.3.5. */
static int
read_issuer_and_serial(struct scep_request *request, struct diag *diag)
{
	struct der der =
		der_start(buffer_bytes(&request->message_data), "IssuerAndSerialNumber", diag);
	struct cms_identifier identifier;

	if (!cms_take_issuer_and_serial(&der, &identifier) || !der_finish(&der))
		return REFUSED;
	request->issuer = identifier.issuer;
	request->serial = identifier.serial;
	return DONE;
}

int
scep_request_read_data(struct scep_request *request, struct diag *diag)
{
	static const struct {
		enum scep_message_type type;
		int (*read)(struct scep_request *request, struct diag *diag);
	} contents[] = {
		{SCEP_PKCS_REQ, read_csr},
		{SCEP_RENEWAL_REQ, read_csr},
		{SCEP_UPDATE_REQ, read_csr},
		{SCEP_CERT_POLL, read_issuer_and_subject},
		{SCEP_GET_CERT, read_issuer_and_serial},
		{SCEP_GET_CRL, read_issuer_and_serial},
	};

	for (size_t i = 0; i < sizeof(contents) / sizeof(contents[0]); i++)
		if (contents[i].type == request->message_type)
			return contents[i].read(request, diag);
	return DONE;
}

int
scep_request_read_csr_key(struct scep_request *request, struct diag *diag)
{
	if (!key_same(request->csr.spki, request->signer.spki))
		return key_read_public(&request->csr_key, request->csr.spki, diag);
	if (EVP_PKEY_up_ref(request->signer_key) != 1)
		return diag_break_crypto(diag, "PKCS#10 public key", "sharing the signer's");
	request->csr_key = request->signer_key;
	return DONE;
}

int
scep_request_write(struct buffer *out, const struct scep_request_plan *plan, struct diag *diag)
{
	BUFFER_CLEANUP struct buffer content = {0}, attributes = {0};
	struct signed_data_plan message = {
		.digest = plan->digest,
		.digest_parameters_null = true,
		.has_content = true,
		.certificates = {buffer_bytes(&plan->signer->der)},
		.certificate_count = 1,
		.signer_issuer = plan->signer->issuer,
		.signer_serial = plan->signer->serial,
	};

	if (envelope_seal(&content, &plan->envelope, plan->message_data, diag) != DONE)
		return BROKEN;
	scep_attributes_put_number(&attributes, OID_MESSAGE_TYPE, plan->message_type);
	signed_data_put_attribute(&attributes, OID_TRANSACTION_ID, DER_PRINTABLE_STRING,
		bytes_text(plan->transaction_id));
	signed_data_put_attribute(
		&attributes, OID_SENDER_NONCE, DER_OCTET_STRING, plan->sender_nonce);
	message.content = buffer_bytes(&content);
	message.attributes = buffer_bytes(&attributes);
	return signed_data_sign(out, &message, plan->signer_key, diag);
}

void
scep_request_put_issuer_and_subject(struct buffer *out, struct bytes issuer, struct bytes subject)
{
	size_t mark = der_begin(out, DER_SEQUENCE);

	buffer_append(out, issuer);
	buffer_append(out, subject);
	der_end(out, mark);
}

void
scep_request_put_issuer_and_serial(struct buffer *out, struct bytes issuer, struct bytes serial)
{
	cms_put_issuer_and_serial(out, issuer, serial);
}
