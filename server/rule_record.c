#include "server/rule_record.h"

#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>

#include "common/memory.h"

struct rule_record {
	_Atomic unsigned holders;
	char *id;
	char *source;
	json_t *given;
	pthread_mutex_t lock; /* of what follows */
	struct rule_count count;
};

struct rule_record *
rule_record_new(const char *id, const char *source, const json_t *given, int64_t now_ms)
{
	struct rule_record *record = memory_new(1, sizeof(*record));

	atomic_init(&record->holders, 1);
	record->id = text_copy(id);
	record->source = text_copy(source);
	record->given = json_deep_copy(given);
	pthread_mutex_init(&record->lock, NULL);
	record->count.armed_ms = now_ms;
	return record;
}

struct rule_record *
rule_record_hold(struct rule_record *record)
{
	atomic_fetch_add(&record->holders, 1);
	return record;
}

void
rule_record_release(struct rule_record *record)
{
	if (!record || atomic_fetch_sub(&record->holders, 1) > 1)
		return;
	json_decref(record->given);
	pthread_mutex_destroy(&record->lock);
	free(record->source);
	free(record->id);
	free(record);
}

const char *
rule_record_id(const struct rule_record *record)
{
	return record->id;
}

const char *
rule_record_source(const struct rule_record *record)
{
	return record->source;
}

const json_t *
rule_record_given(const struct rule_record *record)
{
	return record->given;
}

struct rule_count
rule_record_count(struct rule_record *record)
{
	struct rule_count count;

	pthread_mutex_lock(&record->lock);
	count = record->count;
	pthread_mutex_unlock(&record->lock);
	return count;
}

void
rule_record_rearm(struct rule_record *record, int64_t now_ms)
{
	pthread_mutex_lock(&record->lock);
	record->count = (struct rule_count){.armed_ms = now_ms};
	pthread_mutex_unlock(&record->lock);
}

bool
rule_record_strikes(struct rule_nth *nth, struct rule_record *record, const struct rule_when *when,
	uint64_t seed, int64_t now_ms)
{
	bool strikes;

	pthread_mutex_lock(&record->lock);
	strikes = rule_when_strikes(nth, &record->count, when, seed, record->id, now_ms);
	pthread_mutex_unlock(&record->lock);
	return strikes;
}
