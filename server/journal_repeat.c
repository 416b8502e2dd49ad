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
	uint64_t same;   /* the hash of what one that repeats it has too: head, and body if known */
	struct note *older,
		*newer; /* the next ones for which that falls together with this one's */
	bool is_plain;  /* a short GET: GetCACaps is the same each time that it is asked for */
	bool has_body;  /* all of it was read */
	bool ended;
	enum http_end end;
	int64_t begun_ns, ended_ns;
};

/* The exchange of a number stands at number modulo DEPTH. */
struct journal_repeats {
	pthread_mutex_t lock; /* around all below it */
	struct note notes[DEPTH];
	struct note *newest[DEPTH]; /* at `same` modulo DEPTH */
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

/* What an exchange is looked for by. */
struct hashes {
	uint64_t head;    /* by those of which the body is not known */
	uint64_t message; /* of head and body */
};

static struct hashes
make_note(struct note *note, const struct exchange *exchange)
{
	const struct request *request = &exchange->http->request;
	struct bytes body = buffer_bytes(&request->body);
	struct hashes hashes = {
		.head = exchange->head_hash ? exchange->head_hash : hash_head(request)};

	hashes.message = hash_bytes(mix(hashes.head, 0), body);
	*note = (struct note){.number = exchange->number,
		.is_plain = request->content_length <= 0 && !request->chunked &&
			request->head_size < PLAIN_SIZE,
		.has_body = request->chunked || (int64_t)body.size >= request->content_length,
		.begun_ns = exchange->http->begun_ns};
	note->same = note->has_body ? hashes.message : hashes.head;
	return hashes;
}

static struct note **
newest_of(struct journal_repeats *repeats, uint64_t same)
{
	return &repeats->newest[same & (DEPTH - 1)];
}

static void
take_out(struct journal_repeats *repeats, struct note *note)
{
	if (note->number == 0)
		return;
	if (note->newer)
		note->newer->older = note->older;
	else
		*newest_of(repeats, note->same) = note->older;
	if (note->older)
		note->older->newer = note->newer;
	note->number = 0;
}

/* Exchanges come nearly in the order of their numbers: as a rule the new one is the newest. */
static void
put_in(struct journal_repeats *repeats, struct note *note)
{
	note->older = *newest_of(repeats, note->same);
	while (note->older && note->older->number > note->number) {
		note->newer = note->older;
		note->older = note->older->older;
	}
	if (note->newer)
		note->newer->older = note;
	else
		*newest_of(repeats, note->same) = note;
	if (note->older)
		note->older->newer = note;
}

/* Puts a note in the place of its number; NULL: a later exchange stands there. */
static struct note *
keep(struct journal_repeats *repeats, const struct note *made)
{
	struct note *note = &repeats->notes[made->number & (DEPTH - 1)];

	if (note->number > made->number)
		return NULL;
	take_out(repeats, note);
	*note = *made;
	put_in(repeats, note);
	return note;
}

/* --- looking back ----------------------------------------------------------------- */

static bool
was_answered(const struct note *note)
{
	return note->ended && note->end == HTTP_END_SENT;
}

static int64_t
gap_us(const struct note *earlier, const struct note *later)
{
	int64_t gap_ns = later->begun_ns - earlier->ended_ns;

	return earlier->ended && gap_ns > 0 ? gap_ns / 1000 : 0;
}

static bool
is_repeated(const struct note *earlier, const struct note *later)
{
	return earlier->number < later->number && earlier->number + DEPTH > later->number &&
		!(later->is_plain && was_answered(earlier)) &&
		gap_us(earlier, later) < JOURNAL_REPEAT_GAP_MS * INT64_C(1000);
}

/* Returns the latest one with the same head, or head and body, that another repeats; or NULL. */
static const struct note *
find_same(struct journal_repeats *repeats, uint64_t same, bool has_body, const struct note *later)
{
	const struct note *earlier = *newest_of(repeats, same);

	while (earlier &&
		(earlier->same != same || earlier->has_body != has_body ||
			!is_repeated(earlier, later)))
		earlier = earlier->older;
	return earlier;
}

static struct journal_repeat
find(struct journal_repeats *repeats, const struct hashes *hashes, const struct note *later)
{
	const struct note *message = find_same(repeats, hashes->message, true, later);
	const struct note *head = find_same(repeats, hashes->head, false, later);
	const struct note *earlier =
		!head || (message && message->number > head->number) ? message : head;

	if (!earlier)
		return (struct journal_repeat){0};
	return (struct journal_repeat){earlier->number, !earlier->has_body, earlier->ended,
		earlier->end, gap_us(earlier, later)};
}

/* --- as exchanges come and go ----------------------------------------------------- */

void
journal_repeats_begin(struct journal_repeats *repeats, struct exchange *exchange)
{
	struct note note;

	exchange->head_hash = hash_head(&exchange->http->request);
	make_note(&note, exchange);
	pthread_mutex_lock(&repeats->lock);
	keep(repeats, &note);
	pthread_mutex_unlock(&repeats->lock);
}

struct journal_repeat
journal_repeats_end(struct journal_repeats *repeats, const struct exchange *exchange)
{
	struct journal_repeat repeat = {0};
	struct note note, *kept;
	struct hashes hashes = make_note(&note, exchange);

	note.ended = true;
	note.end = exchange->http->end;
	note.ended_ns = exchange->http->ended_ns;
	pthread_mutex_lock(&repeats->lock);
	kept = keep(repeats, &note);
	if (kept)
		repeat = find(repeats, &hashes, kept);
	/* Nothing repeats it. */
	if (kept && kept->is_plain && was_answered(kept))
		take_out(repeats, kept);
	pthread_mutex_unlock(&repeats->lock);
	return repeat;
}
