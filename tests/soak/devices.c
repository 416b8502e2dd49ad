/*
 * The devices of the soak. With the first line on standard input each pool asks its site for the
 * certificates of the CA, so the sites must be there and healthy, and makes its messages. Each further line is a
 * round: so many exchanges with the sites of soak_mix.c, over so many connections, as fast as they are
 * answered. After each there is one line of JSON: what became of the exchanges (soak_tally.h).
 *
 *   devices --port 8080 --exchanges 1000
 */
#include <arpa/inet.h>
#include <stdio.h>
#include <stdlib.h>

#include "common/memory.h"
#include "common/options.h"
#include "tests/bench/load_run.h"
#include "tests/soak/soak_wire.h"

/* One that waits longer for an answer says so; what is late by plan is so by less than a second. */
#define PATIENCE_MS (10 * 60 * 1000)

struct device_options {
	int64_t port, exchanges, connections, seed;
};

#define NUMBER_SETTER(member, min, max)                                                            \
	static int set_##member(void *target, const char *value, struct diag *diag)                \
	{                                                                                          \
		return options_number(                                                             \
			&((struct device_options *)target)->member, value, min, max, diag);        \
	}

NUMBER_SETTER(port, 1, 65535)
NUMBER_SETTER(exchanges, 1, 1000000)
NUMBER_SETTER(connections, 1, 10000)
NUMBER_SETTER(seed, 0, INT64_MAX)

static const struct option_row rows[] = {
	{.name = "port", .argument = "PORT", .help = "the server's", .set = set_port},
	{.name = "exchanges", .argument = "N", .help = "in a round", .set = set_exchanges},
	{.name = "connections", .argument = "N", .help = "at a time", .set = set_connections},
	{.name = "seed", .argument = "N", .help = "repeats the draws", .set = set_seed},
};

static struct sockaddr_in
address_of(const struct device_options *options)
{
	return (struct sockaddr_in){.sin_family = AF_INET,
		.sin_port = htons((uint16_t)options->port),
		.sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
}

/* Asks a site for its certificates and makes its pool. */
static int
make_pool(
	struct soak_mix *mix, size_t site, const struct device_options *options, struct diag *diag)
{
	struct bytes request = buffer_bytes(&mix->sites[site].get_ca);
	const struct load_plan plan = {.address = address_of(options),
		.requests = &request,
		.count = 1,
		.connections = 1,
		.together = 1,
		.status = 200,
		.deadline_ns = INT64_C(60) * 1000000000};
	struct load_result answer;
	static const struct soak_outcome good = {
		.status = 200, .from = SOAK_FROM_IIS, .pki_status = -1};
	int result = load_run(&answer, &plan, diag);

	soak_tally_count(&mix->tally, soak_sites[site].name, SOAK_CA, &good);
	if (result == DONE)
		result = soak_mix_add_pool(mix, site, (uint64_t)options->exchanges,
			buffer_bytes(&answer.bodies[0]), diag);
	load_result_done(&answer, 1);
	return result;
}

static int
make_pools(struct soak_mix *mix, const struct device_options *options, struct diag *diag)
{
	int result = DONE;

	for (size_t i = 0; result == DONE && soak_sites[i].name; i++)
		if (soak_sites[i].enrol > 0)
			result = make_pool(mix, i, options, diag);
	return result;
}

static int
play(struct soak_mix *mix, const struct device_options *options, struct diag *diag)
{
	const struct soak_wire_plan plan = {
		address_of(options), (size_t)options->connections, PATIENCE_MS};
	int result = DONE;
	char line[16];

	for (bool first = true; result == DONE && fgets(line, sizeof(line), stdin); first = false) {
		soak_mix_begin(mix, (uint64_t)options->exchanges);
		result = first ? make_pools(mix, options, diag) : soak_wire_run(&plan, mix, diag);
		if (result == DONE)
			soak_tally_print(&mix->tally);
	}
	return result;
}

int
main(int argc, char **argv)
{
	OPTIONS_CLEANUP struct options given = {0};
	struct device_options options = {.exchanges = 1000, .connections = 32, .seed = 8894};
	TEXT_CLEANUP char *host = NULL;
	static struct soak_mix mix;
	char text[DIAG_TEXT_SIZE];
	struct diag diag = {0};
	int result;

	result = options_read(&given, rows, sizeof(rows) / sizeof(rows[0]), argc, argv, &diag);
	if (result == DONE)
		result = options_apply(&given, &options, &diag);
	host = text_format("127.0.0.1:%lld", (long long)options.port);
	if (result == DONE)
		result = soak_mix_init(&mix, host, (uint64_t)options.seed, &diag);
	if (result == DONE)
		result = play(&mix, &options, &diag);
	if (result != DONE)
		fprintf(stderr, "devices: %s\n", diag_text(text, &diag));
	soak_mix_done(&mix);
	return result == DONE ? EXIT_SUCCESS : EXIT_FAILURE;
}
