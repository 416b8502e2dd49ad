#include "common/x509_signed.h"

#include "common/der_writer.h"

bool
x509_signed_read(struct x509_signed *out, struct der *inside, struct bytes der, const char *object,
	struct diag *diag)
{
	struct der cursor = der_start(der, object, diag), parts;
	struct der_element content;

	if (!der_enter(&cursor, DER_SEQUENCE, &parts) || !der_finish(&cursor) ||
		!der_take(&parts, DER_SEQUENCE, &content) || !der_open(&parts, &content, inside) ||
		!der_take_algorithm(&parts, &out->algorithm) ||
		!der_take_bits(&parts, &out->signature) || !der_finish(&parts))
		return false;
	out->content = content.whole;
	return true;
}

bool
x509_signed_take_same_algorithm(struct der *inside, const struct x509_signed *whole)
{
	struct der_algorithm repeated;

	if (!der_take_algorithm(inside, &repeated))
		return false;
	return bytes_equal(repeated.whole, whole->algorithm.whole) ||
		der_refuse(inside, "the algorithm that stands before the signature", "another one");
}

static enum oid
signature_oid_for(const struct digest_algorithm *digest, const EVP_PKEY *key)
{
	return key_is_rsa(key) ? digest->rsa_signature : digest->ecdsa_signature;
}

/* Finds the digest of a signature that this key can have made. */
static int
find_digest(const struct digest_algorithm **out, const char *object, struct bytes signature_oid,
	EVP_PKEY *signer, struct diag *diag)
{
	BUFFER_CLEANUP struct buffer name = {0};

	*out = algorithm_digest_of_signature(signature_oid);
	if (*out && (*out)->oid == OID_MD5)
		return diag_refuse(diag, object, "RFC 6151 2", "a signature with SHA-1 or better",
			"one with MD5");
	if (*out && oid_find(signature_oid) == signature_oid_for(*out, signer))
		return DONE;
	oid_describe(&name, signature_oid);
	return diag_refuse(diag, object, "signatureAlgorithm",
		"one that we know and that fits the signer's kind of key", "%s with a key for %s",
		buffer_text(&name), key_is_rsa(signer) ? "RSA" : "ECDSA");
}

int
x509_signed_verify(const char *object, struct bytes content, struct bytes signature_oid,
	struct bytes signature, EVP_PKEY *signer, struct diag *diag)
{
	const struct digest_algorithm *digest;
	int outcome;

	if (find_digest(&digest, object, signature_oid, signer, diag) != DONE)
		return REFUSED;
	outcome = key_verify(signer, digest, content, signature, diag);
	if (outcome != REFUSED)
		return outcome;
	return diag_refuse(diag, object, "signature", "one made with the signer's key",
		"it was made with another key than this one of %u bits, or the content was changed",
		key_bits(signer));
}

/* One parameter of RSASSA-PSS-params, explicitly tagged: the digest, or MGF1 with it. */
static void
put_pss_digest(struct buffer *out, uint8_t tag, const struct digest_algorithm *digest, bool mask)
{
	size_t tagged = der_begin(out, tag), sequence = 0;

	if (mask) {
		sequence = der_begin(out, DER_SEQUENCE);
		der_put_oid(out, oid_bytes(OID_MGF1));
	}
	der_put_algorithm(out, oid_bytes(digest->oid), true);
	if (mask)
		der_end(out, sequence);
	der_end(out, tagged);
}

static void
put_pss_algorithm(struct buffer *out, const struct digest_algorithm *digest)
{
	size_t algorithm = der_begin(out, DER_SEQUENCE), parameters, salt;

	der_put_oid(out, oid_bytes(OID_RSASSA_PSS));
	parameters = der_begin(out, DER_SEQUENCE);
	put_pss_digest(out, DER_CONTEXT(0), digest, false);
	put_pss_digest(out, DER_CONTEXT(1), digest, true);
	salt = der_begin(out, DER_CONTEXT(2));
	der_put_small(out, 0);
	der_end(out, salt);
	der_end(out, parameters);
	der_end(out, algorithm);
}

void
x509_signed_put_algorithm(
	struct buffer *out, EVP_PKEY *signer, const struct digest_algorithm *digest, bool pss)
{
	if (pss && key_is_rsa(signer))
		put_pss_algorithm(out, digest);
	else
		der_put_algorithm(
			out, oid_bytes(signature_oid_for(digest, signer)), key_is_rsa(signer));
}

int
x509_signed_write(struct buffer *out, struct bytes content, EVP_PKEY *signer,
	const struct digest_algorithm *digest, bool pss, struct diag *diag)
{
	BUFFER_CLEANUP struct buffer signature = {0};
	size_t mark;
	int result;

	if (signature_oid_for(digest, signer) == OID_UNKNOWN)
		return diag_break(diag, "signature", "there is no ECDSA with %s", digest->name);
	result = pss && key_is_rsa(signer) ? key_sign_pss(&signature, signer, digest, content, diag)
					   : key_sign(&signature, signer, digest, content, diag);
	if (result != DONE)
		return BROKEN;
	mark = der_begin(out, DER_SEQUENCE);
	buffer_append(out, content);
	x509_signed_put_algorithm(out, signer, digest, pss);
	der_put_bits(out, buffer_bytes(&signature));
	der_end(out, mark);
	return DONE;
}
