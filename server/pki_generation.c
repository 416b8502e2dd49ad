#include "server/pki_generation.h"

#include <pthread.h>
#include <stdatomic.h>
#include <string.h>

#include "common/processors.h"
#include "server/mint.h"

#define RSA_BITS 2048

/* --- keys ---------------------------------------------------------------------------- */

struct order {
	EVP_PKEY **key;
	int result;
	struct diag diag;
};

struct orders {
	struct order orders[PKI_ROLE_COUNT];
	size_t count;
	atomic_size_t taken;
};

static void *
make_some(void *argument)
{
	struct orders *orders = argument;
	size_t next;

	while ((next = atomic_fetch_add(&orders->taken, 1)) < orders->count) {
		struct order *order = &orders->orders[next];

		order->result = key_generate_rsa(order->key, RSA_BITS, &order->diag);
	}
	return NULL;
}

/* As many threads as there are processors, this one among them; fewer where they are not to be had. */
static void
make_all(struct orders *orders)
{
	pthread_t threads[PKI_ROLE_COUNT];
	size_t wanted = processors_usable(), count = 0;

	if (wanted > orders->count)
		wanted = orders->count;
	while (count + 1 < wanted && pthread_create(&threads[count], NULL, make_some, orders) == 0)
		count++;
	make_some(orders);
	while (count > 0)
		pthread_join(threads[--count], NULL);
}

static int
make_keys(struct pki *pki, struct diag *diag)
{
	struct orders orders = {0};

	for (enum pki_role role = 0; role < PKI_ROLE_COUNT; role++)
		if (!pki->keys[role])
			orders.orders[orders.count++].key = &pki->keys[role];
	make_all(&orders);
	for (size_t i = 0; i < orders.count; i++) {
		if (orders.orders[i].result == DONE)
			continue;
		if (diag)
			*diag = orders.orders[i].diag;
		return BROKEN;
	}
	return DONE;
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
		pki_borrow(out, lender, PKI_CHALLENGE_SIGNING);
		pki_borrow(out, lender, PKI_CHALLENGE_ENCRYPTION);
	}
	if (make_keys(out, diag) == DONE && mint_cas(out, now, diag) == DONE)
		return DONE;
	pki_done(out);
	return BROKEN;
}
