/* Keys that are dear to calculate with, or none; ciphers and passwords that do not fit. */
#include <string.h>

#include "common/cms.h"
#include "tests/bombs/bomb_parts.h"
#include "tests/bombs/bomb_rows.h"

static const struct bytes usual_exponent = {(const uint8_t *)"\x01\x00\x01", 3};

/* A message whose signer has this key: not signed with it, but with a number of its size. */
static void
with_signer_key(struct buffer *out, const struct bomb_kit *kit, struct bytes spki)
{
	BUFFER_CLEANUP struct buffer certificate = {0};
	static const uint8_t signature[1024] = {0x11};

	bomb_certificate_write(&certificate, kit, &(struct bomb_certificate){.spki = spki});
	bomb_message_write(out, kit,
		&(struct bomb_message){.certificates = buffer_bytes(&certificate),
			.signature = BYTES(signature, sizeof(signature))});
}

static void
signer_modulus(struct buffer *out, const struct bomb_kit *kit, const struct bomb *bomb)
{
	BUFFER_CLEANUP struct buffer spki = {0};

	bomb_rsa_key(&spki, bomb->count, usual_exponent);
	with_signer_key(out, kit, buffer_bytes(&spki));
}

static void
csr_modulus(struct buffer *out, const struct bomb_kit *kit, const struct bomb *bomb)
{
	BUFFER_CLEANUP struct buffer spki = {0};

	bomb_rsa_key(&spki, bomb->count, usual_exponent);
	bomb_message_with_csr(out, kit, &(struct bomb_csr){.spki = buffer_bytes(&spki)});
}

/* An exponent of so many bits for a modulus of 8,192. */
static void
put_exponent(struct buffer *out, size_t bits)
{
	uint8_t octets[2048 / 8 + 1];

	memset(octets, 0xff, sizeof(octets));
	octets[0] = 0;
	bomb_rsa_key(out, 8192, BYTES(octets, bits / 8 + 1));
}

static void
signer_exponent(struct buffer *out, const struct bomb_kit *kit, const struct bomb *bomb)
{
	BUFFER_CLEANUP struct buffer spki = {0};

	put_exponent(&spki, bomb->count);
	with_signer_key(out, kit, buffer_bytes(&spki));
}

static void
csr_exponent(struct buffer *out, const struct bomb_kit *kit, const struct bomb *bomb)
{
	BUFFER_CLEANUP struct buffer spki = {0};

	put_exponent(&spki, bomb->count);
	bomb_message_with_csr(out, kit, &(struct bomb_csr){.spki = buffer_bytes(&spki)});
}

static void
exponent_zero(struct buffer *out, const struct bomb_kit *kit, const struct bomb *bomb)
{
	BUFFER_CLEANUP struct buffer spki = {0};

	bomb_rsa_key(&spki, 2048, BYTES("\x00", 1));
	bomb_message_with_csr(out, kit, &(struct bomb_csr){.spki = buffer_bytes(&spki)});
}

static void
exponent_negative(struct buffer *out, const struct bomb_kit *kit, const struct bomb *bomb)
{
	BUFFER_CLEANUP struct buffer spki = {0};

	bomb_rsa_key(&spki, 2048, BYTES("\xff", 1));
	bomb_message_with_csr(out, kit, &(struct bomb_csr){.spki = buffer_bytes(&spki)});
}

/* A negative number is one whose first bit is set. */
static void
modulus_negative(struct buffer *out, const struct bomb_kit *kit, const struct bomb *bomb)
{
	BUFFER_CLEANUP struct buffer spki = {0};
	static const uint8_t positive[] = {0, BOMB_MODULUS_OCTET};
	uint8_t *modulus;

	bomb_rsa_key(&spki, 2048, usual_exponent);
	modulus = memmem(spki.data, spki.size, positive, sizeof(positive));
	bomb_must(modulus != NULL, "a negative modulus");
	*modulus = 0xff;
	bomb_message_with_csr(out, kit, &(struct bomb_csr){.spki = buffer_bytes(&spki)});
}

/* A SubjectPublicKeyInfo of another kind: the algorithm, and what stands in the BIT STRING. */
static void
with_other_key(
	struct buffer *out, const struct bomb_kit *kit, struct bytes algorithm, struct bytes key)
{
	BUFFER_CLEANUP struct buffer spki = {0};
	size_t whole = der_begin(&spki, DER_SEQUENCE);

