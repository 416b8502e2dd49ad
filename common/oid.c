#include "common/oid.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "common/der.h"

#define OCTETS_MAX 12

/* The content octets are written out so that nothing is computed at start; a test holds them
 * against the dotted form. */
static const struct {
	const char *name;
	const char *dotted;
	uint8_t size;
	uint8_t octets[OCTETS_MAX];
} oids[OID_COUNT] = {
	[OID_UNKNOWN] = {"unknown", "", 0, {0}},
	[OID_RSA_ENCRYPTION] = {"rsaEncryption", "1.2.840.113549.1.1.1", 9,
		{0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x01, 0x01}},
	[OID_RSAES_OAEP] = {"id-RSAES-OAEP", "1.2.840.113549.1.1.7", 9,
		{0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x01, 0x07}},
	[OID_MGF1] = {"id-mgf1", "1.2.840.113549.1.1.8", 9,
		{0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x01, 0x08}},
	[OID_RSASSA_PSS] = {"id-RSASSA-PSS", "1.2.840.113549.1.1.10", 9,
		{0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x01, 0x0a}},
	[OID_MD5_WITH_RSA] = {"md5WithRSAEncryption", "1.2.840.113549.1.1.4", 9,
		{0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x01, 0x04}},
	[OID_SHA1_WITH_RSA] = {"sha1WithRSAEncryption", "1.2.840.113549.1.1.5", 9,
		{0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x01, 0x05}},
	[OID_SHA256_WITH_RSA] = {"sha256WithRSAEncryption", "1.2.840.113549.1.1.11", 9,
		{0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x01, 0x0b}},
	[OID_SHA384_WITH_RSA] = {"sha384WithRSAEncryption", "1.2.840.113549.1.1.12", 9,
		{0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x01, 0x0c}},
	[OID_SHA512_WITH_RSA] = {"sha512WithRSAEncryption", "1.2.840.113549.1.1.13", 9,
		{0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x01, 0x0d}},
	[OID_ECDSA_WITH_SHA1] = {"ecdsa-with-SHA1", "1.2.840.10045.4.1", 7,
		{0x2a, 0x86, 0x48, 0xce, 0x3d, 0x04, 0x01}},
	[OID_ECDSA_WITH_SHA256] = {"ecdsa-with-SHA256", "1.2.840.10045.4.3.2", 8,
		{0x2a, 0x86, 0x48, 0xce, 0x3d, 0x04, 0x03, 0x02}},
	[OID_ECDSA_WITH_SHA384] = {"ecdsa-with-SHA384", "1.2.840.10045.4.3.3", 8,
		{0x2a, 0x86, 0x48, 0xce, 0x3d, 0x04, 0x03, 0x03}},
	[OID_ECDSA_WITH_SHA512] = {"ecdsa-with-SHA512", "1.2.840.10045.4.3.4", 8,
		{0x2a, 0x86, 0x48, 0xce, 0x3d, 0x04, 0x03, 0x04}},
	[OID_EC_PUBLIC_KEY] = {"id-ecPublicKey", "1.2.840.10045.2.1", 7,
		{0x2a, 0x86, 0x48, 0xce, 0x3d, 0x02, 0x01}},
	[OID_PKCS7_DATA] = {"data", "1.2.840.113549.1.7.1", 9,
		{0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x07, 0x01}},
	[OID_PKCS7_SIGNED_DATA] = {"signedData", "1.2.840.113549.1.7.2", 9,
		{0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x07, 0x02}},
	[OID_PKCS7_ENVELOPED_DATA] = {"envelopedData", "1.2.840.113549.1.7.3", 9,
		{0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x07, 0x03}},
	[OID_EMAIL_ADDRESS] = {"emailAddress", "1.2.840.113549.1.9.1", 9,
		{0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x09, 0x01}},
	[OID_UNSTRUCTURED_NAME] = {"unstructuredName", "1.2.840.113549.1.9.2", 9,
		{0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x09, 0x02}},
	[OID_UNSTRUCTURED_ADDRESS] = {"unstructuredAddress", "1.2.840.113549.1.9.8", 9,
		{0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x09, 0x08}},
	[OID_CONTENT_TYPE] = {"contentType", "1.2.840.113549.1.9.3", 9,
		{0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x09, 0x03}},
	[OID_MESSAGE_DIGEST] = {"messageDigest", "1.2.840.113549.1.9.4", 9,
		{0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x09, 0x04}},
	[OID_SIGNING_TIME] = {"signingTime", "1.2.840.113549.1.9.5", 9,
		{0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x09, 0x05}},
	[OID_CHALLENGE_PASSWORD] = {"challengePassword", "1.2.840.113549.1.9.7", 9,
		{0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x09, 0x07}},
	[OID_EXTENSION_REQUEST] = {"extensionRequest", "1.2.840.113549.1.9.14", 9,
		{0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x09, 0x0e}},
	[OID_MICROSOFT_EXTENSION_REQUEST] = {"certExtensions", "1.3.6.1.4.1.311.2.1.14", 10,
		{0x2b, 0x06, 0x01, 0x04, 0x01, 0x82, 0x37, 0x02, 0x01, 0x0e}},
	[OID_MD5] = {"MD5", "1.2.840.113549.2.5", 8,
		{0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x02, 0x05}},
	[OID_SHA1] = {"SHA-1", "1.3.14.3.2.26", 5, {0x2b, 0x0e, 0x03, 0x02, 0x1a}},
	[OID_SHA256] = {"SHA-256", "2.16.840.1.101.3.4.2.1", 9,
		{0x60, 0x86, 0x48, 0x01, 0x65, 0x03, 0x04, 0x02, 0x01}},
	[OID_SHA384] = {"SHA-384", "2.16.840.1.101.3.4.2.2", 9,
		{0x60, 0x86, 0x48, 0x01, 0x65, 0x03, 0x04, 0x02, 0x02}},
	[OID_SHA512] = {"SHA-512", "2.16.840.1.101.3.4.2.3", 9,
		{0x60, 0x86, 0x48, 0x01, 0x65, 0x03, 0x04, 0x02, 0x03}},
	[OID_DES_CBC] = {"DES-CBC", "1.3.14.3.2.7", 5, {0x2b, 0x0e, 0x03, 0x02, 0x07}},
	[OID_DES_EDE3_CBC] = {"DES-EDE3-CBC", "1.2.840.113549.3.7", 8,
		{0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x03, 0x07}},
	[OID_AES_128_CBC] = {"AES-128-CBC", "2.16.840.1.101.3.4.1.2", 9,
		{0x60, 0x86, 0x48, 0x01, 0x65, 0x03, 0x04, 0x01, 0x02}},
	[OID_AES_192_CBC] = {"AES-192-CBC", "2.16.840.1.101.3.4.1.22", 9,
		{0x60, 0x86, 0x48, 0x01, 0x65, 0x03, 0x04, 0x01, 0x16}},
	[OID_AES_256_CBC] = {"AES-256-CBC", "2.16.840.1.101.3.4.1.42", 9,
		{0x60, 0x86, 0x48, 0x01, 0x65, 0x03, 0x04, 0x01, 0x2a}},
	[OID_MESSAGE_TYPE] = {"messageType", "2.16.840.1.113733.1.9.2", 10,
		{0x60, 0x86, 0x48, 0x01, 0x86, 0xf8, 0x45, 0x01, 0x09, 0x02}},
	[OID_PKI_STATUS] = {"pkiStatus", "2.16.840.1.113733.1.9.3", 10,
		{0x60, 0x86, 0x48, 0x01, 0x86, 0xf8, 0x45, 0x01, 0x09, 0x03}},
	[OID_FAIL_INFO] = {"failInfo", "2.16.840.1.113733.1.9.4", 10,
		{0x60, 0x86, 0x48, 0x01, 0x86, 0xf8, 0x45, 0x01, 0x09, 0x04}},
	[OID_SENDER_NONCE] = {"senderNonce", "2.16.840.1.113733.1.9.5", 10,
		{0x60, 0x86, 0x48, 0x01, 0x86, 0xf8, 0x45, 0x01, 0x09, 0x05}},
	[OID_RECIPIENT_NONCE] = {"recipientNonce", "2.16.840.1.113733.1.9.6", 10,
		{0x60, 0x86, 0x48, 0x01, 0x86, 0xf8, 0x45, 0x01, 0x09, 0x06}},
	[OID_TRANSACTION_ID] = {"transactionID", "2.16.840.1.113733.1.9.7", 10,
		{0x60, 0x86, 0x48, 0x01, 0x86, 0xf8, 0x45, 0x01, 0x09, 0x07}},
	[OID_FAIL_INFO_TEXT] = {"failInfoText", "1.3.6.1.5.5.7.24.1", 8,
		{0x2b, 0x06, 0x01, 0x05, 0x05, 0x07, 0x18, 0x01}},
	[OID_ENROLL_SCEP_ERROR] = {"ENROLL_SCEP_ERROR", "1.3.6.1.4.1.311.21.33", 9,
		{0x2b, 0x06, 0x01, 0x04, 0x01, 0x82, 0x37, 0x15, 0x21}},
	[OID_ENROLL_SCEP_SERVER_MESSAGE] = {"ENROLL_SCEP_SERVER_MESSAGE", "1.3.6.1.4.1.311.21.38",
		9, {0x2b, 0x06, 0x01, 0x04, 0x01, 0x82, 0x37, 0x15, 0x26}},
	[OID_CERTIFICATE_TEMPLATE_NAME] = {"certificateTemplateName", "1.3.6.1.4.1.311.20.2", 9,
		{0x2b, 0x06, 0x01, 0x04, 0x01, 0x82, 0x37, 0x14, 0x02}},
	[OID_CERTIFICATE_REQUEST_AGENT] = {"certificateRequestAgent", "1.3.6.1.4.1.311.20.2.1", 10,
		{0x2b, 0x06, 0x01, 0x04, 0x01, 0x82, 0x37, 0x14, 0x02, 0x01}},
	[OID_ENCRYPTING_FILE_SYSTEM] = {"encryptingFileSystem", "1.3.6.1.4.1.311.10.3.4", 10,
		{0x2b, 0x06, 0x01, 0x04, 0x01, 0x82, 0x37, 0x0a, 0x03, 0x04}},
	[OID_IPSEC_IKE_INTERMEDIATE] = {"iPSecIKEIntermediate", "1.3.6.1.5.5.8.2.2", 8,
		{0x2b, 0x06, 0x01, 0x05, 0x05, 0x08, 0x02, 0x02}},
	[OID_COMMON_NAME] = {"CN", "2.5.4.3", 3, {0x55, 0x04, 0x03}},
	[OID_SERIAL_NUMBER] = {"serialNumber", "2.5.4.5", 3, {0x55, 0x04, 0x05}},
	[OID_COUNTRY] = {"C", "2.5.4.6", 3, {0x55, 0x04, 0x06}},
	[OID_LOCALITY] = {"L", "2.5.4.7", 3, {0x55, 0x04, 0x07}},
	[OID_STATE] = {"ST", "2.5.4.8", 3, {0x55, 0x04, 0x08}},
	[OID_STREET] = {"street", "2.5.4.9", 3, {0x55, 0x04, 0x09}},
	[OID_ORGANIZATION] = {"O", "2.5.4.10", 3, {0x55, 0x04, 0x0a}},
	[OID_ORGANIZATIONAL_UNIT] = {"OU", "2.5.4.11", 3, {0x55, 0x04, 0x0b}},
	[OID_TITLE] = {"title", "2.5.4.12", 3, {0x55, 0x04, 0x0c}},
	[OID_SURNAME] = {"SN", "2.5.4.4", 3, {0x55, 0x04, 0x04}},
	[OID_GIVEN_NAME] = {"GN", "2.5.4.42", 3, {0x55, 0x04, 0x2a}},
	[OID_INITIALS] = {"initials", "2.5.4.43", 3, {0x55, 0x04, 0x2b}},
	[OID_DOMAIN_COMPONENT] = {"DC", "0.9.2342.19200300.100.1.25", 10,
		{0x09, 0x92, 0x26, 0x89, 0x93, 0xf2, 0x2c, 0x64, 0x01, 0x19}},
	[OID_USER_ID] = {"UID", "0.9.2342.19200300.100.1.1", 10,
		{0x09, 0x92, 0x26, 0x89, 0x93, 0xf2, 0x2c, 0x64, 0x01, 0x01}},
	[OID_SUBJECT_KEY_IDENTIFIER] = {"subjectKeyIdentifier", "2.5.29.14", 3, {0x55, 0x1d, 0x0e}},
	[OID_KEY_USAGE] = {"keyUsage", "2.5.29.15", 3, {0x55, 0x1d, 0x0f}},
	[OID_SUBJECT_ALT_NAME] = {"subjectAltName", "2.5.29.17", 3, {0x55, 0x1d, 0x11}},
	[OID_BASIC_CONSTRAINTS] = {"basicConstraints", "2.5.29.19", 3, {0x55, 0x1d, 0x13}},
	[OID_CRL_NUMBER] = {"cRLNumber", "2.5.29.20", 3, {0x55, 0x1d, 0x14}},
	[OID_CRL_REASON] = {"cRLReason", "2.5.29.21", 3, {0x55, 0x1d, 0x15}},
	[OID_CRL_DISTRIBUTION_POINTS] = {"cRLDistributionPoints", "2.5.29.31", 3,
		{0x55, 0x1d, 0x1f}},
	[OID_AUTHORITY_KEY_IDENTIFIER] = {"authorityKeyIdentifier", "2.5.29.35", 3,
		{0x55, 0x1d, 0x23}},
	[OID_EXTENDED_KEY_USAGE] = {"extKeyUsage", "2.5.29.37", 3, {0x55, 0x1d, 0x25}},
	[OID_AUTHORITY_INFO_ACCESS] = {"authorityInfoAccess", "1.3.6.1.5.5.7.1.1", 8,
		{0x2b, 0x06, 0x01, 0x05, 0x05, 0x07, 0x01, 0x01}},
	[OID_CA_ISSUERS] = {"caIssuers", "1.3.6.1.5.5.7.48.2", 8,
		{0x2b, 0x06, 0x01, 0x05, 0x05, 0x07, 0x30, 0x02}},
	[OID_SERVER_AUTH] = {"serverAuth", "1.3.6.1.5.5.7.3.1", 8,
		{0x2b, 0x06, 0x01, 0x05, 0x05, 0x07, 0x03, 0x01}},
	[OID_CLIENT_AUTH] = {"clientAuth", "1.3.6.1.5.5.7.3.2", 8,
		{0x2b, 0x06, 0x01, 0x05, 0x05, 0x07, 0x03, 0x02}},
	[OID_EMAIL_PROTECTION] = {"emailProtection", "1.3.6.1.5.5.7.3.4", 8,
		{0x2b, 0x06, 0x01, 0x05, 0x05, 0x07, 0x03, 0x04}},
	[OID_MICROSOFT_USER_PRINCIPAL_NAME] = {"userPrincipalName", "1.3.6.1.4.1.311.20.2.3", 10,
		{0x2b, 0x06, 0x01, 0x04, 0x01, 0x82, 0x37, 0x14, 0x02, 0x03}},
	[OID_PBKDF2] = {"PBKDF2", "1.2.840.113549.1.5.12", 9,
		{0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x05, 0x0c}},
	[OID_PWRI_KEK] = {"id-alg-PWRI-KEK", "1.2.840.113549.1.9.16.3.9", 11,
		{0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x09, 0x10, 0x03, 0x09}},
	[OID_HMAC_WITH_SHA1] = {"hmacWithSHA1", "1.2.840.113549.2.7", 8,
		{0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x02, 0x07}},
	[OID_HMAC_WITH_SHA256] = {"hmacWithSHA256", "1.2.840.113549.2.9", 8,
		{0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x02, 0x09}},
	[OID_HMAC_WITH_SHA384] = {"hmacWithSHA384", "1.2.840.113549.2.10", 8,
		{0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x02, 0x0a}},
	[OID_HMAC_WITH_SHA512] = {"hmacWithSHA512", "1.2.840.113549.2.11", 8,
		{0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x02, 0x0b}},
};

