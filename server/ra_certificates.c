#include "server/ra_certificates.h"

#include <stdlib.h>

#include "common/clock.h"
#include "common/memory.h"
#include "common/name_parse.h"
#include "server/authority_issue.h"

/* An RA certificate lives for two years (ndes-behaviour 2.3) that begin with a month: what was
 * enrolled so long ago ended two months ago, or nearly three. */
#define LONG_AGO ((2 * INT64_C(366) + 60) * CLOCK_DAY_SECONDS)

enum listed { LISTED_BOTH, LISTED_SWAPPED, LISTED_SIGNING, LISTED_ENCRYPTION };

/* Each differs from the healthy one in one way. */
static const struct {
	int64_t age;      /* seconds since they were enrolled */
	bool exchanged;   /* each has the template of the other, and so its key usage */
	bool previous_ca; /* issued by the CA before the one that issues now */
	enum listed listed;
} rows[] = {
	[RA_CERTIFICATES_VALID] = {0},
	[RA_CERTIFICATES_EXPIRED] = {.age = LONG_AGO},
	[RA_CERTIFICATES_EXPIRED_BUT_SERVED] = {.age = LONG_AGO},
	[RA_CERTIFICATES_MISSING] = {0},
	[RA_CERTIFICATES_KEY_NOT_READABLE] = {0},
	[RA_CERTIFICATES_USER_STORE] = {0},
	[RA_CERTIFICATES_SWAPPED] = {.listed = LISTED_SWAPPED},
	[RA_CERTIFICATES_SIGNING_MISSING] = {.listed = LISTED_ENCRYPTION},
	[RA_CERTIFICATES_ENCRYPTION_MISSING] = {.listed = LISTED_SIGNING},
	[RA_CERTIFICATES_WRONG_KEY_USAGE] = {.exchanged = true},
	[RA_CERTIFICATES_PREVIOUS_CA] = {.previous_ca = true},
};

static int
make_one(struct certificate *out, const struct authority *authority, enum pki_role role,
	struct diag *diag)
{
	enum pki_role other = role == PKI_RA_SIGNING ? PKI_RA_ENCRYPTION : PKI_RA_SIGNING;
	const struct ra_pair *pair = authority->ra;
	bool exchanged = rows[pair->state].exchanged;
	bool previous = rows[pair->state].previous_ca;
	int64_t age = rows[pair->state].age;
	const struct authority_order order = {
		.role = role,
		.like = exchanged ? other : role,
		.subject = buffer_bytes(&pair->subject),
		.issuer = previous ? &authority->previous : &authority->cas[0],
		.now = pair->now - age,
		/* Those of the pki are healthy ones, of the CA that the pki begins with. */
		.edition = pair->edition,
		.minted = exchanged || age || previous != authority->renewed || pair->edition > 0,
	};

	return authority_issue(out, authority, &order, diag);
}

static int
make(const struct authority *authority, struct diag *diag)
{
	struct ra_pair *pair = authority->ra;
	int result = make_one(&pair->signing, authority, PKI_RA_SIGNING, diag);

	if (result == DONE)
		result = make_one(&pair->encryption, authority, PKI_RA_ENCRYPTION, diag);
	atomic_store_explicit(&pair->made, result == DONE, memory_order_release);
	return result;
}

static bool
may_wait(const struct pki *pki)
{
	return pki->built_in && pki->certificates[PKI_RA_SIGNING].der.size == 0 &&
		pki->certificates[PKI_RA_ENCRYPTION].der.size == 0;
}

int
ra_certificates_new(struct authority *authority, const struct settings *settings, unsigned edition,
	int64_t now, struct diag *diag)
{
	TEXT_CLEANUP char *text = text_format("C=US,CN=%s-MSCEP-RA", settings->host_name);
	struct ra_pair *pair = memory_new(1, sizeof(*pair));
	int result;

	authority->ra = pair;
	pthread_mutex_init(&pair->lock, NULL);
	atomic_init(&pair->made, false);
	pair->state = (enum ra_certificates)settings->ra_certificates;
	pair->edition = edition;
	pair->now = now;
	result = name_parse(&pair->subject, text, diag);
	if (result == DONE && !may_wait(authority->pki))
		result = make(authority, diag);
	return result;
}

void
ra_certificates_free(struct ra_pair *pair)
{
	if (!pair)
		return;
	buffer_done(&pair->subject);
	certificate_done(&pair->signing);
	certificate_done(&pair->encryption);
	pthread_mutex_destroy(&pair->lock);
	free(pair);
}

/* Nothing but a lack of memory keeps a built-in key from signing. */
static const struct ra_pair *
made(const struct authority *authority)
{
	struct ra_pair *pair = authority->ra;

	if (atomic_load_explicit(&pair->made, memory_order_acquire))
		return pair;
	pthread_mutex_lock(&pair->lock);
	if (!atomic_load_explicit(&pair->made, memory_order_relaxed) &&
		make(authority, NULL) != DONE)
		memory_exhausted();
	pthread_mutex_unlock(&pair->lock);
	return pair;
}

const struct certificate *
ra_certificates_signing(const struct authority *authority)
{
	return &made(authority)->signing;
}

const struct certificate *
ra_certificates_encryption(const struct authority *authority)
{
	return &made(authority)->encryption;
}

size_t
ra_certificates_list(
	const struct certificate *out[RA_CERTIFICATES_MAX], const struct authority *authority)
{
	const struct certificate *signing = ra_certificates_signing(authority);
	const struct certificate *encryption = ra_certificates_encryption(authority);
	enum listed listed = rows[authority->ra->state].listed;
	size_t count = 0;

	if (listed == LISTED_SWAPPED)
		out[count++] = encryption;
	if (listed != LISTED_ENCRYPTION)
		out[count++] = signing;
	if (listed == LISTED_BOTH || listed == LISTED_ENCRYPTION)
		out[count++] = encryption;
	return count;
}