	buffer_append(&spki, algorithm);
	der_put_bits(&spki, key);
	der_end(&spki, whole);
	bomb_message_with_csr(out, kit, &(struct bomb_csr){.spki = buffer_bytes(&spki)});
}

#define OID_DH      "\x06\x09\x2a\x86\x48\x86\xf7\x0d\x01\x03\x01"
#define OID_EC      "\x06\x07\x2a\x86\x48\xce\x3d\x02\x01"
#define OID_P256    "\x06\x08\x2a\x86\x48\xce\x3d\x03\x01\x07"
#define OID_ED25519 "\x06\x03\x2b\x65\x70"
#define HEX(text)   BYTES(text, sizeof(text) - 1)

static void
key_diffie_hellman(struct buffer *out, const struct bomb_kit *kit, const struct bomb *bomb)
{
	BUFFER_CLEANUP struct buffer algorithm = {0};
	size_t whole = der_begin(&algorithm, DER_SEQUENCE), numbers;

	buffer_append(&algorithm, HEX(OID_DH));
	numbers = der_begin(&algorithm, DER_SEQUENCE);
	bomb_fill(&algorithm, DER_INTEGER, 0x77, bomb->count / 8);
	der_put_small(&algorithm, 2);
	der_end(&algorithm, numbers);
	der_end(&algorithm, whole);
	with_other_key(out, kit, buffer_bytes(&algorithm), HEX("\x02\x01\x05"));
}

static void
key_edwards(struct buffer *out, const struct bomb_kit *kit, const struct bomb *bomb)
{
	with_other_key(
		out, kit, HEX("\x30\x05" OID_ED25519), HEX("0123456789abcdef0123456789abcdef"));
}

/* Parameters that spell a curve out, its field a number of so many bits. */
static void
key_own_curve(struct buffer *out, const struct bomb_kit *kit, const struct bomb *bomb)
{
	BUFFER_CLEANUP struct buffer algorithm = {0};
	size_t whole = der_begin(&algorithm, DER_SEQUENCE), parameters, field;

	buffer_append(&algorithm, HEX(OID_EC));
	parameters = der_begin(&algorithm, DER_SEQUENCE);
	der_put_small(&algorithm, 1);
	field = der_begin(&algorithm, DER_SEQUENCE);
	buffer_append(&algorithm, HEX("\x06\x07\x2a\x86\x48\xce\x3d\x01\x01"));
	bomb_fill(&algorithm, DER_INTEGER, 0x77, bomb->count / 8);
	der_end(&algorithm, field);
	der_end(&algorithm, parameters);
	der_end(&algorithm, whole);
	with_other_key(out, kit, buffer_bytes(&algorithm), HEX("\x04\x01\x01"));
}

static void
key_point_elsewhere(struct buffer *out, const struct bomb_kit *kit, const struct bomb *bomb)
{
	uint8_t point[65] = {4, 1, 2, 3};

	with_other_key(out, kit, HEX("\x30\x13" OID_EC OID_P256), BYTES(point, sizeof(point)));
}

static void
key_point_at_infinity(struct buffer *out, const struct bomb_kit *kit, const struct bomb *bomb)
{
	with_other_key(out, kit, HEX("\x30\x13" OID_EC OID_P256), HEX("\x00"));
}

static void
key_point_empty(struct buffer *out, const struct bomb_kit *kit, const struct bomb *bomb)
{
	with_other_key(out, kit, HEX("\x30\x13" OID_EC OID_P256), BYTES_NONE);
}

static void
key_long_point(struct buffer *out, const struct bomb_kit *kit, const struct bomb *bomb)
{
	BUFFER_CLEANUP struct buffer point = {0};

	memset(buffer_append_space(&point, bomb->count), 4, bomb->count);
	with_other_key(out, kit, HEX("\x30\x13" OID_EC OID_P256), buffer_bytes(&point));
}

/* --- ciphers and passwords ------------------------------------------------------------- */

