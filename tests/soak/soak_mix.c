#include "tests/soak/soak_mix.h"

#include <stdlib.h>
#include <string.h>

#include "common/memory.h"
#include "common/scep_reply.h"
#include "tests/soak/soak_reply.h"

#define DLL "/certsrv/mscep/mscep.dll"

/* Of the devices that were enrolled, so many look closely and then renew. */
#define RENEWAL_EVERY 16

/* How long a device of a site that holds its answers waits. */
#define PATIENCE_MIN_MS 5
#define PATIENCE_MAX_MS 250

const struct soak_site soak_sites[SOAK_SITES_MAX] = {
	{"default", DLL, 90, .caps = 15, .ca = 15, .enrol = 70, .mixed = true, .healthy = true,
		.renews = true},
	{"manual", "/site/manual" DLL, 40, .caps = 5, .ca = 5, .enrol = 35, .healthy = true},
	{"faulty", "/site/faulty" DLL, 24, .caps = 30, .ca = 10, .enrol = 60},
	{"broken", "/site/broken" DLL, 16, .caps = 30, .ca = 20, .enrol = 50},
	{"gone", "/site/gone" DLL, 10, .caps = 40, .ca = 20, .enrol = 40},
	{"held", "/site/held" DLL, 10, .caps = 40, .ca = 30, .enrol = 30, .leaves = true},
	{"fault/chaos-30-percent@soak", "/fault/chaos-30-percent@soak" DLL, 2, .caps = 60,
		.ca = 40},
	{"fault/every-third-request@soak", "/fault/every-third-request@soak" DLL, 2, .caps = 60,
		.ca = 40},
	{"fault/reset-in-body@soak", "/fault/reset-in-body@soak" DLL, 2, .caps = 60, .ca = 40},
	{"fault/close-without-answer@soak", "/fault/close-without-answer@soak" DLL, 2, .caps = 60,
		.ca = 40},
	{"fault/proxy-connector-stopped@soak", "/fault/proxy-connector-stopped@soak" DLL, 2,
		.caps = 60, .ca = 40},
};

/* Returns a number below `limit`. */
static uint64_t
draw(struct soak_mix *mix, uint64_t limit)
{
	uint64_t number;

	random_fill(&mix->random, &number, sizeof(number));
	return number % limit;
}

/* --- pools ----------------------------------------------------------------------------- */

static void
write_get(struct buffer *out, const struct soak_site *site, const char *operation, const char *host)
{
	buffer_append_format(out, "GET %s?operation=%s HTTP/1.1\r\nHost: %s\r\n\r\n", site->path,
		operation, host);
}

int
soak_mix_init(struct soak_mix *mix, const char *host, uint64_t seed, struct diag *diag)
{
	*mix = (struct soak_mix){.host = host};
	random_init(&mix->random, seed);
	for (size_t i = 0; soak_sites[i].name; i++) {
		mix->shares += soak_sites[i].share;
		write_get(&mix->sites[i].get_caps, &soak_sites[i], "GetCACaps", host);
		write_get(&mix->sites[i].get_ca, &soak_sites[i], "GetCACert", host);
	}
	return soak_identities_make(&mix->identities, diag);
}

int
soak_mix_add_pool(
	struct soak_mix *mix, size_t site, uint64_t exchanges, struct bytes ca, struct diag *diag)
{
	const struct soak_site *row = &soak_sites[site];
	/* A quarter more than will be asked for on average. */
	const struct soak_pool_plan plan = {
		.identities = &mix->identities,
		.host = mix->host,
		.path = row->path,
		.mixed = row->mixed,
		.count = exchanges * row->share / mix->shares * row->enrol / 80 + 16,
		.ca = ca,
	};

	mix->sites[site].pending = memory_new(plan.count, sizeof(struct soak_device *));
	return soak_pool_make(&mix->sites[site].pool, &plan, diag);
}

