/*
 * Random bytes that a run can repeat: nonces, serial numbers, challenge
 * passwords and transactionIDs are drawn from a seed that the program names at
 * its start. Keys, initialisation vectors and RSA padding are not drawn here;
 * libcrypto's own generator makes those.
 */
#pragma once

#include <stdatomic.h>
#include <stddef.h>
#include <stdint.h>

/* Shared by all threads. */
struct random {
	uint64_t seed;
	_Atomic uint64_t
		draws; /* how often it was asked; the nth draw depends on seed and n alone */
};

/* Returns a seed from the operating system, below 2^53 so that JSON can hold it. */
uint64_t random_new_seed(void);

/* Starts a sequence from `seed`. */
void random_init(struct random *random, uint64_t seed);

/* Fills `size` bytes with the next draw. */
void random_fill(struct random *random, void *out, size_t size);
