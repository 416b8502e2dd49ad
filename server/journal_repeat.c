#include "server/journal_repeat.h"

#include <pthread.h>
#include <stdlib.h>
#include <string.h>

#include "common/memory.h"
#include "server/exchange.h"

/* How many exchanges are looked back; a power of two. */
#define DEPTH 1024

/* No message fits into a GET of fewer bytes. */
#define PLAIN_SIZE 1024

struct note {
	uint64_t number; /* 0: none */
	bool is_plain;   /* a short GET: GetCACaps is the same each time that it is asked for */
	bool has_body;   /* all of it was read */
	uint64_t body;   /* its hash */
	bool ended;
	enum http_end end;
	int64_t begun_ns, ended_ns;
};

/* The exchange of a number stands at number modulo DEPTH. */
struct journal_repeats {
	pthread_mutex_t lock; /* around all below it */
	uint64_t heads[DEPTH];
	struct note notes[DEPTH];
};

/* --- hashes ----------------------------------------------------------------------- */

static uint64_t
mix(uint64_t hash, uint64_t word)
{
	hash = (hash ^ word) * UINT64_C(0x9E3779B97F4A7C15);
	return hash ^ hash >> 32;
}

static uint64_t
hash_bytes(uint64_t hash, struct bytes bytes)
{
	uint64_t word;

	for (; bytes.size >= sizeof(word); bytes.data += sizeof(word), bytes.size -= sizeof(word)) {
		memcpy(&word, bytes.data, sizeof(word));
		hash = mix(hash, word);
	}
	word = 0;
	for (size_t i = 0; i < bytes.size; i++)
		word = word << 8 | bytes.data[i];
	return mix(mix(hash, word), bytes.size);
}

static uint64_t
hash_head(const struct request *request)
{
	uint64_t hash = hash_bytes(0, bytes_text(request->method));

	hash = hash_bytes(hash, bytes_text(request->sent_target));
	for (size_t i = 0; i < request->header_count; i++) {
		hash = hash_bytes(hash, bytes_text(request->headers[i].name));
		hash = hash_bytes(hash, bytes_text(request->headers[i].value));
	}
	return hash;
}

/* --- notes ------------------------------------------------------------------------ */

struct journal_repeats *
journal_repeats_new(void)
{
	struct journal_repeats *repeats = memory_new(1, sizeof(*repeats));

	pthread_mutex_init(&repeats->lock, NULL);
	return repeats;
}

void
journal_repeats_free(struct journal_repeats *repeats)
{
	if (!repeats)
		return;
	pthread_mutex_destroy(&repeats->lock);
	free(repeats);
}

static struct note
make_note(const struct exchange *exchange)
{
	const struct request *request = &exchange->http->request;
	struct bytes body = buffer_bytes(&request->body);

	return (struct note){.number = exchange->number,
		.is_plain = request->content_length <= 0 && !request->chunked &&
			request->head_size < PLAIN_SIZE,
		.has_body = request->chunked || (int64_t)body.size >= request->content_length,
		.body = hash_bytes(0, body),
		.begun_ns = exchange->http->begun_ns};
}

void
journal_repeats_note(struct journal_repeats *repeats, const struct exchange *exchange, bool ended)
{
	size_t place = exchange->number & (DEPTH - 1);
	uint64_t head = hash_head(&exchange->http->request);
	struct note note = make_note(exchange);

	note.ended = ended;
	note.end = exchange->http->end;
	note.ended_ns = exchange->http->ended_ns;
	pthread_mutex_lock(&repeats->lock);
	if (repeats->notes[place].number <= exchange->number) {
		repeats->heads[place] = head;
		repeats->notes[place] = note;
	}
	pthread_mutex_unlock(&repeats->lock);
}

/* --- looking back ----------------------------------------------------------------- */

static int64_t
gap_us(const struct note *earlier, const struct note *later)
{
	int64_t gap_ns = later->begun_ns - earlier->ended_ns;

	return earlier->ended && gap_ns > 0 ? gap_ns / 1000 : 0;
}

static bool
is_same(const struct note *earlier, const struct note *later)
{
	bool was_answered = earlier->ended && earlier->end == HTTP_END_SENT;

	return earlier->number != 0 && earlier->number < later->number &&
		!(later->is_plain && was_answered) &&
		(!earlier->has_body || earlier->body == later->body) &&
		gap_us(earlier, later) < JOURNAL_REPEAT_GAP_MS * INT64_C(1000);
}

static struct journal_repeat
find(const struct journal_repeats *repeats, uint64_t number)
{
	const struct note *later = &repeats->notes[number & (DEPTH - 1)];
	uint64_t head = repeats->heads[number & (DEPTH - 1)];

	for (uint64_t i = 1; later->number == number && i < DEPTH && i < number; i++) {
		size_t place = (number - i) & (DEPTH - 1);
		const struct note *earlier = &repeats->notes[place];

		if (repeats->heads[place] == head && is_same(earlier, later))
			return (struct journal_repeat){earlier->number, !earlier->has_body,
				earlier->ended, earlier->end, gap_us(earlier, later)};
	}
	return (struct journal_repeat){0};
}

struct journal_repeat
journal_repeats_find(struct journal_repeats *repeats, const struct exchange *exchange)
{
	struct journal_repeat repeat;

	pthread_mutex_lock(&repeats->lock);
	repeat = find(repeats, exchange->number);
	pthread_mutex_unlock(&repeats->lock);
	return repeat;
}
