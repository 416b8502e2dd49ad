#include "common/random.h"

#include <openssl/evp.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "common/memory.h"

uint64_t
random_new_seed(void)
{
	uint64_t seed;

	/* The kernel's: setting up OpenSSL's generator for one number takes a millisecond of the start. It
	 * fails for more than 256 bytes, or on a kernel without it. */
	if (getentropy(&seed, sizeof(seed)) != 0)
		abort();
	return seed & ((UINT64_C(1) << 53) - 1);
}

void
random_init(struct random *random, uint64_t seed)
{
	random->seed = seed;
	atomic_store(&random->draws, 0);
}

void
random_fill(struct random *random, void *out, size_t size)
{
	uint64_t state[3] = {random->seed, atomic_fetch_add(&random->draws, 1), 0};
	uint8_t block[EVP_MAX_MD_SIZE], *next = out;

	for (; size > 0; state[2]++) {
		unsigned int length = 0;
		size_t part;

		if (!EVP_Digest(state, sizeof(state), block, &length, EVP_sha256(), NULL))
			memory_exhausted();
		part = size < length ? size : length;
		memcpy(next, block, part);
		next += part;
		size -= part;
	}
}
