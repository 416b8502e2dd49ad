/*
 * OpenSSL's CMS functions as the judge of ours: they open what we write and
 * make what we must read. The only file that includes openssl/cms.h. Whatever
 * fails in here without being asked for ends the test through check.
 */
#pragma once

#include <openssl/x509.h>

#include "common/certificate.h"

/* A key, OpenSSL's self-signed certificate for it, and that certificate as we read it. */
struct judge_identity {
	EVP_PKEY *key;
	X509 *x509;
	struct certificate certificate;
};

/* Makes an identity that owns `key`: subject and issuer CN=`name`, this serial, a
 * subjectKeyIdentifier. */
void judge_identity_init(
	struct judge_identity *out, EVP_PKEY *key, const char *name, const char *serial_hex);
void judge_identity_done(struct judge_identity *identity);

/* Appends a PKCS#10 request for the identity's key and name, with this challengePassword. */
void judge_request(
	struct buffer *out, const struct judge_identity *identity, const char *challenge);

/* Returns whether CMS_verify accepts the message from this signer; appends the content. */
bool judge_verify(
	struct buffer *content, struct bytes message, const struct judge_identity *signer);

/* Returns whether CMS_decrypt opens the message for this recipient; appends the content. */
bool judge_decrypt(
	struct buffer *content, struct bytes message, const struct judge_identity *recipient);

/* Returns whether CMS_decrypt opens the message with this password; appends the content. */
bool judge_decrypt_with_password(
	struct buffer *content, struct bytes message, const char *password);

/* Returns how many certificates and CRLs OpenSSL finds in a SignedData; appends the certificates'
 * DER one after the other. */
size_t judge_certificates(struct buffer *out, size_t *crls, struct bytes message);

/* The password of JUDGE_PASSWORD. */
#define JUDGE_PASSWORD_TEXT "TEST ONLY"

/* How a message is made. */
enum judge_manner {
	JUDGE_STREAMED = 1 << 0,       /* BER: indefinite lengths, content in chunks */
	JUDGE_KEY_IDENTIFIER = 1 << 1, /* signer or recipient by subjectKeyIdentifier */
	JUDGE_NO_ATTRIBUTES = 1 << 2,
	JUDGE_NO_CERTIFICATE = 1 << 3,
	JUDGE_NO_CONTENT = 1 << 4,
	JUDGE_OAEP = 1 << 5,
	JUDGE_OAEP_SHA256 = 1 << 6,
	JUDGE_UNSIGNED_ATTRIBUTE = 1 << 7,
	JUDGE_PASSWORD = 1 << 8, /* a PasswordRecipientInfo besides the others */
};

/* One more signed attribute with one value. */
struct judge_attribute {
	const char *type; /* dotted */
	int tag;          /* V_ASN1_... */
	const char *value;
	int size;
};

#define JUDGE_PEOPLE_MAX     4
#define JUDGE_ATTRIBUTES_MAX 8

/* What is to be made; unused places are zero. */
struct judge_plan {
	unsigned manner;
	const struct judge_identity *people[JUDGE_PEOPLE_MAX]; /* signers or recipients */
	const struct judge_identity *others[JUDGE_PEOPLE_MAX]; /* certificates put in first */
	const char *content_type;                              /* dotted; NULL: data */
	const EVP_MD *digest;
	const EVP_CIPHER *cipher;
	struct judge_attribute attributes[JUDGE_ATTRIBUTES_MAX];
};

/* Append a message that CMS_sign, CMS_encrypt made. */
void judge_sign(struct buffer *out, const struct judge_plan *plan, struct bytes content);
void judge_encrypt(struct buffer *out, const struct judge_plan *plan, struct bytes content);

/* One element of an encoding, in the order in which it stands there. */
struct judge_element {
	unsigned depth;
	uint8_t identifier;
	struct bytes content;
};

/* Writes all elements of a DER encoding, as ASN1_get_object finds them; returns how many. */
size_t judge_elements(struct judge_element *out, size_t limit, struct bytes der);
