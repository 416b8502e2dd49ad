#include "server/pki_generation.h"

#include <pthread.h>
#include <string.h>

#include "server/mint.h"

#define RSA_BITS 2048

/* --- keys ---------------------------------------------------------------------------- */

struct order {
	EVP_PKEY **key;
	pthread_t thread;
	bool started;
	int result;
	struct diag diag;
};

static void *
make_key(void *argument)
{
	struct order *order = argument;

	order->result = key_generate_rsa(order->key, RSA_BITS, &order->diag);
	return NULL;
}

/* One thread a key; where none is to be had, this one makes it. */
static int
make_keys(struct pki *pki, struct diag *diag)
{
	struct order orders[PKI_ROLE_COUNT] = {0};
	int result = DONE;

	for (enum pki_role role = 0; role < PKI_ROLE_COUNT; role++) {
		struct order *order = &orders[role];

		if (pki->keys[role])
			continue;
		order->key = &pki->keys[role];
		order->started = pthread_create(&order->thread, NULL, make_key, order) == 0;
		if (!order->started)
			make_key(order);
	}
	for (enum pki_role role = 0; role < PKI_ROLE_COUNT; role++) {
		if (orders[role].started)
			pthread_join(orders[role].thread, NULL);
		if (orders[role].result != DONE && diag)
			*diag = orders[role].diag;
		if (orders[role].result != DONE)
			result = BROKEN;
	}
	return result;
}

static void
borrow(struct pki *pki, const struct pki *lender, enum pki_role role)
{
	pki->keys[role] = pki_key(lender, role);
	EVP_PKEY_up_ref(pki->keys[role]);
	if (lender->certificates[role].der.size)
		certificate_copy(&pki->certificates[role], &lender->certificates[role]);
}

/* --- certificates ---------------------------------------------------------------------- */

/* The first octets of the root's key identifier in hexadecimal: tells one PKI's names from
 * another's. */
static int
name_suffix(char out[9], EVP_PKEY *root, struct diag *diag)
{
	BUFFER_CLEANUP struct buffer spki = {0}, hex = {0};
	uint8_t identifier[KEY_IDENTIFIER_SIZE];

	if (key_write_public(&spki, root, diag) != DONE ||
		key_identifier(identifier, buffer_bytes(&spki), diag) != DONE)
		return BROKEN;
	buffer_append_hex(&hex, BYTES(identifier, 4));
	memcpy(out, buffer_text(&hex), 9);
	return DONE;
}

static int
mint_cas(struct pki *pki, int64_t now, struct diag *diag)
{
	const struct mint_issuer itself = {.key = pki->keys[PKI_ROOT]},
				 root = {&pki->certificates[PKI_ROOT], pki->keys[PKI_ROOT], NULL,
					 NULL};
	BUFFER_CLEANUP struct buffer root_subject = {0}, issuing_subject = {0};
	char suffix[9];

	if (name_suffix(suffix, pki->keys[PKI_ROOT], diag) != DONE ||
		mint_subject(&root_subject, PKI_ROOT, suffix, diag) != DONE ||
		mint_subject(&issuing_subject, PKI_ISSUING, suffix, diag) != DONE ||
		mint_certificate(&pki->certificates[PKI_ROOT], PKI_ROOT,
			buffer_bytes(&root_subject), pki->keys[PKI_ROOT], &itself, now,
			diag) != DONE)
		return BROKEN;
	return mint_certificate(&pki->certificates[PKI_ISSUING], PKI_ISSUING,
		buffer_bytes(&issuing_subject), pki->keys[PKI_ISSUING], &root, now, diag);
}

int
pki_generation_run(struct pki *out, const struct pki *lender, int64_t now, struct diag *diag)
{
	pki_init(out);
	if (lender) {
		borrow(out, lender, PKI_CHALLENGE_SIGNING);
		borrow(out, lender, PKI_CHALLENGE_ENCRYPTION);
	}
	if (make_keys(out, diag) == DONE && mint_cas(out, now, diag) == DONE)
		return DONE;
	pki_done(out);
	return BROKEN;
}
