#include "tests/fuzz/dice.h"

struct dice
dice_of(unsigned seed)
{
	return (struct dice){UINT64_C(0x9e3779b97f4a7c15) * (seed + UINT64_C(1))};
}

size_t
dice_below(struct dice *dice, size_t count)
{
	/* Knuth's multiplier; the upper half is the good one. */
	dice->state = dice->state * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
	return (size_t)((dice->state >> 33) % count);
}

bool
dice_once_in(struct dice *dice, size_t times)
{
	return dice_below(dice, times) == 0;
}
