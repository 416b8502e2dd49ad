#include "server/journal_ring.h"

#include <pthread.h>
#include <stdlib.h>
#include <string.h>

#include "common/memory.h"

/* How many places there are at first. */
#define CAPACITY_FIRST 64

/* How many arrivals and completions are remembered in their order; a power of two. */
#define TRAIL 4096

struct place {
	uint64_t number;               /* of the record */
	struct journal_record *record; /* held */
	size_t size;                   /* that it is counted with */
};

struct journal_ring {
	pthread_mutex_t lock; /* around all below it */
	size_t exchanges_max, bytes_max;
	struct place *places; /* a circle, in the order of the numbers */
	size_t capacity;      /* a power of two */
	size_t first;         /* where the oldest stands */
	uint64_t moment;
	uint64_t *trail; /* the exchange of each of the latest moments, at moment modulo TRAIL */
	struct journal_totals totals;
};

struct journal_ring *
journal_ring_new(size_t exchanges, size_t bytes)
{
	struct journal_ring *ring = memory_new(1, sizeof(*ring));

	pthread_mutex_init(&ring->lock, NULL);
	ring->exchanges_max = exchanges;
	ring->bytes_max = bytes;
	ring->capacity = CAPACITY_FIRST;
	ring->places = memory_new(ring->capacity, sizeof(*ring->places));
	ring->trail = memory_new(TRAIL, sizeof(*ring->trail));
	return ring;
}

/* Returns the place of the exchange at an index, counted from the oldest. */
static struct place *
place_at(const struct journal_ring *ring, size_t index)
{
	return &ring->places[(ring->first + index) & (ring->capacity - 1)];
}