struct bytes
oid_bytes(enum oid oid)
{
	return BYTES(oids[oid].octets, oids[oid].size);
}

enum oid
oid_find(struct bytes content)
{
	size_t last = content.size - 1;

	if (content.size == 0 || content.size > OCTETS_MAX)
		return OID_UNKNOWN;
	/* Nearly all differ in their size or their last octet. */
	for (enum oid oid = OID_UNKNOWN + 1; oid < OID_COUNT; oid++)
		if (oids[oid].size == content.size &&
			oids[oid].octets[last] == content.data[last] &&
			memcmp(oids[oid].octets, content.data, last) == 0)
			return oid;
	return OID_UNKNOWN;
}

const char *
oid_name(enum oid oid)
{
	return oids[oid].name;
}

const char *
oid_dotted(enum oid oid)
{
	return oids[oid].dotted;
}

enum oid
oid_find_name(const char *name)
{
	for (enum oid oid = OID_UNKNOWN + 1; oid < OID_COUNT; oid++)
		if (strcasecmp(oids[oid].name, name) == 0)
			return oid;
	return OID_UNKNOWN;
}

/* Appends ".n" for each arc; the first number holds two arcs (X.690 8.19.4). */
static void
append_dotted(struct buffer *out, struct bytes content)
{
	unsigned long long arc = 0;
	bool first = true;

	for (size_t i = 0; i < content.size; i++) {
		if (arc >> 56) {
			buffer_append_text(out, "...");
			return;
		}
		arc = arc << 7 | (content.data[i] & 0x7f);
		if (content.data[i] & 0x80)
			continue;
		if (first)
			buffer_append_format(out, "%u.%llu", arc < 80 ? (unsigned)arc / 40 : 2,
				arc < 80 ? arc % 40 : arc - 80);
		else
			buffer_append_format(out, ".%llu", arc);
		first = false;
		arc = 0;
	}
}

