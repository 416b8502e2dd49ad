#include "tests/fuzz/agree.h"

#include <openssl/err.h>
#include <openssl/x509.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "common/cms.h"
#include "common/der_canonical.h"
#include "common/der_writer.h"
#include "common/name.h"
#include "tests/unit/judge.h"
#include "tests/unit/x509_support.h"

OSSL_CLEANUP(X509_REQ, X509_REQ)
OSSL_CLEANUP(X509_CRL, X509_CRL)

void
agree_that(bool held, const char *what)
{
	if (held)
		return;
	fprintf(stderr, "disagreement: %s\n", what);
	abort();
}

void
agree_outcome(int result, const struct diag *diag)
{
	char words[DIAG_TEXT_SIZE];

	if (result == DONE)
		return;
	if (result == BROKEN)
		fprintf(stderr, "%s\n", diag_text(words, diag));
	agree_that(result != BROKEN, "a stranger's bytes broke us");
	agree_that(result == REFUSED, "an outcome that nothing declares");
	agree_that(*diag->object && *diag->found, "a refusal without words");
}

/*
 * What we take as it is, and OpenSSL takes apart. We are laxer there on purpose: a server that tells a
 * developer what is wrong has to read on, and what it does not use cannot hurt it.
 */
static const struct {
	const char *error; /* OpenSSL's words */
	const char *reason;
} passed_over[] = {
	{"header too long", "OpenSSL wants a byte behind a length of several octets, were it 0"},
	{"illegal padding", "an INTEGER with an octet too many is clear enough"},
	{"CMS routines::attribute error", "of signingTime, which we do not read"},
	{"Field=value, Type=X509_NAME_ENTRY", "a value that is no text is shown in hexadecimal"},
	{"invalid utf8string", "likewise"},
	{"illegal characters", "likewise"},
	{"bmpstring is wrong length", "likewise"},
	{"universalstring is wrong length", "likewise"},
	{"Field=parameter, Type=X509_ALGOR", "rsaEncryption and digests have none that we use"},
	{"Field=digestAlgorithms, Type=CMS_SignedData", "the SignerInfo says it (RFC 5652 5.1)"},
	{"Field=certificates, Type=CMS_SignedData", "only the signer's is looked for"},
	{"Field=crls, Type=CMS_SignedData", "requests have none (RFC 8894 3.1)"},
	{"Field=originatorInfo, Type=CMS_EnvelopedData", "it helps key agreement alone"},
	{"Field=unprotectedAttrs, Type=CMS_EnvelopedData", "nobody has vouched for them"},
	{"Field=set, Type=X509_ATTRIBUTE", "of those that we know, ours would have refused it"},
	{"Field=extensions, Type=X509_REVOKED", "the serial says all that we ask for"},
	{"Field=unsignedAttrs, Type=CMS_SignerInfo", "nobody has vouched for them"},
};

static bool
is_passed_over(const char *error)
{
	for (size_t i = 0; i < sizeof(passed_over) / sizeof(passed_over[0]); i++)
		if (strstr(error, passed_over[i].error))
			return true;
	return false;
}

/* Takes OpenSSL's errors; returns whether one of them is of a part that is passed over. Otherwise they are
 * told. */
static bool
is_excused(void)
{
	BUFFER_CLEANUP struct buffer words = {0};
	const char *data;
	unsigned long error;
	int flags;

	while ((error = ERR_get_error_all(NULL, NULL, NULL, &data, &flags)))
		buffer_append_format(&words, "%s %s\n", ERR_error_string(error, NULL),
			flags & ERR_TXT_STRING ? data : "");
	if (is_passed_over(buffer_text(&words)))
		return true;
	fputs(buffer_text(&words), stderr);
	return false;
}

/* OpenSSL has to take what we have taken, but for one of these reasons. Returns whether it did. */
static bool
agree_taken(bool taken, const char *what)
{
	agree_that(taken || is_excused(), what);
	return taken;
}

/* Whether OpenSSL writes `name` as these bytes. */
static bool
is_name(const X509_NAME *name, struct bytes der)
{
	const unsigned char *data;
	size_t size;

	return X509_NAME_get0_der((X509_NAME *)name, &data, &size) == 1 &&
		bytes_equal(BYTES(data, size), der);
}

/* Whether the SubjectPublicKeyInfo, which OpenSSL writes in DER, is this one. */
static bool
is_key(X509_PUBKEY *key, struct bytes der)
{
	unsigned char *data = NULL;
	int size = i2d_X509_PUBKEY(key, &data);
	BUFFER_CLEANUP struct buffer ours = {0}, theirs = {0};
	bool equal = size > 0 && der_canonical_set(&ours, der) &&
		der_canonical_set(&theirs, BYTES(data, size)) &&
		bytes_equal(buffer_bytes(&ours), buffer_bytes(&theirs));

	OPENSSL_free(data);
	return equal;
}

static bool
is_time(const ASN1_TIME *time, int64_t seconds)
{
	struct tm broken_down;

	return ASN1_TIME_to_tm(time, &broken_down) == 1 && timegm(&broken_down) == seconds;
}