static void
content_key_size(struct buffer *out, const struct bomb_kit *kit, const struct bomb *bomb)
{
	uint8_t key[200] = {1};

	bomb_message_with_envelope(out, kit,
		&(struct bomb_envelope){.content_key = BYTES(key, bomb->count)},
		bytes_text("no CSR"));
}

static void
iv_size(struct buffer *out, const struct bomb_kit *kit, const struct bomb *bomb)
{
	BUFFER_CLEANUP struct buffer cipher = {0};
	size_t whole = der_begin(&cipher, DER_SEQUENCE);

	der_put_oid(&cipher, oid_bytes(OID_AES_128_CBC));
	bomb_fill(&cipher, DER_OCTET_STRING, 1, bomb->count);
	der_end(&cipher, whole);
	bomb_message_with_envelope(out, kit,
		&(struct bomb_envelope){.cipher = buffer_bytes(&cipher)}, bytes_text("no CSR"));
}

/* An encryptedKey of so many octets. */
static void
encrypted_key_size(struct buffer *out, const struct bomb_kit *kit, const struct bomb *bomb)
{
	BUFFER_CLEANUP struct buffer recipient = {0};
	size_t info = der_begin(&recipient, DER_SEQUENCE);

	der_put_small(&recipient, 0);
	cms_put_issuer_and_serial(&recipient, kit->ra.issuer, kit->ra.serial);
	der_put_algorithm(&recipient, oid_bytes(OID_RSA_ENCRYPTION), true);
	bomb_fill(&recipient, DER_OCTET_STRING, 0x11, bomb->count);
	der_end(&recipient, info);
	bomb_message_with_envelope(out, kit,
		&(struct bomb_envelope){.recipients = buffer_bytes(&recipient)},
		bytes_text("no CSR"));
}

/* PasswordRecipientInfo, RFC 5652 6.2.4, with so many iterations of PBKDF2. */
static void
put_password_recipient(struct buffer *out, size_t iterations, enum oid function)
{
	size_t info = der_begin(out, DER_CONTEXT(3)), derivation, parameters, wrap, cipher;

	der_put_small(out, 0);
	derivation = der_begin(out, DER_CONTEXT(0));
	der_put_oid(out, oid_bytes(OID_PBKDF2));
	parameters = der_begin(out, DER_SEQUENCE);
	der_put_octets(out, bytes_text("saltsalt"));
	der_put_small(out, (uint32_t)iterations);
	der_put_algorithm(out, oid_bytes(function), true);
	der_end(out, parameters);
	der_end(out, derivation);
	wrap = der_begin(out, DER_SEQUENCE);
	der_put_oid(out, oid_bytes(OID_PWRI_KEK));
	cipher = der_begin(out, DER_SEQUENCE);
	der_put_oid(out, oid_bytes(OID_AES_128_CBC));
	bomb_fill(out, DER_OCTET_STRING, 1, 16);
	der_end(out, cipher);
	der_end(out, wrap);
	bomb_fill(out, DER_OCTET_STRING, 0x11, 32);
	der_end(out, info);
}

static void
password_to_server(struct buffer *out, const struct bomb_kit *kit, const struct bomb *bomb)
{
	BUFFER_CLEANUP struct buffer recipient = {0};

	put_password_recipient(&recipient, bomb->count, OID_HMAC_WITH_SHA1);
	bomb_message_with_envelope(out, kit,
		&(struct bomb_envelope){.recipients = buffer_bytes(&recipient)},
		bytes_text("no CSR"));
}

static void
password_to_client(struct buffer *out, const struct bomb_kit *kit, const struct bomb *bomb)
{
	BUFFER_CLEANUP struct buffer recipient = {0}, envelope = {0};

	put_password_recipient(&recipient, bomb->count, OID_HMAC_WITH_SHA512);
	bomb_envelope_write(&envelope, kit,
		&(struct bomb_envelope){.recipients = buffer_bytes(&recipient)},
		bytes_text("no answer"));
	bomb_message_write(out, kit,
		&(struct bomb_message){.reply = true, .payload = buffer_bytes(&envelope)});
}

