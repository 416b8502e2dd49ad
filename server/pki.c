#include "server/pki.h"

#include <pthread.h>
#include <stdlib.h>

#include "common/memory.h"
#include "server/built_in_keys.h"
#include "server/mint.h"

/* The certificates of the challenges that were minted since the start. */
struct pki_challenges {
	pthread_mutex_t lock;
	struct certificate minted[PKI_ROLE_COUNT];
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
	*pki = (struct pki){.challenges = memory_new(1, sizeof(*pki->challenges))};
	pthread_mutex_init(&pki->challenges->lock, NULL);
}

void
pki_done(struct pki *pki)
{
	for (enum pki_role role = 0; role < PKI_ROLE_COUNT; role++) {
		EVP_PKEY_free(pki->keys[role]);
		certificate_done(&pki->certificates[role]);
		if (pki->challenges)
			certificate_done(&pki->challenges->minted[role]);
	}
	if (pki->challenges)
		pthread_mutex_destroy(&pki->challenges->lock);
	free(pki->challenges);
	certificate_done(&pki->root);
	*pki = (struct pki){0};
}

int
pki_load_built_in(struct pki *out, struct diag *diag)
{
	pki_init(out);
	for (enum pki_role role = 0; role < PKI_ROLE_COUNT; role++) {
		if (key_read_rsa_private(&out->keys[role], built_in_keys[role], diag) != DONE) {
			pki_done(out);
			return BROKEN;
		}
	}
	if (certificate_read(&out->root, built_in_root, diag) == DONE)
		return DONE;
	pki_done(out);
	return BROKEN;
}

static int
mint_challenge_certificate(
	struct certificate *out, const struct pki *pki, enum pki_role role, struct diag *diag)
{
	const struct mint_issuer itself = {.key = pki->keys[role]};
	BUFFER_CLEANUP struct buffer subject = {0};

	if (mint_subject(&subject, role, NULL, diag) != DONE)
		return BROKEN;
	return mint_certificate(
		out, role, buffer_bytes(&subject), pki->keys[role], &itself, 0, diag);
}

int
pki_challenge_certificate(const struct certificate **out, const struct pki *pki, enum pki_role role,
	struct diag *diag)
{
	struct pki_challenges *challenges = pki->challenges;
	CERTIFICATE_CLEANUP struct certificate minted = {0};
	bool there;

	*out = &pki->certificates[role];
	if ((*out)->der.size)
		return DONE;
	*out = &challenges->minted[role];
	pthread_mutex_lock(&challenges->lock);
	there = (*out)->der.size;
	pthread_mutex_unlock(&challenges->lock);
	if (there)
		return DONE;
	/* Two threads may mint at once; what they get is the same. */
	if (mint_challenge_certificate(&minted, pki, role, diag) != DONE)
		return BROKEN;
	pthread_mutex_lock(&challenges->lock);
	if (challenges->minted[role].der.size == 0) {
		challenges->minted[role] = minted;
		minted = (struct certificate){0};
	}
	pthread_mutex_unlock(&challenges->lock);
	return DONE;
}