/* Returns how many exchanges have numbers below `number`. */
static size_t
count_below(const struct journal_ring *ring, uint64_t number)
{
	size_t low = 0, high = ring->totals.exchanges;

	while (low < high) {
		size_t middle = low + (high - low) / 2;

		if (place_at(ring, middle)->number < number)
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

/* Returns the place of a record, or NULL. As a rule no number is missing between the oldest and it. */
static struct place *
find(const struct journal_ring *ring, uint64_t number)
{
	size_t count = ring->totals.exchanges;
	uint64_t oldest = count ? place_at(ring, 0)->number : 0;
	size_t index = number - oldest;
	struct place *place;

	if (index >= count || place_at(ring, index)->number != number)
		index = count_below(ring, number);
	place = index < count ? place_at(ring, index) : NULL;
	return place && place->number == number ? place : NULL;
}

static void
drop_oldest(struct journal_ring *ring)
{
	struct place *oldest = place_at(ring, 0);

	ring->totals.bytes -= oldest->size;
	ring->totals.dropped_bytes += oldest->size;
	ring->totals.dropped_exchanges++;
	ring->totals.exchanges--;
	ring->first++;
	journal_record_release(oldest->record);
}

static void
keep_bounds(struct journal_ring *ring)
{
	while (ring->totals.exchanges > ring->exchanges_max ||
		(ring->totals.exchanges > 0 && ring->totals.bytes > ring->bytes_max))
		drop_oldest(ring);
}

static void
grow(struct journal_ring *ring)
{
	struct place *places = memory_new(2 * ring->capacity, sizeof(*places));

	for (size_t i = 0; i < ring->totals.exchanges; i++)
		places[i] = *place_at(ring, i);
	free(ring->places);
	ring->places = places;
	ring->capacity *= 2;
	ring->first = 0;
}

/* Exchanges arrive nearly in the order of their numbers: as a rule nothing has to move. */
static void
insert(struct journal_ring *ring, struct place place)
{
	size_t index = ring->totals.exchanges;

	if (ring->totals.exchanges == ring->capacity)
		grow(ring);
	for (; index > 0 && place_at(ring, index - 1)->number > place.number; index--)
		*place_at(ring, index) = *place_at(ring, index - 1);
	*place_at(ring, index) = place;
	ring->totals.exchanges++;
	ring->totals.bytes += place.size;
}

/* Counts one more moment, at which something happened to an exchange. */
static uint64_t
next_moment(struct journal_ring *ring, const struct journal_record *record)
{
	ring->moment++;
	ring->trail[ring->moment % TRAIL] = journal_record_number(record);
	return ring->moment;
}

void
journal_ring_add(struct journal_ring *ring, struct journal_record *record)
{
	pthread_mutex_lock(&ring->lock);
	journal_record_set_arrival(record, next_moment(ring, record));
	if (journal_record_is_complete(record))
		journal_record_set_completion(record, ring->moment);
	insert(ring,
		(struct place){journal_record_number(record), journal_record_hold(record),
			journal_record_size(record)});
	keep_bounds(ring);
	pthread_mutex_unlock(&ring->lock);
}

bool
journal_ring_complete(struct journal_ring *ring, struct journal_record *record)
{
	struct place *place;

	pthread_mutex_lock(&ring->lock);
	place = find(ring, journal_record_number(record));
	if (place && place->record != record)
		place = NULL;
	if (place) {
		journal_record_set_completion(record, next_moment(ring, record));
		ring->totals.bytes -= place->size;
		place->size = journal_record_size(record);
		ring->totals.bytes += place->size;
		keep_bounds(ring);
	}
	pthread_mutex_unlock(&ring->lock);
	return place != NULL;
}

static bool
is_of_site(const struct journal_record *record, const char *site)
{
	return !site || bytes_equal(journal_record_field(record, JOURNAL_SITE), bytes_text(site));
}

/* Moves what stays to the front, and what goes to `gone`. Returns how many go. */
static size_t
part(struct journal_record **gone, struct journal_ring *ring, const char *site)
{
	size_t count = 0, kept = 0;

	for (size_t i = 0; i < ring->totals.exchanges; i++) {
		struct place place = *place_at(ring, i);

		if (is_of_site(place.record, site)) {
			gone[count++] = place.record;
			ring->totals.bytes -= place.size;
		} else {
			*place_at(ring, kept++) = place;
		}
	}
	ring->totals.exchanges = kept;
	return count;
}

void
journal_ring_clear(struct journal_ring *ring, const char *site)
{
	struct journal_record **gone;
	size_t count;

	pthread_mutex_lock(&ring->lock);
	gone = memory_new(ring->totals.exchanges + 1, sizeof(struct journal_record *));
	count = part(gone, ring, site);
	pthread_mutex_unlock(&ring->lock);
	for (size_t i = 0; i < count; i++)
		journal_record_release(gone[i]);
	free(gone);
}

size_t
journal_ring_hold_before(
	struct journal_ring *ring, struct journal_record **out, size_t max, uint64_t before)
{
	size_t below, count;

	pthread_mutex_lock(&ring->lock);
	below = count_below(ring, before);
	count = below < max ? below : max;
	for (size_t i = 0; i < count; i++)
		out[i] = journal_record_hold(place_at(ring, below - 1 - i)->record);
	pthread_mutex_unlock(&ring->lock);
	return count;
}

struct journal_record *
journal_ring_hold(struct journal_ring *ring, uint64_t number)
{
	struct journal_record *record;
	struct place *place;

	pthread_mutex_lock(&ring->lock);
	place = find(ring, number);
	record = place ? journal_record_hold(place->record) : NULL;
	pthread_mutex_unlock(&ring->lock);
	return record;
}

size_t
journal_ring_events(struct journal_ring *ring, struct journal_event *out, size_t max,
	uint64_t since, bool *lost)
{
	size_t count = 0;

	pthread_mutex_lock(&ring->lock);
	*lost = ring->moment > since + TRAIL;
	if (*lost)
		since = ring->moment - TRAIL;
	for (; count < max && since < ring->moment; count++) {
		since++;
		out[count] = (struct journal_event){since, ring->trail[since % TRAIL]};
	}
	pthread_mutex_unlock(&ring->lock);
	return count;
}

uint64_t
journal_ring_moment(struct journal_ring *ring)
{
	uint64_t moment;

	pthread_mutex_lock(&ring->lock);
	moment = ring->moment;
	pthread_mutex_unlock(&ring->lock);
	return moment;
}

struct journal_totals
journal_ring_totals(struct journal_ring *ring)
{
	struct journal_totals totals;

	pthread_mutex_lock(&ring->lock);
	totals = ring->totals;
	pthread_mutex_unlock(&ring->lock);
	return totals;
}

void
journal_ring_free(struct journal_ring *ring)
{
	if (!ring)
		return;
	for (size_t i = 0; i < ring->totals.exchanges; i++)
		journal_record_release(place_at(ring, i)->record);
	free(ring->places);
	free(ring->trail);
	pthread_mutex_destroy(&ring->lock);
	free(ring);
}