static const struct bomb rows[] = {
	{"signer-rsa-16384", BOMB_FOR_SERVER, signer_modulus, 16384, "one of 16384 bits"},
	{"signer-rsa-8192", BOMB_FOR_SERVER, signer_modulus, 8192, "it does not fit"},
	{"signer-rsa-of-no-octet", BOMB_FOR_SERVER, signer_modulus, 0, "an INTEGER of no octets"},
	{"signer-rsa-of-900000-octets", BOMB_FOR_SERVER, signer_modulus, 900000 * 8,
		"one of 7200000 bits"},
	{"signer-rsa-exponent-2048", BOMB_FOR_SERVER, signer_exponent, 2048, "one of 2048 bits"},
	{"signer-rsa-8192-exponent-64", BOMB_FOR_SERVER, signer_exponent, 64, "it does not fit"},
	{"csr-rsa-16384", BOMB_FOR_SERVER, csr_modulus, 16384, "one of 16384 bits"},
	{"csr-rsa-8192", BOMB_FOR_SERVER, csr_modulus, 8192,
		"another key than this one of 8192 bits"},
	{"csr-rsa-exponent-2048", BOMB_FOR_SERVER, csr_exponent, 2048, "one of 2048 bits"},
	{"csr-rsa-8192-exponent-64", BOMB_FOR_SERVER, csr_exponent, 64,
		"another key than this one of 8192 bits"},
	{"csr-rsa-exponent-zero", BOMB_FOR_SERVER, exponent_zero, 0,
		"0; expected a positive INTEGER"},
	{"csr-rsa-exponent-negative", BOMB_FOR_SERVER, exponent_negative, 0, "a negative one"},
	{"csr-rsa-negative", BOMB_FOR_SERVER, modulus_negative, 0, "a negative one"},
	{"csr-dh-16384", BOMB_FOR_SERVER, key_diffie_hellman, 16384,
		"one of kind 1.2.840.113549.1.3.1"},
	{"csr-ed25519", BOMB_FOR_SERVER, key_edwards, 0, "one of kind 1.3.101.112"},
	{"csr-ec-own-curve", BOMB_FOR_SERVER, key_own_curve, 16384, "a named curve"},
	{"csr-ec-point-elsewhere", BOMB_FOR_SERVER, key_point_elsewhere, 0,
		"a point on a curve that we know"},
	{"csr-ec-point-at-infinity", BOMB_FOR_SERVER, key_point_at_infinity, 0,
		"sha256WithRSAEncryption with a key for ECDSA"},
	{"csr-ec-point-empty", BOMB_FOR_SERVER, key_point_empty, 0,
		"a point on a curve that we know"},
	{"csr-ec-point-of-900000-octets", BOMB_FOR_SERVER, key_long_point, 900000,
		"the point of a curve that we know"},
	{"content-key-of-15-octets", BOMB_FOR_SERVER, content_key_size, 15,
		"a key of 15 octets instead of 16"},
	{"content-key-of-24-octets", BOMB_FOR_SERVER, content_key_size, 24,
		"a key of 24 octets instead of 16"},
	{"content-key-of-200-octets", BOMB_FOR_SERVER, content_key_size, 200,
		"a key of 200 octets instead of 16"},
	{"iv-of-no-octet", BOMB_FOR_SERVER, iv_size, 0, "an IV of 0 octets"},
	{"iv-of-900000-octets", BOMB_FOR_SERVER, iv_size, 900000, "an IV of 900000 octets"},
	{"encrypted-key-of-no-octet", BOMB_FOR_SERVER, encrypted_key_size, 0,
		"0 bytes that our 2048-bit key does not open"},
	{"encrypted-key-of-900000-octets", BOMB_FOR_SERVER, encrypted_key_size, 900000,
		"900000 bytes that our 2048-bit key does not open"},
	{"password-of-2147483647-iterations", BOMB_FOR_SERVER, password_to_server, 2147483647,
		"addressed to who knows a password"},
	{"reply-password-of-2147483647-iterations", BOMB_FOR_CLIENT, password_to_client, 2147483647,
		"1 to 50,000 iterations"},
	{"reply-password-of-1000000-iterations", BOMB_FOR_CLIENT, password_to_client, 1000000,
		"1 to 50,000 iterations"},
	{"reply-password-of-50000-iterations", BOMB_FOR_CLIENT, password_to_client, 50000,
		"one encrypted with another"},
};

const struct bomb_rows bomb_rows_key = BOMB_ROWS(rows);
