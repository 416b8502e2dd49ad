#include "common/pwri_kek.h"

#include <limits.h>
#include <openssl/crypto.h>
#include <openssl/rand.h>
#include <string.h>

/* RFC 3211 2.3.1: a count octet and three check octets stand before the key. */
#define CHECK_SIZE      3
#define HEAD_SIZE       (1 + CHECK_SIZE)
#define CONTENT_KEY_MAX UINT8_MAX
#define BLOCK_MAX       (HEAD_SIZE + CONTENT_KEY_MAX + EVP_MAX_BLOCK_LENGTH)

static const char object[] = "encryptedKey";

/* The key in its clear form: head, key, random padding to at least two blocks of the cipher. */
struct clear {
	uint8_t octets[BLOCK_MAX];
	size_t size;
};

static void
clear_done(struct clear *clear)
{
	OPENSSL_cleanse(clear, sizeof(*clear));
}

#define CLEAR_CLEANUP __attribute__((cleanup(clear_done)))

static int
make_clear(struct clear *out, struct bytes content_key, size_t block_size, struct diag *diag)
{
	size_t used = HEAD_SIZE + content_key.size;

	out->size = (used + block_size - 1) / block_size * block_size;
	if (out->size < 2 * block_size)
		out->size = 2 * block_size;
	out->octets[0] = (uint8_t)content_key.size;
	for (size_t i = 0; i < CHECK_SIZE; i++)
		out->octets[1 + i] = (uint8_t)~content_key.data[i];
	memcpy(out->octets + HEAD_SIZE, content_key.data, content_key.size);
	if (out->size > used && RAND_bytes(out->octets + used, (int)(out->size - used)) != 1)
		return diag_break_crypto(diag, object, "padding it");
	return DONE;
}

/* The second encryption goes on with the last block of the first for its IV. */
static int
encrypt_twice(struct buffer *out, const struct pwri_kek *kek, const struct clear *clear,
	struct diag *diag)
{
	CLEANUP(EVP_CIPHER_CTX) EVP_CIPHER_CTX *context = EVP_CIPHER_CTX_new();
	size_t before = out->size;
	uint8_t *wrapped = buffer_append_space(out, clear->size);
	int size;

	if (context &&
		EVP_EncryptInit_ex(context, kek->cipher->cipher(), NULL, kek->key, kek->iv) == 1 &&
		EVP_CIPHER_CTX_set_padding(context, 0) == 1 &&
		EVP_EncryptUpdate(context, wrapped, &size, clear->octets, (int)clear->size) == 1 &&
		EVP_EncryptUpdate(context, wrapped, &size, wrapped, (int)clear->size) == 1)
		return DONE;
	out->size = before;
	return diag_break_crypto(diag, object, "encrypting it");
}

int
pwri_kek_wrap(
	struct buffer *out, const struct pwri_kek *kek, struct bytes content_key, struct diag *diag)
{
	CLEAR_CLEANUP struct clear clear = {0};

	if (kek->cipher->legacy && ossl_load_legacy(diag) != DONE)
		return BROKEN;
	if (content_key.size < CHECK_SIZE || content_key.size > CONTENT_KEY_MAX)
		return diag_break(diag, object, "a key of %zu octets", content_key.size);
	if (make_clear(&clear, content_key, kek->cipher->block_size, diag) != DONE)
		return BROKEN;
	return encrypt_twice(out, kek, &clear, diag);
}

/* Decrypts whole blocks, in place if need be. */
static bool
decrypt(EVP_CIPHER_CTX *context, const struct pwri_kek *kek, const uint8_t *iv, uint8_t *out,
	const uint8_t *in, size_t size)
{
	int written;

	return EVP_DecryptInit_ex(context, kek->cipher->cipher(), NULL, kek->key, iv) == 1 &&
		EVP_CIPHER_CTX_set_padding(context, 0) == 1 &&
		EVP_DecryptUpdate(context, out, &written, in, (int)size) == 1;
}

/* RFC 3211 2.3.2: the outer layer's last block gives the IV for the rest of that layer, since it is
 * what the inner layer ends with. */
static int
decrypt_twice(
	struct clear *out, const struct pwri_kek *kek, struct bytes wrapped, struct diag *diag)
{
	CLEANUP(EVP_CIPHER_CTX) EVP_CIPHER_CTX *context = EVP_CIPHER_CTX_new();
	size_t block = kek->cipher->block_size, rest = wrapped.size - block;
	uint8_t *last = out->octets + rest;

	out->size = wrapped.size;
	if (context &&
		decrypt(context, kek, wrapped.data + rest - block, last, wrapped.data + rest,
			block) &&
		decrypt(context, kek, last, out->octets, wrapped.data, rest) &&
		decrypt(context, kek, kek->iv, out->octets, out->octets, out->size))
		return DONE;
	return diag_break_crypto(diag, object, "decrypting it");
}

static bool
is_intact(const struct clear *clear)
{
	size_t size = clear->octets[0];

	if (size < CHECK_SIZE || HEAD_SIZE + size > clear->size)
		return false;
	for (size_t i = 0; i < CHECK_SIZE; i++)
		if ((clear->octets[1 + i] ^ clear->octets[HEAD_SIZE + i]) != 0xff)
			return false;
	return true;
}

int
pwri_kek_unwrap(
	struct buffer *out, const struct pwri_kek *kek, struct bytes wrapped, struct diag *diag)
{
	size_t block_size = kek->cipher->block_size;
	CLEAR_CLEANUP struct clear clear = {0};
	int result;

	if (kek->cipher->legacy && ossl_load_legacy(diag) != DONE)
		return BROKEN;
	if (wrapped.size < 2 * block_size || wrapped.size % block_size != 0 ||
		wrapped.size > sizeof(clear.octets))
		return diag_refuse(diag, object, "RFC 3211 2.3.2",
			"two or more whole blocks of the cipher", "%zu octets", wrapped.size);
	result = decrypt_twice(&clear, kek, wrapped, diag);
	if (result != DONE)
		return result;
	if (!is_intact(&clear))
		return diag_refuse(diag, object, "RFC 3211 2.3.2",
			"a key encrypted with our challenge password",
			"one encrypted with another, or changed");
	buffer_append(out, BYTES(clear.octets + HEAD_SIZE, clear.octets[0]));
	return DONE;
}
