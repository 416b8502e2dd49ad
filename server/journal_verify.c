#include "server/journal_verify.h"

#include <inttypes.h>
#include <stdlib.h>

#include "common/memory.h"
#include "server/journal_query.h"

/* Records in the order of their arrival, held. */
struct exchanges {
	struct journal_record **records;
	size_t count, capacity;
};

/* --- collecting ------------------------------------------------------------------- */

static bool
collect(void *context, struct journal_record *record)
{
	struct exchanges *all = context;

	if (all->count == all->capacity) {
		all->capacity = all->capacity ? 2 * all->capacity : 64;
		all->records = memory_resize(
			all->records, all->capacity * sizeof(struct journal_record *));
	}
	all->records[all->count++] = journal_record_hold(record);
	return true;
}

static int
compare_arrivals(const void *left, const void *right)
{
	uint64_t one = journal_record_arrival(*(struct journal_record *const *)left);
	uint64_t other = journal_record_arrival(*(struct journal_record *const *)right);

	return (one > other) - (one < other);
}

static void
exchanges_done(struct exchanges *all)
{
	for (size_t i = 0; i < all->count; i++)
		journal_record_release(all->records[i]);
	free(all->records);
}

/* --- words ------------------------------------------------------------------------ */

static const struct {
	const char *words;
	bool numbered;
} demands[] = {
	[JOURNAL_COUNT] = {"exactly", true},
	[JOURNAL_AT_LEAST] = {"at least", true},
	[JOURNAL_AT_MOST] = {"at most", true},
	[JOURNAL_NONE] = {"none", false},
	[JOURNAL_ORDER] = {"in this order:", false},
};

static char *
make_title(const struct journal_expectation *expectation)
{
	BUFFER_CLEANUP struct buffer title = {0};

	if (expectation->name)
		return text_copy(expectation->name);
	buffer_append_text(&title, demands[expectation->demand].words);
	if (demands[expectation->demand].numbered)
		buffer_append_format(&title, " %" PRIu64, expectation->number);
	if (expectation->demand != JOURNAL_ORDER)
		buffer_append_text(&title, " of");
	for (size_t i = 0; i < expectation->filter_count; i++) {
		buffer_append_text(&title, i ? ", then " : " ");
		journal_filter_describe(&title, &expectation->filters[i]);
	}
	return text_copy(buffer_text(&title));
}

/* Moves the oldest out when there are too many. */
static void
name_exchange(struct journal_judgement *judgement, const struct journal_record *record)
{
	if (judgement->exchange_count == JOURNAL_MATCHES_MAX) {
		for (size_t i = 1; i < JOURNAL_MATCHES_MAX; i++)
			judgement->exchanges[i - 1] = judgement->exchanges[i];
		judgement->exchange_count--;
	}
	judgement->exchanges[judgement->exchange_count++] = journal_record_number(record);
}

/* --- near misses ------------------------------------------------------------------ */

static void
add_miss(struct journal_judgement *judgement, const struct journal_condition *condition,
	const struct journal_record *record)
{
	BUFFER_CLEANUP struct buffer found = {0};

	journal_filter_write_found(&found, condition, record);
	judgement->misses[judgement->miss_count++] = (struct journal_miss){
		.exchange = journal_record_number(record),
		.name = journal_filter_name(condition),
		.wanted = text_copy(condition->text),
		.found = text_copy(buffer_text(&found)),
	};
}

/* Adds exchanges behind the first `begin` that miss by one condition, the newest first; those elsewhere
 * (`scope`), or those here that are something else. */
static void
add_misses(struct journal_judgement *judgement, const struct exchanges *all, size_t begin,
	const struct journal_filter *filter, bool scope)
{
	const struct journal_condition *missed;

	for (size_t i = all->count; i > begin && judgement->miss_count < JOURNAL_MISSES_MAX; i--)
		if (journal_filter_misses(&missed, filter, all->records[i - 1]) == 1 &&
			journal_filter_is_scope(missed) == scope)
			add_miss(judgement, missed, all->records[i - 1]);
}

static void
find_misses(struct journal_judgement *judgement, const struct exchanges *all, size_t begin,
	const struct journal_filter *filter)
{
	add_misses(judgement, all, begin, filter, false);
	add_misses(judgement, all, begin, filter, true);
}

/* --- judging ---------------------------------------------------------------------- */

