/*
 * Messages that are made to cost whoever decodes them more than they cost their
 * sender. Each must be refused, or answered, within BOMB_CPU_MS of CPU and
 * BOMB_MEMORY of memory.
 */
#pragma once

#include "tests/bombs/bomb_kit.h"

#define BOMB_CPU_MS 50
#define BOMB_MEMORY (32u << 20)

/* Who is to decode it. */
enum bomb_target {
	BOMB_FOR_SERVER,      /* a pkiMessage */
	BOMB_FOR_CLIENT,      /* a CertRep */
	BOMB_IN_CERTIFICATES, /* an answer to GetCACert */
};

struct bomb;

/* Appends the bomb. */
typedef void bomb_make(struct buffer *out, const struct bomb_kit *kit, const struct bomb *bomb);

struct bomb {
	const char *name; /* unique; lower case, digits and hyphens */
	enum bomb_target target;
	bomb_make *make;
	size_t count; /* for `make`: how many, how deep or how long */
	const char *
		words; /* part of what is said of it; NULL: it is an honest message, if a large one */
	struct bytes octets; /* for the makers of bomb_octets.h */
	size_t part;
};

/* Returns the bomb of this number, from 0 on; NULL behind the last. */
const struct bomb *bomb_at(size_t index);

/*
 * Decodes a bomb as server or client do, with every step that follows as long as it is not refused.
 * DONE, REFUSED or BROKEN, with words.
 */
int bomb_read(
	const struct bomb *bomb, const struct bomb_kit *kit, struct bytes bytes, struct diag *diag);