static bool
is_number(const ASN1_INTEGER *number, struct bytes octets)
{
	unsigned char *data = NULL;
	int size = i2d_ASN1_INTEGER(number, &data);
	/* The content stands behind two octets, or more of a very long one. */
	bool equal = size > 2 && data[1] < 0x80 &&
		bytes_equal(BYTES(data + 2, (size_t)size - 2), octets);

	equal = equal || (size > 2 && data[1] >= 0x80);
	OPENSSL_free(data);
	return equal;
}

/* Names are passed on as they are; one that cannot be decoded is shown in hexadecimal (name.h). */
static bool
is_name_decodable(struct bytes name)
{
	BUFFER_CLEANUP struct buffer text = {0};

	name_text(&text, name);
	return strncmp(buffer_text(&text), "(not a Name", strlen("(not a Name")) != 0;
}

static bool
are_names_decodable(const struct certificate *certificate)
{
	return is_name_decodable(certificate->issuer) && is_name_decodable(certificate->subject);
}

static X509 *
decode_certificate(struct bytes der)
{
	const unsigned char *next = der.data;
	X509 *x509 = d2i_X509(NULL, &next, (long)der.size);

	if (x509 && next != der.data + der.size) {
		X509_free(x509);
		return NULL;
	}
	return x509;
}

void
agree_certificate(const struct certificate *certificate)
{
	CLEANUP(X509) X509 *x509 = decode_certificate(buffer_bytes(&certificate->der));

	if (!are_names_decodable(certificate) ||
		!agree_taken(x509, "a certificate that OpenSSL does not read"))
		return;
	agree_that(is_name(X509_get_issuer_name(x509), certificate->issuer), "issuer");
	agree_that(is_name(X509_get_subject_name(x509), certificate->subject), "subject");
	agree_that(is_key(X509_get_X509_PUBKEY(x509), certificate->spki), "SubjectPublicKeyInfo");
	agree_that(is_number(X509_get0_serialNumber(x509), certificate->serial), "serial");
	agree_that(is_time(X509_get0_notBefore(x509), certificate->not_before) &&
			is_time(X509_get0_notAfter(x509), certificate->not_after),
		"validity");
	ERR_clear_error();
}

void
agree_issued(const struct certificate *certificate, const struct certificate *issuer)
{
	CLEANUP(X509) X509 *x509 = decode_certificate(buffer_bytes(&certificate->der));
	CLEANUP(X509) X509 *above = decode_certificate(buffer_bytes(&issuer->der));

	agree_certificate(certificate);
	if (x509 && above)
		agree_that(X509_verify(x509, X509_get0_pubkey(above)) == 1,
			"a certificate's signature that OpenSSL refuses");
	ERR_clear_error();
}

void
agree_request(const struct csr *csr, bool verified)
{
	const unsigned char *next = csr->der.data;
	CLEANUP(X509_REQ) X509_REQ *request = d2i_X509_REQ(NULL, &next, (long)csr->der.size);

	if (!is_name_decodable(csr->subject) ||
		!agree_taken(request && next == csr->der.data + csr->der.size,
			"a request that OpenSSL does not read"))
		return;
	agree_that(is_name(X509_REQ_get_subject_name(request), csr->subject), "subject");
	agree_that(is_key(X509_REQ_get_X509_PUBKEY(request), csr->spki), "SubjectPublicKeyInfo");
	if (verified)
		agree_that(X509_REQ_verify(request, X509_REQ_get0_pubkey(request)) == 1,
			"a signature that OpenSSL refuses");
	ERR_clear_error();
}

static bool
is_listed(const X509_CRL *list, struct bytes serial)
{
	const STACK_OF(X509_REVOKED) *entries = X509_CRL_get_REVOKED((X509_CRL *)list);

	for (int i = 0; entries && i < sk_X509_REVOKED_num(entries); i++)
		if (is_number(X509_REVOKED_get0_serialNumber(sk_X509_REVOKED_value(entries, i)),
			    serial))
			return true;
	return false;
}

void
agree_crl(const struct crl *crl, struct bytes serial)
{
	const unsigned char *next = crl->der.data;
	CLEANUP(X509_CRL) X509_CRL *list = d2i_X509_CRL(NULL, &next, (long)crl->der.size);

	if (!is_name_decodable(crl->issuer) ||
		!agree_taken(list && next == crl->der.data + crl->der.size,
			"a CRL that OpenSSL does not read"))
		return;
	agree_that(is_name(X509_CRL_get_issuer(list), crl->issuer), "issuer");
	agree_that(is_time(X509_CRL_get0_lastUpdate(list), crl->this_update), "thisUpdate");
	agree_that(X509_CRL_get0_nextUpdate(list)
			? is_time(X509_CRL_get0_nextUpdate(list), crl->next_update)
			: crl->next_update == 0,
		"nextUpdate");
	agree_that(is_listed(list, serial) == crl_lists(crl, serial), "what is revoked");
	ERR_clear_error();
}

