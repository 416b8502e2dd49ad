/*
 * A request and its answer as bytes, for who wants to see or replay them. They are
 * put together from what the wire keeps: the head from its parts, the body without
 * the framing of chunks. What is missing is said.
 */
#pragma once

#include "common/buffer.h"

struct exchange;

/* Of the most that is kept of one message. */
#define JOURNAL_RAW_MAX ((size_t)1024 * 1024)

/* How much of a message is there. */
struct journal_raw_part {
	size_t size;      /* bytes that are kept */
	uint64_t missing; /* bytes that are known to be missing */
	const char
		*why; /* why they are, or what is not as it was sent; static; NULL: it is whole */
};

/* Appends request line, headers and body, `limit` bytes at most. */
void journal_raw_write_request(struct buffer *out, struct journal_raw_part *part,
	const struct exchange *exchange, size_t limit);

/* Appends as much of status line, headers and body as was sent, `limit` bytes at most; when the client
 * left, all that was to be sent. The exchange has ended. */
void journal_raw_write_reply(struct buffer *out, struct journal_raw_part *part,
	const struct exchange *exchange, size_t limit);