void
oid_describe(struct buffer *out, struct bytes content)
{
	enum oid oid = oid_find(content);

	if (oid != OID_UNKNOWN)
		buffer_append_text(out, oid_name(oid));
	else
		append_dotted(out, content);
}

static void
append_arc(struct buffer *out, unsigned long long arc)
{
	uint8_t octets[10];
	size_t count = 0;

	do
		octets[count++] = (uint8_t)(arc & 0x7f);
	while (arc >>= 7);
	while (count-- > 0)
		buffer_append_byte(out, (uint8_t)(octets[count] | (count ? 0x80 : 0)));
}

bool
oid_encode(struct buffer *out, const char *dotted)
{
	size_t before = out->size;
	unsigned long long arc, first = 0;

	for (size_t arcs = 0;; arcs++) {
		char *end;

		if (*dotted < '0' || *dotted > '9')
			break;
		arc = strtoull(dotted, &end, 10);
		/* RFC 4512 1.4: no leading zeros. */
		if (end - dotted > 18 || (*dotted == '0' && end - dotted > 1) ||
			(arcs == 0 && arc > 2) || (arcs == 1 && first < 2 && arc > 39))
			break;
		if (arcs == 0)
			first = arc;
		else
			append_arc(out, arcs == 1 ? first * 40 + arc : arc);
		if (out->size - before > LIMIT_OID)
			break;
		if (*end == '\0' && arcs > 0)
			return true;
		if (*end != '.')
			break;
		dotted = end + 1;
	}
	out->size = before;
	return false;
}
