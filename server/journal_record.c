#include "server/journal_record.h"

#include <stdlib.h>
#include <string.h>

#include "common/clock.h"
#include "common/memory.h"
#include "common/timestamp.h"
#include "server/exchange.h"
#include "server/journal.h"
#include "server/journal_text.h"

/* How much is made room for at first: the texts of most exchanges. */
#define TEXTS_SIZE 512

/* What is known at the end; one block with what it points to. */
struct rest {
	uint32_t ends[JOURNAL_FIELD_COUNT]; /* of the texts of fields that are taken then */
	size_t entry_size;
	struct journal_raw_part request, reply;
	size_t size;    /* of the whole block */
	uint8_t data[]; /* texts, entry, request, reply */
};

struct journal_record {
	atomic_uint holds;
	uint32_t ends[JOURNAL_FIELD_COUNT]; /* where the text of each field ends */
	uint64_t number;
	int64_t arrived_ms;
	uint64_t arrival;
	_Atomic uint64_t completion;
	_Atomic(struct rest *) rest; /* NULL: not complete */
	uint8_t texts[];
};

/* --- making ----------------------------------------------------------------------- */

/* Ends a field that was appended behind `begin`. */
static uint32_t
end_field(struct buffer *texts, size_t begin)
{
	struct bytes text = {texts->data + begin, texts->size - begin};

	if (text.size > 0)
		texts->size = begin + journal_text_cut(text).size;
	return (uint32_t)texts->size;
}

static struct journal_record *
make(const struct buffer *texts, const uint32_t ends[JOURNAL_FIELD_COUNT], uint64_t number,
	int64_t arrived_ms)
{
	struct journal_record *record = memory_new(1, sizeof(*record) + texts->size);

	atomic_init(&record->holds, 1);
	record->number = number;
	record->arrived_ms = arrived_ms;
	memcpy(record->ends, ends, sizeof(record->ends));
	if (texts->size > 0)
		memcpy(record->texts, texts->data, texts->size);
	return record;
}

struct journal_record *
journal_record_new(const struct exchange *exchange)
{
	BUFFER_CLEANUP struct buffer texts = {0};
	uint32_t ends[JOURNAL_FIELD_COUNT];

	buffer_reserve(&texts, TEXTS_SIZE);
	for (enum journal_field i = 0; i < JOURNAL_FIELD_COUNT; i++) {
		const struct journal_field_row *row = journal_field_row(i);
		size_t begin = texts.size;

		if (!row->only_then)
			row->take(&texts, exchange);
		ends[i] = end_field(&texts, begin);
	}
	return make(&texts, ends, exchange->number, exchange->arrived_ms);
}

/* --- completing ------------------------------------------------------------------- */

/* Begins a block with room for so many bytes of data, which are to be appended to it. */
static void
begin_block(struct buffer *block, size_t size)
{
	buffer_reserve(block, sizeof(struct rest) + size);
	buffer_append_space(block, sizeof(struct rest));
}

/* Makes a block the record's, with what describes its parts in front. */
static void
publish(struct journal_record *record, const struct rest *described, struct buffer *block)
{
	struct rest *rest = memory_resize(block->data, block->size);

	*rest = *described;
	rest->size = block->size;
	*block = (struct buffer){0};
	atomic_store_explicit(&record->rest, rest, memory_order_release);
}

/* Appends the texts of those fields that are taken at the end: from the exchange, or NULL, from an
 * object. */
static void
append_fields(struct rest *rest, struct buffer *block, const struct exchange *exchange,
	const json_t *object)
{
	size_t front = sizeof(struct rest);

	for (enum journal_field i = 0; i < JOURNAL_FIELD_COUNT; i++) {
		const struct journal_field_row *row = journal_field_row(i);
		size_t begin = block->size;

		if (row->at_end && exchange)
			row->take(block, exchange);
		else if (row->at_end)
			row->restore(block, object);
		rest->ends[i] = end_field(block, begin) - (uint32_t)front;
	}
}

void
journal_record_complete(struct journal_record *record, const struct exchange *exchange,
	struct bytes entry, size_t raw_limit)
{
	const struct http_exchange *http = exchange->http;
	struct rest rest = {.entry_size = entry.size};
	struct buffer block = {0};

	begin_block(&block,
		entry.size + http->request.head_size + http->request.body.size +
			http->response.body.size + TEXTS_SIZE);
	append_fields(&rest, &block, exchange, NULL);
	buffer_append(&block, entry);
	journal_raw_write_request(&block, &rest.request, exchange, raw_limit);
	journal_raw_write_reply(&block, &rest.reply, exchange, raw_limit);
	publish(record, &rest, &block);
}

/* --- restoring -------------------------------------------------------------------- */

static struct journal_record *
make_restored(const json_t *object, int64_t arrived_ms)
{
	BUFFER_CLEANUP struct buffer texts = {0};
	uint32_t ends[JOURNAL_FIELD_COUNT];

	for (enum journal_field i = 0; i < JOURNAL_FIELD_COUNT; i++) {
		const struct journal_field_row *row = journal_field_row(i);
		size_t begin = texts.size;

		if (!row->at_end)
			row->restore(&texts, object);
		ends[i] = end_field(&texts, begin);
	}
	return make(&texts, ends, (uint64_t)json_integer_value(json_object_get(object, "exchange")),
		arrived_ms);
}

