#include "common/certificate.h"

#include <string.h>

#include "common/der_time.h"
#include "common/name.h"
#include "common/pem.h"
#include "common/x509_signed.h"

#define PEM_LABEL "CERTIFICATE"

const char *
certificate_key_usage_name(size_t n)
{
	static const char *const names[] = {"digitalSignature", "nonRepudiation", "keyEncipherment",
		"dataEncipherment", "keyAgreement", "keyCertSign", "cRLSign", "encipherOnly",
		"decipherOnly"};

	return n < sizeof(names) / sizeof(names[0]) ? names[n] : NULL;
}

/* version [0] EXPLICIT, DEFAULT v1 (RFC 5280 4.1.2.1). */
static bool
take_version(struct der *tbs)
{
	struct der inside;
	uint32_t version;

	if (!der_next_is(tbs, DER_CONTEXT(0)))
		return true;
	if (!der_enter(tbs, DER_CONTEXT(0), &inside) || !der_take_small(&inside, &version) ||
		!der_finish(&inside))
		return false;
	return version <= 2 || der_refuse(tbs, "version 0, 1 or 2 (v1 to v3)", "%u", version);
}

static bool
take_sequence(struct der *der, struct bytes *whole)
{
	struct der_element element;

	if (!der_take(der, DER_SEQUENCE, &element))
		return false;
	*whole = element.whole;
	return true;
}

static bool
take_validity(struct der *tbs, struct certificate *out)
{
	struct der inside;

	return der_enter(tbs, DER_SEQUENCE, &inside) && der_take_time(&inside, &out->not_before) &&
		der_take_time(&inside, &out->not_after) && der_finish(&inside);
}

/* issuerUniqueID and subjectUniqueID are passed over; extensions is [3] EXPLICIT. */
static bool
take_rest(struct der *tbs, struct extension_values *values)
{
	struct der_element unique;
	struct der inside;

	for (uint8_t n = 1; n <= 2; n++)
		if (der_next_is(tbs, DER_CONTEXT(n)) && !der_take_any(tbs, &unique))
			return false;
	if (der_next_is(tbs, DER_CONTEXT(3)) &&
		(!der_enter(tbs, DER_CONTEXT(3), &inside) || !extension_take_all(&inside, values) ||
			!der_finish(&inside)))
		return false;
	return der_finish(tbs);
}

/* TBSCertificate, RFC 5280 4.1.2. */
static bool
read_tbs(struct certificate *out, struct der *tbs, const struct x509_signed *whole)
{
	struct extension_values values = {0};

	if (!take_version(tbs) || !der_take_serial(tbs, &out->serial) ||
		!x509_signed_take_same_algorithm(tbs, whole) || !take_sequence(tbs, &out->issuer) ||
		!take_validity(tbs, out) || !take_sequence(tbs, &out->subject) ||
		!take_sequence(tbs, &out->spki) || !take_rest(tbs, &values))
		return false;
	out->subject_alt_name = values.subject_alt_name;
	out->subject_key_identifier = values.subject_key_identifier;
	out->key_usage = values.key_usage;
	out->has_key_usage = values.has_key_usage;
	out->is_ca = values.is_ca;
	return true;
}

int
certificate_read(struct certificate *out, struct bytes der, struct diag *diag)
{
	struct x509_signed whole;
	struct der tbs;

	*out = (struct certificate){0};
	buffer_append(&out->der, der);
	if (!x509_signed_read(&whole, &tbs, buffer_bytes(&out->der), "certificate", diag) ||
		!read_tbs(out, &tbs, &whole)) {
		certificate_done(out);
		return REFUSED;
	}
	out->tbs = whole.content;
	out->signature = whole.signature;
	out->signature_oid = whole.algorithm.oid;
	return DONE;
}

bool
certificate_find_serial(struct bytes *out, struct bytes der)
{
	struct der certificate = der_start(der, "certificate", NULL), inside, tbs;

	return der_enter(&certificate, DER_SEQUENCE, &inside) &&
		der_enter(&inside, DER_SEQUENCE, &tbs) && take_version(&tbs) &&
		der_take_serial(&tbs, out);
}

int
certificate_read_pem(struct certificate *out, struct bytes pem, struct diag *diag)
{
	PEM_CLEANUP struct pem block = {0};

	*out = (struct certificate){0};
	while (pem_next(&block, &pem))
		if (strcmp(block.label, PEM_LABEL) == 0)
			return certificate_read(out, buffer_bytes(&block.der), diag);
	return diag_refuse(
		diag, "certificate", "RFC 7468 5", "a PEM block \"" PEM_LABEL "\"", "none");
}

void
certificate_copy(struct certificate *out, const struct certificate *from)
{
	*out = (struct certificate){0};
	/* What was read once is read again without fail. */
	if (from->der.size > 0)
		certificate_read(out, buffer_bytes(&from->der), NULL);
}

void
certificate_write_pem(struct buffer *out, struct bytes der)
{
	pem_write(out, PEM_LABEL, der);
}

void
certificate_done(struct certificate *certificate)
{
	buffer_done(&certificate->der);
	*certificate = (struct certificate){0};
}

int
certificate_verify(const struct certificate *certificate, EVP_PKEY *issuer, struct diag *diag)
{
	return x509_signed_verify("certificate", certificate->tbs, certificate->signature_oid,
		certificate->signature, issuer, diag);
}

bool
certificate_is(const struct certificate *certificate, struct bytes issuer, struct bytes serial)
{
	return bytes_equal(certificate->serial, serial) && name_equal(certificate->issuer, issuer);
}

int
certificate_fingerprint(uint8_t *out, const struct certificate *certificate,
	const struct digest_algorithm *digest, struct diag *diag)
{
	return algorithm_digest_bytes(out, digest, buffer_bytes(&certificate->der), diag);
}