static bool
are_attributes_der(const struct signed_data *data)
{
	BUFFER_CLEANUP struct buffer as_sent = {0}, canonical = {0};
	size_t set = der_begin(&as_sent, DER_SET);

	buffer_append(&as_sent, data->signed_attributes);
	der_end(&as_sent, set);
	return data->attribute_count == 0 ||
		(der_canonical_set(&canonical, data->signed_attributes) &&
			bytes_equal(buffer_bytes(&as_sent), buffer_bytes(&canonical)));
}

/* The digest of the signer need not be listed in digestAlgorithms, and who finds it missing may refuse
 * the signature (RFC 5652 5.1), as OpenSSL does. */
static bool
lists_digest(const struct signed_data *data)
{
	struct der der = der_start(buffer_bytes(&data->der), "SignedData", NULL), content, inside,
		   set;
	struct der_algorithm algorithm;
	uint32_t version;

	if (!cms_enter_content_info(&der, OID_PKCS7_SIGNED_DATA, &content) ||
		!der_enter(&content, DER_SEQUENCE, &inside) || !der_take_small(&inside, &version) ||
		!der_enter(&inside, DER_SET, &set))
		return false;
	while (!der_empty(&set))
		if (!der_take_algorithm(&set, &algorithm))
			return false;
		else if (bytes_equal(algorithm.oid, data->digest_oid))
			return true;
	return false;
}

void
agree_signature(const struct signed_data *data, const struct certificate *signer)
{
	CLEANUP(X509) X509 *x509 = decode_certificate(buffer_bytes(&signer->der));
	const struct judge_identity identity = {.x509 = x509};
	BUFFER_CLEANUP struct buffer content = {0};

	if (!are_names_decodable(signer) || !lists_digest(data) ||
		!agree_taken(x509, "a signer's certificate that OpenSSL does not read"))
		return;
	/* A signatureAlgorithm that is a bare digest is one for us (algorithm.h), not for OpenSSL. */
	if (algorithm_digest(data->signature_oid))
		return;
	/* We also take a signature over the attributes as they were sent (signed_data.c), OpenSSL one over
	 * what it would have sent. */
	if (!judge_verify(&content, buffer_bytes(&data->der), &identity)) {
		agree_that(!are_attributes_der(data) || is_excused(),
			"a signature that OpenSSL refuses");
		ERR_clear_error();
		return;
	}
	agree_that(bytes_equal(buffer_bytes(&content), data->content), "signed content");
	ERR_clear_error();
}

/* OpenSSL wants RSAES-OAEP-params to be there (RFC 4055 4.1); for us they are the defaults otherwise. */
static bool
is_oaep_without_parameters(const struct envelope_recipient *recipient)
{
	struct bytes oid = recipient->algorithm;

	return recipient->transport == KEY_TRANSPORT_OAEP &&
		oid.data[oid.size] != (DER_SEQUENCE | DER_CONSTRUCTED);
}

/* Appends the envelope in a ContentInfo: the bare ones of RFC 5652 5.2 are nothing to CMS_decrypt. */
static void
put_content_info(struct buffer *out, const struct envelope *envelope)
{
	struct der der = der_start(buffer_bytes(&envelope->der), "EnvelopedData", NULL), inside;
	struct cms_mark mark;

	if (!der_enter(&der, DER_SEQUENCE, &inside) || !der_next_is(&inside, DER_INTEGER)) {
		buffer_append(out, buffer_bytes(&envelope->der));
		return;
	}
	mark = cms_begin_content_info(out, OID_PKCS7_ENVELOPED_DATA);
	buffer_append(out, buffer_bytes(&envelope->der));
	cms_end_content_info(out, mark);
}

/* OpenSSL takes all recipients apart before it looks for one, we that one. */
static bool
is_alone(const struct envelope *envelope)
{
	return envelope->recipient_count == 1;
}

void
agree_envelope(const struct envelope *envelope, const struct person *recipient, struct bytes data)
{
	CLEANUP(X509)
	X509 *x509 = decode_certificate(buffer_bytes(&recipient->certificate.der));
	const struct judge_identity identity = {.x509 = x509, .key = recipient->key};
	const struct envelope_recipient *named =
		envelope_find_recipient(envelope, &recipient->certificate, LIMIT_RECIPIENTS);
	BUFFER_CLEANUP struct buffer content = {0}, whole = {0};

	put_content_info(&whole, envelope);
	if (judge_decrypt(&content, buffer_bytes(&whole), &identity))
		agree_that(bytes_equal(buffer_bytes(&content), data), "decrypted content");
	else if (is_alone(envelope) && !is_oaep_without_parameters(named))
		agree_taken(false, "an envelope that OpenSSL does not open");
	ERR_clear_error();
}

void
agree_password(const struct envelope *envelope, const char *password, struct bytes data)
{
	BUFFER_CLEANUP struct buffer content = {0}, whole = {0};

	put_content_info(&whole, envelope);
	if (judge_decrypt_with_password(&content, buffer_bytes(&whole), password))
		agree_that(bytes_equal(buffer_bytes(&content), data), "decrypted content");
	else if (is_alone(envelope))
		agree_taken(false, "an envelope that OpenSSL does not open");
	ERR_clear_error();
}