void
soak_mix_done(struct soak_mix *mix)
{
	for (size_t i = 0; i < SOAK_SITES_MAX; i++) {
		soak_pool_done(&mix->sites[i].pool);
		buffer_done(&mix->sites[i].get_caps);
		buffer_done(&mix->sites[i].get_ca);
		free(mix->sites[i].pending);
	}
	soak_identities_done(&mix->identities);
}

/* --- what is asked next ------------------------------------------------------------------ */

void
soak_mix_begin(struct soak_mix *mix, uint64_t exchanges)
{
	mix->left = exchanges;
	mix->tally = (struct soak_tally){0};
	for (size_t i = 0; i < SOAK_SITES_MAX; i++)
		mix->sites[i].next = mix->sites[i].pending_first = mix->sites[i].pending_count = 0;
}

static size_t
draw_site(struct soak_mix *mix)
{
	uint64_t place = draw(mix, mix->shares);
	size_t site = 0;

	while (place >= soak_sites[site].share)
		place -= soak_sites[site++].share;
	return site;
}

/* A pool that has run out, or a site at which nobody waits, is asked for its capabilities instead. */
static enum soak_ask
draw_ask(struct soak_mix *mix, size_t site)
{
	const struct soak_site *row = &soak_sites[site];
	uint64_t place = draw(mix, 100);

	if (place < row->caps)
		return SOAK_CAPS;
	if (place < row->caps + row->ca)
		return SOAK_CA;
	if (place >= row->caps + row->ca + row->enrol && mix->sites[site].pending_count > 0)
		return SOAK_POLL;
	return mix->sites[site].next < mix->sites[site].pool.plan.count ? SOAK_ENROL : SOAK_CAPS;
}

static struct soak_device *
take_pending(struct soak_mix *mix, size_t site)
{
	struct soak_device *device = mix->sites[site].pending[mix->sites[site].pending_first];

	mix->sites[site].pending_first =
		(mix->sites[site].pending_first + 1) % mix->sites[site].pool.plan.count;
	mix->sites[site].pending_count--;
	return device;
}

static void
put_pending(struct soak_mix *mix, size_t site, struct soak_device *device)
{
	size_t place = mix->sites[site].pending_first + mix->sites[site].pending_count++;

	mix->sites[site].pending[place % mix->sites[site].pool.plan.count] = device;
}

static void
choose_request(struct soak_mix *mix, struct soak_errand *errand, size_t site)
{
	switch (errand->ask) {
	case SOAK_CAPS:
		errand->request = buffer_bytes(&mix->sites[site].get_caps);
		return;
	case SOAK_CA:
		errand->request = buffer_bytes(&mix->sites[site].get_ca);
		return;
	case SOAK_POLL:
		errand->device = take_pending(mix, site);
		errand->request = buffer_bytes(&errand->device->poll);
		return;
	case SOAK_ENROL:
	case SOAK_RENEW:
		break;
	}
	errand->device = &mix->sites[site].pool.devices[mix->sites[site].next++];
	errand->request = buffer_bytes(&errand->device->enrolment);
}

/* GetCACert comes drop by drop there, all else after an hour (soak.py). */
static void
choose_patience(struct soak_mix *mix, struct soak_errand *errand)
{
	if (!errand->site->leaves)
		return;
	errand->leaves_at_first_byte = errand->ask == SOAK_CA;
	if (!errand->leaves_at_first_byte)
		errand->patience_ms =
			PATIENCE_MIN_MS + (int64_t)draw(mix, PATIENCE_MAX_MS - PATIENCE_MIN_MS);
}

bool
soak_mix_next(struct soak_mix *mix, struct soak_errand *errand)
{
	size_t site;

	soak_errand_done(errand);
	if (mix->left == 0)
		return false;
	mix->left--;
	site = draw_site(mix);
	errand->site = &soak_sites[site];
	errand->ask = draw_ask(mix, site);
	errand->keeps_connection = errand->site->healthy;
	choose_request(mix, errand, site);
	choose_patience(mix, errand);
	return true;
}

/* --- what comes of it ---------------------------------------------------------------------- */

