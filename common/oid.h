/*
 * Every object identifier that we know, on one page (oid.c), under the name
 * that its standard gives it.
 */
#pragma once

#include "common/buffer.h"

enum oid {
	OID_UNKNOWN = 0,
	/* PKCS#1, PKCS#7, PKCS#9 */
	OID_RSA_ENCRYPTION,
	OID_RSAES_OAEP,
	OID_MGF1,
	OID_RSASSA_PSS,
	OID_MD5_WITH_RSA,
	OID_SHA1_WITH_RSA,
	OID_SHA256_WITH_RSA,
	OID_SHA384_WITH_RSA,
	OID_SHA512_WITH_RSA,
	OID_ECDSA_WITH_SHA1,
	OID_ECDSA_WITH_SHA256,
	OID_ECDSA_WITH_SHA384,
	OID_ECDSA_WITH_SHA512,
	OID_EC_PUBLIC_KEY,
	OID_PKCS7_DATA,
	OID_PKCS7_SIGNED_DATA,
	OID_PKCS7_ENVELOPED_DATA,
	OID_EMAIL_ADDRESS,
	OID_UNSTRUCTURED_NAME,
	OID_UNSTRUCTURED_ADDRESS,
	OID_CONTENT_TYPE,
	OID_MESSAGE_DIGEST,
	OID_SIGNING_TIME,
	OID_CHALLENGE_PASSWORD,
	OID_EXTENSION_REQUEST,
	OID_MICROSOFT_EXTENSION_REQUEST,
	/* digests and ciphers */
	OID_MD5,
	OID_SHA1,
	OID_SHA256,
	OID_SHA384,
	OID_SHA512,
	OID_DES_CBC,
	OID_DES_EDE3_CBC,
	OID_AES_128_CBC,
	OID_AES_192_CBC,
	OID_AES_256_CBC,
	/* SCEP attributes, RFC 8894 3.2.1 */
	OID_MESSAGE_TYPE,
	OID_PKI_STATUS,
	OID_FAIL_INFO,
	OID_SENDER_NONCE,
	OID_RECIPIENT_NONCE,
	OID_TRANSACTION_ID,
	OID_FAIL_INFO_TEXT,
	/* attributes and extensions of Microsoft */
	OID_ENROLL_SCEP_ERROR,
	OID_ENROLL_SCEP_SERVER_MESSAGE,
	OID_CERTIFICATE_TEMPLATE_NAME,
	OID_CERTIFICATE_REQUEST_AGENT,
	OID_ENCRYPTING_FILE_SYSTEM,
	OID_IPSEC_IKE_INTERMEDIATE,
	/* distinguished names */
	OID_COMMON_NAME,
	OID_SERIAL_NUMBER,
	OID_COUNTRY,
	OID_LOCALITY,
	OID_STATE,
	OID_STREET,
	OID_ORGANIZATION,
	OID_ORGANIZATIONAL_UNIT,
	OID_TITLE,
	OID_SURNAME,
	OID_GIVEN_NAME,
	OID_INITIALS,
	OID_DOMAIN_COMPONENT,
	OID_USER_ID,
	/* X.509 extensions and what stands in them */
	OID_SUBJECT_KEY_IDENTIFIER,
	OID_KEY_USAGE,
	OID_SUBJECT_ALT_NAME,
	OID_BASIC_CONSTRAINTS,
	OID_CRL_NUMBER,
	OID_CRL_REASON,
	OID_CRL_DISTRIBUTION_POINTS,
	OID_AUTHORITY_KEY_IDENTIFIER,
	OID_EXTENDED_KEY_USAGE,
	OID_AUTHORITY_INFO_ACCESS,
	OID_CA_ISSUERS,
	OID_SERVER_AUTH,
	OID_CLIENT_AUTH,
	OID_EMAIL_PROTECTION,
	OID_MICROSOFT_USER_PRINCIPAL_NAME,
	/* keys out of passwords: PKCS#5, RFC 3211 */
	OID_PBKDF2,
	OID_PWRI_KEK,
	OID_HMAC_WITH_SHA1,
	OID_HMAC_WITH_SHA256,
	OID_HMAC_WITH_SHA384,
	OID_HMAC_WITH_SHA512,
	OID_COUNT,
};

/* Returns the content octets of a known identifier; lives for ever. */
struct bytes oid_bytes(enum oid oid);

/* Returns which identifier these content octets are, or OID_UNKNOWN. */
enum oid oid_find(struct bytes content);

/* Returns the standard's name ("messageType"); of OID_UNKNOWN "unknown". */
const char *oid_name(enum oid oid);

/* Returns the dotted form ("2.16.840.1.113733.1.9.2"). */
const char *oid_dotted(enum oid oid);

/* Returns the identifier with this name, compared without case, or OID_UNKNOWN. */
enum oid oid_find_name(const char *name);

/* Appends the name of a known identifier, or the dotted form of content octets nobody knows. */
void oid_describe(struct buffer *out, struct bytes content);

/*
 * Appends the content octets of a dotted identifier ("1.3.6.1.5.5.7.3.2"). Returns false, with
 * nothing appended, when the text is none, or one of more than LIMIT_OID octets.
 */
bool oid_encode(struct buffer *out, const char *dotted);
