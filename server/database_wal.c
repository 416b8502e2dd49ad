#include "server/database_wal.h"

#include <errno.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/memory.h"

/* https://www.sqlite.org/fileformat2.html#the_write_ahead_log; its numbers are big-endian. */
#define HEADER_SIZE   32
#define MAGIC         0x377f0682u /* or with its last bit set */
#define VERSION       3007000u
#define PAGE_SIZE_MIN 512u
#define PAGE_SIZE_MAX 65536u

#define FRAME_HEADER_SIZE 24

/* Places in the header, and in that of a frame. */
#define HEADER_VERSION   4
#define HEADER_PAGE_SIZE 8
#define HEADER_SALTS     16
#define HEADER_CHECKSUM  24
#define FRAME_COMMITS    4
#define FRAME_SALTS      8
#define FRAME_CHECKSUM   16
#define SALTS_SIZE       8
#define CHECKED_SIZE     8 /* of a frame's header */

struct checksum {
	uint32_t one, two;
};

struct wal {
	FILE *file;
	bool big_endian; /* words are summed up so */
	uint32_t page_size;
	uint8_t salts[SALTS_SIZE];
	uint8_t *frame; /* header and page */
};

static uint32_t
big_endian(const uint8_t *at)
{
	return (uint32_t)at[0] << 24 | (uint32_t)at[1] << 16 | (uint32_t)at[2] << 8 | at[3];
}

static uint32_t
little_endian(const uint8_t *at)
{
	return (uint32_t)at[3] << 24 | (uint32_t)at[2] << 16 | (uint32_t)at[1] << 8 | at[0];
}

static struct checksum
read_checksum(const uint8_t *at)
{
	return (struct checksum){big_endian(at), big_endian(at + 4)};
}

/* Goes on with a sum over words in pairs. */
static struct checksum
add(const struct wal *wal, struct checksum sum, const uint8_t *data, size_t size)
{
	for (size_t i = 0; i + 8 <= size; i += 8) {
		const uint8_t *at = data + i;

		sum.one += (wal->big_endian ? big_endian(at) : little_endian(at)) + sum.two;
		at += 4;
		sum.two += (wal->big_endian ? big_endian(at) : little_endian(at)) + sum.one;
	}
	return sum;
}

static bool
is_same(struct checksum one, struct checksum other)
{
	return one.one == other.one && one.two == other.two;
}

/* Gives the checksum that the first frame's goes on from. */
static bool
take_header(struct wal *wal, struct checksum *sum, const uint8_t header[HEADER_SIZE])
{
	wal->big_endian = big_endian(header) & 1;
	wal->page_size = big_endian(header + HEADER_PAGE_SIZE);
	memcpy(wal->salts, header + HEADER_SALTS, SALTS_SIZE);
	*sum = read_checksum(header + HEADER_CHECKSUM);
	return (big_endian(header) & ~1u) == MAGIC &&
		big_endian(header + HEADER_VERSION) == VERSION && wal->page_size >= PAGE_SIZE_MIN &&
		wal->page_size <= PAGE_SIZE_MAX && (wal->page_size & (wal->page_size - 1)) == 0 &&
		is_same(*sum, add(wal, (struct checksum){0}, header, HEADER_CHECKSUM));
}

/* Returns whether the frame goes on from a checksum, and gives its own. */
static bool
goes_on(const struct wal *wal, struct checksum *sum)
{
	const uint8_t *frame = wal->frame;
	struct checksum found = add(wal, *sum, frame, CHECKED_SIZE);

	found = add(wal, found, frame + FRAME_HEADER_SIZE, wal->page_size);
	*sum = read_checksum(frame + FRAME_CHECKSUM);
	return is_same(found, *sum);
}

/* Returns the number, from 1, of a frame that is not right though a commit behind it is; 0: none. What
 * stands there of earlier times has other salts. */
static unsigned long
find_damage(struct wal *wal, struct checksum sum)
{
	size_t size = FRAME_HEADER_SIZE + wal->page_size;
	unsigned long number = 0, bad = 0;

	while (fread(wal->frame, 1, size, wal->file) == size) {
		bool right = goes_on(wal, &sum) &&
			memcmp(wal->frame + FRAME_SALTS, wal->salts, SALTS_SIZE) == 0;

		number++;
		if (!right && bad == 0)
			bad = number;
		else if (right && bad != 0 && big_endian(wal->frame + FRAME_COMMITS) != 0)
			return bad;
	}
	return 0;
}

static int
check(struct wal *wal, const char *path, struct diag *diag)
{
	static const char wanted[] =
		"a whole log; put a copy in its place, or move it away to go on "
		"with what is in the database alone";
	uint8_t header[HEADER_SIZE];
	struct checksum sum;
	unsigned long bad;

	if (fread(header, 1, HEADER_SIZE, wal->file) != HEADER_SIZE)
		return DONE; /* nothing was committed yet */
	if (!take_header(wal, &sum, header))
		return diag_refuse(diag, "state file", NULL, wanted,
			"%s-wal is damaged: it has no header of a log", path);
	wal->frame = memory_new(1, FRAME_HEADER_SIZE + wal->page_size);
	bad = find_damage(wal, sum);
	free(wal->frame);
	if (bad == 0)
		return DONE;
	return diag_refuse(diag, "state file", NULL, wanted,
		"%s-wal is damaged at frame %lu, and what was committed behind it cannot be read",
		path, bad);
}

int
database_wal_check(const char *path, struct diag *diag)
{
	TEXT_CLEANUP char *name = text_format("%s-wal", path);
	struct wal wal = {.file = fopen(name, "re")};
	int result;

	if (!wal.file && errno == ENOENT)
		return DONE;
	if (!wal.file)
		return diag_refuse(diag, "state file", NULL, "a file that can be read",
			"%s cannot be opened: %s", name, strerror(errno));
	result = check(&wal, path, diag);
	fclose(wal.file);
	return result;
}