static void
complete_restored(struct journal_record *record, const json_t *object, struct bytes entry)
{
	static const char why[] = "it was not kept over the restart";
	struct rest rest = {
		.entry_size = entry.size, .request = {.why = why}, .reply = {.why = why}};
	struct buffer block = {0};

	begin_block(&block, entry.size + TEXTS_SIZE);
	append_fields(&rest, &block, NULL, object);
	buffer_append(&block, entry);
	publish(record, &rest, &block);
}

int
journal_record_restore(struct journal_record **out, struct bytes entry, struct diag *diag)
{
	json_error_t error;
	json_t *object = json_loadb((const char *)entry.data, entry.size,
		JSON_REJECT_DUPLICATES | JSON_ALLOW_NUL, &error);
	const char *time = json_string_value(json_object_get(object, "time"));
	int64_t arrived_ms = 0;
	int outcome = DONE;

	if (!object || json_integer_value(json_object_get(object, "exchange")) <= 0 || !time ||
		timestamp_parse(&arrived_ms, time, NULL) != DONE) {
		outcome = diag_refuse(diag, "journal", NULL, "a JSON object of the journal",
			"%.100s", object ? "one without exchange or time" : error.text);
	} else {
		*out = make_restored(object, arrived_ms);
		complete_restored(*out, object, entry);
	}
	json_decref(object);
	return outcome;
}

/* --- holding ---------------------------------------------------------------------- */

struct journal_record *
journal_record_hold(struct journal_record *record)
{
	atomic_fetch_add_explicit(&record->holds, 1, memory_order_relaxed);
	return record;
}

void
journal_record_release(struct journal_record *record)
{
	if (!record || atomic_fetch_sub_explicit(&record->holds, 1, memory_order_acq_rel) > 1)
		return;
	free(atomic_load_explicit(&record->rest, memory_order_relaxed));
	free(record);
}

/* --- reading ---------------------------------------------------------------------- */

static const struct rest *
rest_of(const struct journal_record *record)
{
	return atomic_load_explicit(&record->rest, memory_order_acquire);
}

uint64_t
journal_record_number(const struct journal_record *record)
{
	return record->number;
}

int64_t
journal_record_arrived_ms(const struct journal_record *record)
{
	return record->arrived_ms;
}

bool
journal_record_is_complete(const struct journal_record *record)
{
	return rest_of(record) != NULL;
}

static struct bytes
field_in(const uint8_t *texts, const uint32_t *ends, enum journal_field field)
{
	uint32_t begin = field > 0 ? ends[field - 1] : 0;

	return ends[field] > begin ? BYTES(texts + begin, ends[field] - begin) : BYTES_NONE;
}

struct bytes
journal_record_field(const struct journal_record *record, enum journal_field field)
{
	const struct rest *rest = journal_field_row(field)->at_end ? rest_of(record) : NULL;

	return rest ? field_in(rest->data, rest->ends, field)
		    : field_in(record->texts, record->ends, field);
}

static size_t
entry_begin(const struct rest *rest)
{
	return rest->ends[JOURNAL_FIELD_COUNT - 1];
}

struct bytes
journal_record_entry(const struct journal_record *record)
{
	const struct rest *rest = rest_of(record);

	return rest ? BYTES(rest->data + entry_begin(rest), rest->entry_size) : BYTES_NONE;
}

struct bytes
journal_record_request(struct journal_raw_part *part, const struct journal_record *record)
{
	const struct rest *rest = rest_of(record);

	*part = rest ? rest->request : (struct journal_raw_part){0};
	return rest ? BYTES(rest->data + entry_begin(rest) + rest->entry_size, part->size)
		    : BYTES_NONE;
}

struct bytes
journal_record_reply(struct journal_raw_part *part, const struct journal_record *record)
{
	const struct rest *rest = rest_of(record);

	*part = rest ? rest->reply : (struct journal_raw_part){0};
	return rest ? BYTES(rest->data + entry_begin(rest) + rest->entry_size + rest->request.size,
			      part->size)
		    : BYTES_NONE;
}

size_t
journal_record_size(const struct journal_record *record)
{
	const struct rest *rest = rest_of(record);

	return sizeof(*record) + record->ends[JOURNAL_FIELD_COUNT - 1] + (rest ? rest->size : 0);
}

uint64_t
journal_record_arrival(const struct journal_record *record)
{
	return record->arrival;
}

uint64_t
journal_record_completion(const struct journal_record *record)
{
	return atomic_load_explicit(&record->completion, memory_order_acquire);
}

void
journal_record_set_arrival(struct journal_record *record, uint64_t moment)
{
	record->arrival = moment;
}

void
journal_record_set_completion(struct journal_record *record, uint64_t moment)
{
	atomic_store_explicit(&record->completion, moment, memory_order_release);
}
