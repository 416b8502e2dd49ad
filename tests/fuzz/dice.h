/* Decisions of a mutator: a function of the seed that libFuzzer gives it. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct dice {
	uint64_t state;
};

/* Returns dice for one mutation. */
struct dice dice_of(unsigned seed);

/* Returns a number below `count`, which is not 0. */
size_t dice_below(struct dice *dice, size_t count);

/* Returns true once in `times`. */
bool dice_once_in(struct dice *dice, size_t times);