static bool
is_met(const struct journal_expectation *expectation, uint64_t matched)
{
	switch (expectation->demand) {
	case JOURNAL_COUNT:
		return matched == expectation->number;
	case JOURNAL_AT_LEAST:
		return matched >= expectation->number;
	case JOURNAL_AT_MOST:
		return matched <= expectation->number;
	case JOURNAL_NONE:
		return matched == 0;
	case JOURNAL_ORDER:
		break;
	}
	return matched == expectation->filter_count;
}

static void
judge_number(struct journal_judgement *out, const struct journal_expectation *expectation,
	const struct exchanges *all)
{
	for (size_t i = 0; i < all->count; i++) {
		if (!journal_filter_fits(expectation->filters, all->records[i]))
			continue;
		out->matched++;
		name_exchange(out, all->records[i]);
	}
	out->passed = is_met(expectation, out->matched);
	if (out->passed)
		return;
	out->words = text_format("%" PRIu64 " of %zu exchanges fit", out->matched, all->count);
	if (out->matched < expectation->number)
		find_misses(out, all, 0, expectation->filters);
}

/* Says which step was not met; the first `begin` exchanges were before it. */
static void
explain_order(struct journal_judgement *out, const struct journal_expectation *expectation,
	const struct exchanges *all, size_t begin)
{
	const struct journal_filter *filter = &expectation->filters[out->matched];
	BUFFER_CLEANUP struct buffer words = {0};

	buffer_append_format(
		&words, "step %" PRIu64 " of %zu, ", out->matched + 1, expectation->filter_count);
	journal_filter_describe(&words, filter);
	buffer_append_text(&words, ", was not met");
	if (out->matched > 0)
		buffer_append_format(&words, " behind exchange %" PRIu64,
			out->exchanges[out->exchange_count - 1]);
	for (size_t i = begin; i > 0; i--)
		if (journal_filter_fits(filter, all->records[i - 1])) {
			buffer_append_format(&words, "; exchange %" PRIu64 " fits, but came before",
				journal_record_number(all->records[i - 1]));
			break;
		}
	out->words = text_copy(buffer_text(&words));
	find_misses(out, all, begin, filter);
}

/* The earliest exchange that fits a step leaves most for the steps behind it. */
static void
judge_order(struct journal_judgement *out, const struct journal_expectation *expectation,
	const struct exchanges *all)
{
	size_t begin = 0;

	for (size_t i = 0; i < all->count && out->matched < expectation->filter_count; i++) {
		if (!journal_filter_fits(&expectation->filters[out->matched], all->records[i]))
			continue;
		out->matched++;
		name_exchange(out, all->records[i]);
		begin = i + 1;
	}
	out->passed = is_met(expectation, out->matched);
	if (!out->passed)
		explain_order(out, expectation, all, begin);
}

void
journal_verify(struct journal_verdict *out, struct journal *journal,
	const struct journal_expectation *expectations, size_t count)
{
	struct exchanges all = {0};

	journal_each(journal, collect, &all);
	if (all.count > 0)
		qsort(all.records, all.count, sizeof(struct journal_record *), compare_arrivals);
	*out = (struct journal_verdict){
		.judgements = memory_new(count + 1, sizeof(struct journal_judgement)),
		.count = count,
	};
	if (journal_ring(journal))
		out->dropped = journal_ring_totals(journal_ring(journal)).dropped_exchanges;
	for (size_t i = 0; i < count; i++) {
		struct journal_judgement *judgement = &out->judgements[i];

		judgement->title = make_title(&expectations[i]);
		if (expectations[i].demand == JOURNAL_ORDER)
			judge_order(judgement, &expectations[i], &all);
		else
			judge_number(judgement, &expectations[i], &all);
		out->failed += !judgement->passed;
	}
	exchanges_done(&all);
}

void
journal_verdict_done(struct journal_verdict *verdict)
{
	for (size_t i = 0; i < verdict->count; i++) {
		struct journal_judgement *judgement = &verdict->judgements[i];

		free(judgement->title);
		free(judgement->words);
		for (size_t j = 0; j < judgement->miss_count; j++) {
			free(judgement->misses[j].wanted);
			free(judgement->misses[j].found);
		}
	}
	free(verdict->judgements);
	*verdict = (struct journal_verdict){0};
}
