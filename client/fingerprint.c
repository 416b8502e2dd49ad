#include "client/fingerprint.h"

#include <string.h>

#include "common/hex.h"

static const struct {
	size_t digits;
	const char *digest;
} lengths[] = {{32, "MD5"}, {40, "SHA-1"}, {64, "SHA-256"}};

int
fingerprint_parse(struct fingerprint *out, const char *text, struct diag *diag)
{
	size_t digits = 0;

	*out = (struct fingerprint){0};
	for (; *text; text++) {
		int value = hex_digit(*text);

		if (strchr(" :\t", *text))
			continue;
		if (value < 0 || digits / 2 == sizeof(out->bytes))
			return diag_refuse(diag, "fingerprint", NULL, "hexadecimal digits",
				"'%c' behind %zu digits", *text, digits);
		out->bytes[digits / 2] |= (uint8_t)(digits % 2 ? value : value << 4);
		digits++;
	}
	for (size_t i = 0; i < sizeof(lengths) / sizeof(lengths[0]); i++)
		if (lengths[i].digits == digits)
			out->digest = algorithm_digest_named(lengths[i].digest);
	if (!out->digest)
		return diag_refuse(diag, "fingerprint", NULL,
			"32 (MD5), 40 (SHA-1) or 64 (SHA-256)", "%zu hexadecimal digits", digits);
	return DONE;
}

int
fingerprint_compare(bool *equal, const struct fingerprint *fingerprint,
	const struct certificate *certificate, struct diag *diag)
{
	uint8_t digest[EVP_MAX_MD_SIZE];
	int result = certificate_fingerprint(digest, certificate, fingerprint->digest, diag);

	*equal = result == DONE &&
		memcmp(digest, fingerprint->bytes, fingerprint->digest->size) == 0;
	return result;
}

int
fingerprint_describe(struct buffer *out, const struct digest_algorithm *digest,
	const struct certificate *certificate, struct diag *diag)
{
	uint8_t bytes[EVP_MAX_MD_SIZE];
	int result = certificate_fingerprint(bytes, certificate, digest, diag);

	if (result != DONE)
		return result;
	buffer_append_format(out, "%s ", digest->name);
	buffer_append_hex(out, BYTES(bytes, digest->size));
	return DONE;
}
