#include "common/pem.h"

#include <limits.h>
#include <openssl/crypto.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <stdlib.h>
#include <string.h>

#include "common/memory.h"

#define BASE64_LINE      64 /* RFC 7468 2 */
#define BASE64_LINE_DATA 48 /* bytes that it holds */

/* Copies what PEM_read_bio allocated, so that everything of ours is released with free. */
static void
keep(struct pem *out, const char *label, const char *header, struct bytes der)
{
	pem_done(out);
	out->label = text_copy(label);
	out->encrypted = strstr(header, "ENCRYPTED") != NULL;
	buffer_append(&out->der, der);
}

bool
pem_next(struct pem *out, struct bytes *text)
{
	char *label = NULL, *header = NULL;
	unsigned char *data = NULL;
	long size = 0;
	size_t left;
	BIO *bio;

	if (text->size == 0 || text->size > INT_MAX)
		return false;
	bio = BIO_new_mem_buf(text->data, (int)text->size);
	if (!bio)
		memory_exhausted();
	if (PEM_read_bio(bio, &label, &header, &data, &size) != 1) {
		BIO_free(bio);
		ERR_clear_error();
		return false;
	}
	left = BIO_ctrl_pending(bio);
	*text = BYTES(text->data + text->size - left, left);
	keep(out, label, header, BYTES(data, (size_t)size));
	OPENSSL_free(label);
	OPENSSL_free(header);
	OPENSSL_clear_free(data, (size_t)size);
	BIO_free(bio);
	return true;
}

void
pem_done(struct pem *pem)
{
	free(pem->label);
	buffer_done_secret(&pem->der);
	*pem = (struct pem){0};
}

void
pem_write(struct buffer *out, const char *label, struct bytes der)
{
	unsigned char line[BASE64_LINE + 1];

	/* At once: a private key leaves no part of itself where the buffer was before it grew. */
	buffer_reserve(out, der.size / 2 * 3 + 2 * strlen(label) + 64);
	buffer_append_format(out, "-----BEGIN %s-----\n", label);
	for (size_t at = 0; at < der.size; at += BASE64_LINE_DATA) {
		size_t left = der.size - at;

		EVP_EncodeBlock(line, der.data + at,
			(int)(left < BASE64_LINE_DATA ? left : BASE64_LINE_DATA));
		buffer_append_format(out, "%s\n", (const char *)line);
	}
	OPENSSL_cleanse(line, sizeof(line));
	buffer_append_format(out, "-----END %s-----\n", label);
}
