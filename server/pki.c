#include "server/pki.h"

#include <pthread.h>
#include <stdlib.h>
#include <string.h>

#include "common/memory.h"
#include "server/built_in_keys.h"
#include "server/mint.h"

/* What was made since the start. */
struct pki_later {
	pthread_mutex_t lock;
	EVP_PKEY *keys[PKI_ROLE_COUNT];            /* the built-in ones */
	struct certificate minted[PKI_ROLE_COUNT]; /* of the challenges */
};

const char *
pki_role_name(enum pki_role role)
{
	static const char *const names[PKI_ROLE_COUNT] = {
		[PKI_ROOT] = "root",
		[PKI_ISSUING] = "issuing",
		[PKI_RA_SIGNING] = "ra-signing",
		[PKI_RA_ENCRYPTION] = "ra-encryption",
		[PKI_NEXT_CA] = "next-ca",
		[PKI_CHALLENGE_SIGNING] = "challenge-signing",
		[PKI_CHALLENGE_ENCRYPTION] = "challenge-encryption",
	};

	return names[role];
}

void
pki_init(struct pki *pki)
{
	*pki = (struct pki){.later = memory_new(1, sizeof(*pki->later))};
	pthread_mutex_init(&pki->later->lock, NULL);
}

void
pki_done(struct pki *pki)
{
	for (enum pki_role role = 0; role < PKI_ROLE_COUNT; role++) {
		EVP_PKEY_free(pki->keys[role]);
		certificate_done(&pki->certificates[role]);
		if (pki->later) {
			EVP_PKEY_free(pki->later->keys[role]);
			certificate_done(&pki->later->minted[role]);
		}
	}
	if (pki->later)
		pthread_mutex_destroy(&pki->later->lock);
	free(pki->later);
	certificate_done(&pki->root);
	*pki = (struct pki){0};
}

void
pki_borrow(struct pki *pki, const struct pki *lender, enum pki_role role)
{
	pki->keys[role] = pki_key(lender, role);
	EVP_PKEY_up_ref(pki->keys[role]);
	if (lender->certificates[role].der.size)
		certificate_copy(&pki->certificates[role], &lender->certificates[role]);
}

void
pki_share(struct pki *out, const struct pki *lender)
{
	pki_init(out);
	for (enum pki_role role = 0; role < PKI_ROLE_COUNT; role++)
		pki_borrow(out, lender, role);
}

int
pki_load_built_in(struct pki *out, struct diag *diag)
{
	pki_init(out);
	out->built_in = true;
	if (certificate_read(&out->root, built_in_root, diag) == DONE)
		return DONE;
	pki_done(out);
	return BROKEN;
}

EVP_PKEY *
pki_key(const struct pki *pki, enum pki_role role)
{
	struct pki_later *later = pki->later;

	if (pki->keys[role] || !pki->built_in)
		return pki->keys[role];
	pthread_mutex_lock(&later->lock);
	/* Nothing but a lack of memory keeps a built-in key from being read. */
	if (!later->keys[role] &&
		key_read_rsa_private(&later->keys[role], built_in_keys[role], NULL) != DONE)
		memory_exhausted();
	pthread_mutex_unlock(&later->lock);
	return later->keys[role];
}

int
pki_fingerprint(uint8_t *out, const struct certificate *certificate,
	const struct digest_algorithm *digest, struct diag *diag)
{
	if (bytes_equal(buffer_bytes(&certificate->der), built_in_root))
		for (size_t i = 0; i < BUILT_IN_ROOT_DIGESTS; i++)
			if (strcmp(built_in_root_digests[i].name, digest->name) == 0) {
				memcpy(out, built_in_root_digests[i].octets.data, digest->size);
				return DONE;
			}
	return certificate_fingerprint(out, certificate, digest, diag);
}

static int
mint_challenge_certificate(
	struct certificate *out, const struct pki *pki, enum pki_role role, struct diag *diag)
{
	EVP_PKEY *key = pki_key(pki, role);
	const struct mint_issuer itself = {.key = key};
	BUFFER_CLEANUP struct buffer subject = {0};

	if (mint_subject(&subject, role, NULL, diag) != DONE)
		return BROKEN;
	return mint_certificate(out, role, buffer_bytes(&subject), key, &itself, 0, diag);
}

int
pki_challenge_certificate(const struct certificate **out, const struct pki *pki, enum pki_role role,
	struct diag *diag)
{
	struct pki_later *later = pki->later;
	CERTIFICATE_CLEANUP struct certificate minted = {0};
	bool there;

	*out = &pki->certificates[role];
	if ((*out)->der.size)
		return DONE;
	*out = &later->minted[role];
	pthread_mutex_lock(&later->lock);
	there = (*out)->der.size;
	pthread_mutex_unlock(&later->lock);
	if (there)
		return DONE;
	/* Two threads may mint at once; what they get is the same. */
	if (mint_challenge_certificate(&minted, pki, role, diag) != DONE)
		return BROKEN;
	pthread_mutex_lock(&later->lock);
	if (later->minted[role].der.size == 0) {
		later->minted[role] = minted;
		minted = (struct certificate){0};
	}
	pthread_mutex_unlock(&later->lock);
	return DONE;
}
