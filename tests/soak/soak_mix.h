/*
 * Who asks for what: the table of sites with their shares, and what a device does
 * next. Which site is in what condition is the conductor's business (soak.py); here
 * stands how devices behave towards it.
 */
#pragma once

#include "common/random.h"
#include "tests/soak/soak_pool.h"
#include "tests/soak/soak_tally.h"

struct soak_site {
	const char *name; /* as the journal has it */
	const char *path; /* of the SCEP URL */
	unsigned share;   /* of all requests, in parts of the sum */
	/* of the site's requests, in per cent; the rest are CertPolls */
	unsigned caps, ca, enrol;
	bool mixed;   /* soak_pool_plan */
	bool healthy; /* what it answers is looked at closely */
	bool renews;  /* its devices renew some of their certificates at once */
	bool leaves;  /* its devices go before the answer is complete */
};

#define SOAK_SITES_MAX 16

/* The table; a row without a name ends it. */
extern const struct soak_site soak_sites[SOAK_SITES_MAX];

/* One request and whoever makes it. All zero before the first. */
struct soak_errand {
	const struct soak_site *site;
	enum soak_ask ask;
	struct soak_device *device; /* NULL with SOAK_CAPS and SOAK_CA */
	struct bytes request;
	bool keeps_connection; /* goes over the connection of the errand before it, if that is open */
	int64_t patience_ms;   /* the device goes after so long; 0: it waits */
	bool leaves_at_first_byte; /* with a reset */
	struct certificate issued; /* SOAK_RENEW: signs the request */
	uint8_t nonce[SCEP_NONCE_SIZE];
	struct buffer own; /* holds `request` where that is in no pool */
};

struct soak_mix {
	const char *host; /* for the Host header */
	struct random random;
	unsigned shares; /* the sum of those of the sites */
	uint64_t left;   /* how many exchanges are still to be begun in this round */
	uint64_t enrolled;
	struct soak_identities identities;
	struct soak_tally tally; /* of this round */
	struct {
		struct soak_pool pool;
		struct buffer get_caps, get_ca;
		size_t next;                  /* device that has not been there */
		struct soak_device **pending; /* a circle of pool.plan.count */
		size_t pending_first, pending_count;
	} sites[SOAK_SITES_MAX];
};

/* Begins with keys alone. `host` is borrowed. DONE or BROKEN. */
int soak_mix_init(struct soak_mix *mix, const char *host, uint64_t seed, struct diag *diag);

/* Makes the pool of a site for rounds of so many exchanges; `ca` is what it answers to GetCACert. DONE,
 * REFUSED or BROKEN. */
int soak_mix_add_pool(
	struct soak_mix *mix, size_t site, uint64_t exchanges, struct bytes ca, struct diag *diag);

/* Begins a round of so many exchanges, with devices that have not been anywhere. */
void soak_mix_begin(struct soak_mix *mix, uint64_t exchanges);

/* Chooses the next errand; false when the round is over. */
bool soak_mix_next(struct soak_mix *mix, struct soak_errand *errand);

/* Takes the outcome of an errand, with the body of its answer. Returns whether the same device goes on at
 * once: then `errand` is its next request. */
bool soak_mix_finish(struct soak_mix *mix, struct soak_errand *errand,
	const struct soak_outcome *outcome, struct bytes body);

void soak_errand_done(struct soak_errand *errand);

void soak_mix_done(struct soak_mix *mix);
