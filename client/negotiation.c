#include "client/negotiation.h"

#include <stddef.h>

#include "common/scep.h"

/*
 * RFC 8894 3.5.2: SHA-256 is preferred to SHA-1, AES to triple DES, and of the SHA-2 and AES
 * families the mandatory SHA-256 and AES-128-CBC (2.9) serve interoperability best. Best first.
 */
static const struct {
	unsigned capability;
	const char *name;
} digests[] =
	{
		{SCEP_CAP_SHA256, "SHA-256"},
		{SCEP_CAP_SHA512, "SHA-512"},
		{SCEP_CAP_SHA384, "SHA-384"},
		{SCEP_CAP_SHA1, "SHA-1"},
},
  ciphers[] = {
	  {SCEP_CAP_AES, "AES-128-CBC"},
	  {SCEP_CAP_DES3, "DES-EDE3-CBC"},
};

#define COUNT(table) (sizeof(table) / sizeof((table)[0]))

/* RFC 8894 3.5.2: SCEPStandard says that the mandatory part (2.9) is there. */
static unsigned
with_implied(unsigned capabilities)
{
	if (capabilities & SCEP_CAP_STANDARD)
		capabilities |= SCEP_CAP_AES | SCEP_CAP_POST_PKI_OPERATION | SCEP_CAP_SHA256;
	return capabilities;
}

static void
choose_digest(struct negotiation *out, unsigned capabilities, const struct digest_algorithm *wish)
{
	out->digest = wish;
	for (size_t i = 0; !out->digest && i < COUNT(digests); i++)
		if (capabilities & digests[i].capability)
			out->digest = algorithm_digest_named(digests[i].name);
	out->digest_is_fallback = !out->digest;
	if (!out->digest)
		out->digest = algorithm_digest_named("SHA-1");
}

static void
choose_cipher(struct negotiation *out, unsigned capabilities, const struct cipher_algorithm *wish)
{
	out->cipher = wish;
	for (size_t i = 0; !out->cipher && i < COUNT(ciphers); i++)
		if (capabilities & ciphers[i].capability)
			out->cipher = algorithm_cipher_named(ciphers[i].name);
	out->cipher_is_fallback = !out->cipher;
	if (!out->cipher)
		out->cipher = algorithm_cipher_named("DES-EDE3-CBC");
}

struct negotiation
negotiation_choose(unsigned capabilities, const struct negotiation_wish *wish)
{
	struct negotiation out = {0};

	capabilities = with_implied(capabilities);
	out.post = wish->method == METHOD_POST ||
		(wish->method == METHOD_AUTO && (capabilities & SCEP_CAP_POST_PKI_OPERATION));
	choose_digest(&out, capabilities, wish->digest);
	choose_cipher(&out, capabilities, wish->cipher);
	return out;
}

bool
negotiation_announces_digest(unsigned capabilities, const struct digest_algorithm *digest)
{
	for (size_t i = 0; i < COUNT(digests); i++)
		if (algorithm_digest_named(digests[i].name) == digest)
			return with_implied(capabilities) & digests[i].capability;
	return false;
}

bool
negotiation_announces_cipher(unsigned capabilities, const struct cipher_algorithm *cipher)
{
	for (size_t i = 0; i < COUNT(ciphers); i++)
		if (algorithm_cipher_named(ciphers[i].name) == cipher)
			return with_implied(capabilities) & ciphers[i].capability;
	return false;
}

unsigned
negotiation_renewal_type(unsigned capabilities)
{
	const unsigned both = SCEP_CAP_STANDARD | SCEP_CAP_RENEWAL;

	return (capabilities & both) == both ? SCEP_RENEWAL_REQ : SCEP_PKCS_REQ;
}
