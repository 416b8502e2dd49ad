#include "server/ca_crl.h"

#include <stdlib.h>
#include <string.h>

#include "common/memory.h"
#include "server/ca.h"
#include "server/ca_crl_cache.h"
#include "server/server.h"
#include "server/store.h"

#define HOUR_SECONDS 3600

/* A revoked certificate, in a form that can be compared as bytes. */
struct revoked {
	uint8_t serial[CERTIFICATE_SERIAL_MAX];
	size_t serial_size;
	int64_t revoked_at;
	int64_t reason;
};

static void
add_revoked(void *context, const struct crl_entry *entry)
{
	size_t size = entry->serial.size;
	struct revoked revoked;

	if (size > CERTIFICATE_SERIAL_MAX)
		return;                       /* none of ours */
	memset(&revoked, 0, sizeof(revoked)); /* padding too */
	memcpy(revoked.serial, entry->serial.data, size);
	revoked.serial_size = size;
	revoked.revoked_at = entry->revoked_at;
	revoked.reason = entry->reason;
	buffer_append(context, BYTES(&revoked, sizeof(revoked)));
}

static struct crl_entry *
make_entries(const struct revoked *revoked, size_t count)
{
	struct crl_entry *entries = memory_new(count, sizeof(*entries));

	for (size_t i = 0; i < count; i++)
		entries[i] = (struct crl_entry){
			.serial = BYTES(revoked[i].serial, revoked[i].serial_size),
			.revoked_at = revoked[i].revoked_at,
			.reason = (enum crl_reason)revoked[i].reason,
		};
	return entries;
}

/* Signs a CRL and keeps it for the next who asks. */
static int
sign(struct buffer *out, const struct condition *condition, const struct authority_ca *ca,
	struct bytes revoked, uint32_t number, int64_t now, struct diag *diag)
{
	int64_t period = condition->settings.crl_period * HOUR_SECONDS;
	size_t count = revoked.size / sizeof(struct revoked);
	struct crl_entry *entries = make_entries((const struct revoked *)revoked.data, count);
	const struct crl_plan plan = {
		.issuer = ca->certificate->subject,
		.authority_key_identifier = ca->certificate->subject_key_identifier,
		.number = number,
		.this_update = now - CA_BACKDATED,
		.next_update = now + period + period / 10,
		.digest = condition->authority->signature.digest,
		.pss = condition->authority->signature.pss,
		.entries = entries,
		.entry_count = count,
	};
	BUFFER_CLEANUP struct buffer der = {0};
	int result = crl_plan_sign(&der, &plan, authority_ca_key(ca), diag);

	free(entries);
	if (result != DONE)
		return result;
	ca_crl_cache_keep(ca->crl_cache, number, buffer_bytes(&der), revoked, now, now + period);
	buffer_append(out, buffer_bytes(&der));
	return DONE;
}

/* Appends what is revoked by one of the site's CAs: only certificates of devices can be; a root above
 * their CA has an empty list. Serial numbers are the site's, so that a renewed CA and the one before it
 * can share theirs. */
static int
read_revoked(struct buffer *out, const struct site *site, const struct condition *condition,
	const struct authority_ca *ca, struct diag *diag)
{
	if (ca != &condition->authority->cas[0] && ca != &condition->authority->previous)
		return DONE;
	return store_certificate_each_revoked(
		site->server->store, site->store_name, add_revoked, out, diag);
}

/* The number is greater than all before, those of an earlier run included (RFC 5280 5.2.3). */
static int
sign_next(struct buffer *out, const struct site *site, const struct condition *condition,
	const struct authority_ca *ca, struct bytes revoked, int64_t now, struct diag *diag)
{
	uint32_t number;

	if (store_next_crl_number(&number, site->server->store, site->store_name, now, diag) !=
		DONE)
		return BROKEN;
	return sign(out, condition, ca, revoked, number, now, diag);
}

int
ca_crl(struct buffer *out, const struct site *site, const struct condition *condition,
	const struct authority_ca *ca, int64_t now, struct diag *diag)
{
	BUFFER_CLEANUP struct buffer revoked = {0};

	if (read_revoked(&revoked, site, condition, ca, diag) != DONE)
		return BROKEN;
	if (ca_crl_cache_take(out, ca->crl_cache, buffer_bytes(&revoked), now))
		return DONE;
	return sign_next(out, site, condition, ca, buffer_bytes(&revoked), now, diag);
}

int
ca_crl_publish(struct buffer *out, const struct site *site, const struct condition *condition,
	const struct authority_ca *ca, int64_t now, struct diag *diag)
{
	BUFFER_CLEANUP struct buffer revoked = {0};

	if (read_revoked(&revoked, site, condition, ca, diag) != DONE)
		return BROKEN;
	return sign_next(out, site, condition, ca, buffer_bytes(&revoked), now, diag);
}
