#include "tests/soak/soak_tally.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

#include "common/scep.h"

static bool
is_same(const struct soak_outcome *left, const struct soak_outcome *right)
{
	return left->end == right->end && left->within == right->within &&
		left->status == right->status && left->from == right->from &&
		left->pki_status == right->pki_status;
}

void
soak_tally_count(struct soak_tally *tally, const char *site, enum soak_ask ask,
	const struct soak_outcome *outcome)
{
	size_t i = 0;

	while (i < tally->row_count &&
		!(tally->rows[i].site == site && tally->rows[i].ask == ask &&
			is_same(&tally->rows[i].outcome, outcome)))
		i++;
	if (i == SOAK_TALLY_ROWS) {
		fprintf(stderr, "devices: more than %d kinds of outcome\n", SOAK_TALLY_ROWS);
		exit(EXIT_FAILURE);
	}
	if (i == tally->row_count)
		tally->row_count++;
	tally->rows[i].site = site;
	tally->rows[i].ask = ask;
	tally->rows[i].outcome = *outcome;
	tally->rows[i].count++;
	tally->exchanges++;
}

void
soak_tally_check(struct soak_tally *tally, int result, const struct diag *diag)
{
	tally->checked++;
	if (result == DONE)
		return;
	if (tally->wrong < SOAK_TALLY_WRONG)
		diag_text(tally->words[tally->wrong], diag);
	tally->wrong++;
}

static void
print_row(const struct soak_tally *tally, size_t index)
{
	static const char *const asks[] = {
		"GetCACaps", "GetCACert", "PKCSReq", "CertPoll", "RenewalReq"};
	static const char *const ends[] = {"answered", "closed", "reset", "left", "late"};
	static const char *const froms[] = {"nobody", "iis", "http_sys", "other"};
	const struct soak_outcome *outcome = &tally->rows[index].outcome;

	printf("%s{\"site\":\"%s\",\"asks\":\"%s\",\"end\":\"%s\",\"within\":%s,\"status\":%u,"
	       "\"from\":\"%s\",\"pki_status\":\"%s\",\"count\":%" PRIu64 "}",
		index ? "," : "", tally->rows[index].site, asks[tally->rows[index].ask],
		ends[outcome->end], outcome->within ? "true" : "false", outcome->status,
		froms[outcome->from],
		outcome->pki_status < 0 ? "" : scep_status_name((unsigned)outcome->pki_status),
		tally->rows[index].count);
}

/* The words of a diag hold no control characters; quotation marks become apostrophes. */
static void
print_words(const char *words)
{
	putchar('"');
	for (; *words; words++)
		putchar(*words == '"' || *words == '\\' ? '\'' : *words);
	putchar('"');
}

void
soak_tally_print(const struct soak_tally *tally)
{
	printf("{\"exchanges\":%" PRIu64 ",\"checked\":%" PRIu64 ",\"wrong\":%" PRIu64
	       ",\"words\":[",
		tally->exchanges, tally->checked, tally->wrong);
	for (size_t i = 0; i < tally->wrong && i < SOAK_TALLY_WRONG; i++) {
		if (i > 0)
			putchar(',');
		print_words(tally->words[i]);
	}
	printf("],\"rows\":[");
	for (size_t i = 0; i < tally->row_count; i++)
		print_row(tally, i);
	printf("]}\n");
	fflush(stdout);
}
