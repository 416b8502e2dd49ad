#include "common/algorithm.h"

#include <openssl/hmac.h>
#include <strings.h>

#include "common/pattern.h"

static const struct digest_algorithm digests[] = {
	{"MD5", NULL, OID_MD5, OID_MD5_WITH_RSA, OID_UNKNOWN, 16, EVP_md5},
	{"SHA-1", "SHA-1", OID_SHA1, OID_SHA1_WITH_RSA, OID_ECDSA_WITH_SHA1, 20, EVP_sha1},
	{"SHA-256", "SHA-256", OID_SHA256, OID_SHA256_WITH_RSA, OID_ECDSA_WITH_SHA256, 32,
		EVP_sha256},
	{"SHA-384", "SHA-384", OID_SHA384, OID_SHA384_WITH_RSA, OID_ECDSA_WITH_SHA384, 48,
		EVP_sha384},
	{"SHA-512", "SHA-512", OID_SHA512, OID_SHA512_WITH_RSA, OID_ECDSA_WITH_SHA512, 64,
		EVP_sha512},
};

static const struct cipher_algorithm ciphers[] = {
	{"DES-CBC", NULL, OID_DES_CBC, 8, 8, true, EVP_des_cbc},
	{"DES-EDE3-CBC", "DES3", OID_DES_EDE3_CBC, 24, 8, false, EVP_des_ede3_cbc},
	{"AES-128-CBC", "AES", OID_AES_128_CBC, 16, 16, false, EVP_aes_128_cbc},
	{"AES-192-CBC", NULL, OID_AES_192_CBC, 24, 16, false, EVP_aes_192_cbc},
	{"AES-256-CBC", NULL, OID_AES_256_CBC, 32, 16, false, EVP_aes_256_cbc},
};

#define COUNT(table) (sizeof(table) / sizeof((table)[0]))

/* What people write for the names above. */
static const struct {
	const char *said;
	const char *name;
} aliases[] = {
	{"SHA1", "SHA-1"},
	{"SHA256", "SHA-256"},
	{"SHA384", "SHA-384"},
	{"SHA512", "SHA-512"},
	{"DES", "DES-CBC"},
	{"DES3", "DES-EDE3-CBC"},
	{"3DES", "DES-EDE3-CBC"},
	{"AES", "AES-128-CBC"},
	{"AES128", "AES-128-CBC"},
	{"AES-128", "AES-128-CBC"},
	{"AES192", "AES-192-CBC"},
	{"AES-192", "AES-192-CBC"},
	{"AES256", "AES-256-CBC"},
	{"AES-256", "AES-256-CBC"},
};

static const char *
canonical(const char *name)
{
	for (size_t i = 0; i < COUNT(aliases); i++)
		if (strcasecmp(aliases[i].said, name) == 0)
			return aliases[i].name;
	return name;
}

const struct digest_algorithm *
algorithm_digest_at(size_t index)
{
	return index < COUNT(digests) ? &digests[index] : NULL;
}

const struct cipher_algorithm *
algorithm_cipher_at(size_t index)
{
	return index < COUNT(ciphers) ? &ciphers[index] : NULL;
}

const struct digest_algorithm *
algorithm_digest(struct bytes oid)
{
	for (size_t i = 0; i < COUNT(digests); i++)
		if (bytes_equal(oid_bytes(digests[i].oid), oid))
			return &digests[i];
	return NULL;
}

const struct cipher_algorithm *
algorithm_cipher(struct bytes oid)
{
	for (size_t i = 0; i < COUNT(ciphers); i++)
		if (bytes_equal(oid_bytes(ciphers[i].oid), oid))
			return &ciphers[i];
	return NULL;
}

const struct digest_algorithm *
algorithm_digest_of_signature(struct bytes oid)
{
	enum oid known = oid_find(oid);

	for (size_t i = 0; known != OID_UNKNOWN && i < COUNT(digests); i++)
		if (digests[i].oid == known || digests[i].rsa_signature == known ||
			digests[i].ecdsa_signature == known)
			return &digests[i];
	return NULL;
}

const struct digest_algorithm *
algorithm_digest_named(const char *name)
{
	for (size_t i = 0; i < COUNT(digests); i++)
		if (strcasecmp(digests[i].name, canonical(name)) == 0)
			return &digests[i];
	return NULL;
}

const struct cipher_algorithm *
algorithm_cipher_named(const char *name)
{
	for (size_t i = 0; i < COUNT(ciphers); i++)
		if (strcasecmp(ciphers[i].name, canonical(name)) == 0)
			return &ciphers[i];
	return NULL;
}

int
algorithm_check_digest(const char *name, struct diag *diag)
{
	if (algorithm_digest_named(name))
		return DONE;
	return diag_refuse(
		diag, "", NULL, "MD5, SHA-1, SHA-256, SHA-384 or SHA-512", "\"%s\"", name);
}

int
algorithm_check_cipher(const char *name, struct diag *diag)
{
	if (algorithm_cipher_named(name))
		return DONE;
	return diag_refuse(diag, "", NULL,
		"DES-CBC, DES-EDE3-CBC, AES-128-CBC, AES-192-CBC or AES-256-CBC", "\"%s\"", name);
}

int
algorithm_digest_bytes(
	uint8_t *out, const struct digest_algorithm *digest, struct bytes bytes, struct diag *diag)
{
	if (EVP_Digest(bytes.data, bytes.size, out, NULL, digest->md(), NULL) != 1)
		return diag_break_crypto(diag, digest->name, "the digest");
	return DONE;
}

int
algorithm_hmac_bytes(uint8_t *out, const struct digest_algorithm *digest, struct bytes key,
	struct bytes bytes, struct diag *diag)
{
	if (!HMAC(digest->md(), key.data, (int)key.size, bytes.data, bytes.size, out, NULL))
		return diag_break_crypto(diag, digest->name, "the HMAC");
	return DONE;
}

static void
write_alternative(struct buffer *out, const char *name)
{
	pattern_text(out, name, true);
	buffer_append_byte(out, '|');
}

/* Names, then what people write for them. */
static void
write_aliases(struct buffer *out, bool digest)
{
	for (size_t i = 0; i < COUNT(aliases); i++)
		if ((algorithm_digest_named(aliases[i].said) != NULL) == digest)
			write_alternative(out, aliases[i].said);
	out->size--;
	buffer_append_byte(out, ')');
}

void
algorithm_write_digest_pattern(struct buffer *out)
{
	buffer_append_text(out, "(?:");
	for (size_t i = 0; i < COUNT(digests); i++)
		write_alternative(out, digests[i].name);
	write_aliases(out, true);
}

void
algorithm_write_cipher_pattern(struct buffer *out)
{
	buffer_append_text(out, "(?:");
	for (size_t i = 0; i < COUNT(ciphers); i++)
		write_alternative(out, ciphers[i].name);
	write_aliases(out, false);
}
