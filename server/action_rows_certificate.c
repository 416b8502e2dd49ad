/* Actions on what the CA is about to sign (RFC 5280 4.1, RFC 8894 3.3.2.1). */
#include <string.h>

#include "common/clock.h"
#include "common/name_parse.h"
#include "server/action_rows.h"
#include "server/exchange.h"
#include "server/server.h"
#include "server/store.h"

#define DAY CLOCK_DAY_SECONDS

/* In the order of the choices. */
static const struct {
	int64_t begins; /* seconds from now */
	int64_t lasts;
} validities[] = {
	{7 * DAY, 365 * DAY},
	{-30 * DAY, 7 * DAY},
	{-600, 601},
};

static int
apply_certificate_validity(struct exchange *exchange, const struct action_value *values)
{
	struct certificate_plan *plan = &exchange->issuance.plan;
	int64_t now = exchange_seconds(exchange);

	plan->not_before = now + validities[values[0].number].begins;
	plan->not_after = plan->not_before + validities[values[0].number].lasts;
	return STAGE_NEXT;
}

/* Another key than that of the request: the next CA's, which no device has. */
static int
apply_certificate_key(struct exchange *exchange, const struct action_value *values)
{
	struct issuance *issuance = &exchange->issuance;

	buffer_clear(&issuance->planned_key);
	if (key_write_public(&issuance->planned_key, pki_key(exchange->authority->pki, PKI_NEXT_CA),
		    &exchange->diag) != DONE)
		return STAGE_BROKE;
	issuance->plan.spki = buffer_bytes(&issuance->planned_key);
	return STAGE_NEXT;
}

static int
apply_certificate_subject(struct exchange *exchange, const struct action_value *values)
{
	struct issuance *issuance = &exchange->issuance;

	buffer_clear(&issuance->planned_subject);
	if (name_parse(&issuance->planned_subject, values[0].text, &exchange->diag) != DONE)
		return STAGE_BROKE; /* it was looked at when the rule was read */
	issuance->plan.subject = buffer_bytes(&issuance->planned_subject);
	return STAGE_NEXT;
}

static const uint32_t usages[] = {
	0, KEY_USAGE_KEY_CERT_SIGN, KEY_USAGE_KEY_ENCIPHERMENT, KEY_USAGE_DIGITAL_SIGNATURE};

static int
apply_certificate_key_usage(struct exchange *exchange, const struct action_value *values)
{
	exchange->issuance.plan.key_usage = usages[values[0].number];
	return STAGE_NEXT;
}

/* The CA's first certificate has nothing to repeat. */
static int
apply_certificate_serial(struct exchange *exchange, const struct action_value *values)
{
	struct certificate_plan *plan = &exchange->issuance.plan;
	BUFFER_CLEANUP struct buffer serial = {0};
	int result = store_certificate_latest_serial(
		&serial, exchange->server->store, exchange->site->store_name, &exchange->diag);

	if (result != DONE || serial.size > sizeof(plan->serial))
		return result == BROKEN ? STAGE_BROKE : STAGE_NEXT;
	memcpy(plan->serial, serial.data, serial.size);
	plan->serial_size = serial.size;
	return STAGE_NEXT;
}

static int
check_name(const char *value, struct diag *diag)
{
	BUFFER_CLEANUP struct buffer name = {0};

	return name_parse(&name, value, diag) == DONE ? DONE : REFUSED;
}

/* clang-format off */
const struct action_row action_rows_certificate[] = {
	{.name = "certificate_validity", .stage = "ca", .operation = "PKIOperation",
		.help = "Issues a certificate that is not valid when it should be",
		.arguments = {{CHOICE("certificate_validity", NULL,
			"not_yet", "expired", "one_second"),
			.help = "From next week on, until three weeks ago, or for a second more"}},
		.apply = apply_certificate_validity},
	{.name = "certificate_key", .stage = "ca", .operation = "PKIOperation",
		.help = "Issues a certificate for another key than that of the request",
		.arguments = {{CHOICE("certificate_key", NULL, "stranger"),
			.help = "Whose: a key that no device has"}},
		.apply = apply_certificate_key},
	{.name = "certificate_subject", .stage = "ca", .operation = "PKIOperation",
		.help = "Issues a certificate for another subject",
		.arguments = {{TEXT("certificate_subject", NULL, 256), .check = check_name,
			.form = "a name", .help = "The subject, \"CN=somebody-else\""}},
		.apply = apply_certificate_subject},
	{.name = "certificate_key_usage", .stage = "ca", .operation = "PKIOperation",
		.help = "Issues a certificate with another key usage",
		.arguments = {{CHOICE("certificate_key_usage", NULL,
			"none", "keyCertSign", "keyEncipherment", "digitalSignature"),
			.help = "The one bit that is set; none: no such extension"}},
		.apply = apply_certificate_key_usage},
	{.name = "certificate_serial", .stage = "ca", .operation = "PKIOperation",
		.help = "Issues a certificate with a serial number that another one has",
		.arguments = {{CHOICE("certificate_serial", NULL, "reused"),
			.help = "Whose: the site's latest certificate's; the first has its own"}},
		.apply = apply_certificate_serial},
	{0},
};
/* clang-format on */