/* Makes the errand the renewal of what was just issued. */
static bool
renew(struct soak_mix *mix, struct soak_errand *errand, const struct soak_pool *pool)
{
	struct diag diag = {0};

	random_fill(&mix->random, errand->nonce, sizeof(errand->nonce));
	if (soak_pool_write_renewal(&errand->own, pool, errand->device, &errand->issued,
		    errand->nonce, &diag) != DONE) {
		soak_tally_check(&mix->tally, BROKEN, &diag);
		return false;
	}
	errand->ask = SOAK_RENEW;
	errand->request = buffer_bytes(&errand->own);
	return true;
}

static bool
check_renewal(struct soak_mix *mix, struct soak_errand *errand, const struct soak_pool *pool,
	struct bytes body)
{
	CERTIFICATE_CLEANUP struct certificate renewed = {0};
	BUFFER_CLEANUP struct buffer transaction_id = {0};
	struct soak_reply_wanted wanted = {
		pool, errand->device, &errand->issued, NULL, errand->nonce};
	struct diag diag = {0};

	buffer_append_hex(&transaction_id, BYTES(errand->nonce, sizeof(errand->nonce)));
	wanted.transaction_id = buffer_text(&transaction_id);
	soak_tally_check(&mix->tally, soak_reply_check(&renewed, body, &wanted, &diag), &diag);
	return false;
}

/* Looks at some of the certificates; who has one of RSA renews it. */
static bool
check_enrolment(struct soak_mix *mix, struct soak_errand *errand, const struct soak_pool *pool,
	struct bytes body)
{
	const struct soak_device *device = errand->device;
	const struct soak_reply_wanted wanted = {
		pool, device, &device->identity->signer, device->transaction_id, device->nonce};
	struct diag diag = {0};
	int result;

	if (mix->enrolled++ % RENEWAL_EVERY)
		return false;
	result = soak_reply_check(&errand->issued, body, &wanted, &diag);
	soak_tally_check(&mix->tally, result, &diag);
	return result == DONE && errand->site->renews && key_is_rsa(device->identity->key) &&
		renew(mix, errand, pool);
}

static void
check_ca(struct soak_mix *mix, const struct soak_pool *pool, struct bytes body)
{
	struct diag diag = {0};
	int result = DONE;

	if (!bytes_equal(body, buffer_bytes(&pool->ca_body)))
		result =
			diag_refuse(&diag, "GetCACert", NULL, "what it said first", "another body");
	soak_tally_check(&mix->tally, result, &diag);
}

/* What a healthy site has answered. */
static bool
look_closely(struct soak_mix *mix, struct soak_errand *errand, const struct soak_outcome *outcome,
	struct bytes body)
{
	size_t site = (size_t)(errand->site - soak_sites);
	const struct soak_pool *pool = &mix->sites[site].pool;

	if (errand->ask == SOAK_CA)
		check_ca(mix, pool, body);
	if (outcome->pki_status == SCEP_STATUS_PENDING)
		put_pending(mix, site, errand->device);
	if (outcome->pki_status != SCEP_STATUS_SUCCESS)
		return false;
	return errand->ask == SOAK_RENEW ? check_renewal(mix, errand, pool, body)
					 : check_enrolment(mix, errand, pool, body);
}

bool
soak_mix_finish(struct soak_mix *mix, struct soak_errand *errand,
	const struct soak_outcome *outcome, struct bytes body)
{
	struct soak_outcome seen = *outcome;

	seen.pki_status = -1;
	if (seen.end == SOAK_ANSWERED && seen.status == 200 && errand->device)
		seen.pki_status = soak_reply_status(body);
	soak_tally_count(&mix->tally, errand->site->name, errand->ask, &seen);
	return errand->site->healthy && seen.end == SOAK_ANSWERED && seen.status == 200 &&
		look_closely(mix, errand, &seen, body);
}

void
soak_errand_done(struct soak_errand *errand)
{
	certificate_done(&errand->issued);
	buffer_done(&errand->own);
	*errand = (struct soak_errand){0};
}
