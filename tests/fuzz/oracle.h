/* What a target holds to be true whatever it is given. */
#pragma once

#include <stdio.h>
#include <stdlib.h>

/* Ends the process, as a crash to libFuzzer, where the condition does not hold. */
#define HOLD(condition)                                                                            \
	do {                                                                                       \
		if (!(condition)) {                                                                \
			fprintf(stderr, "%s:%d: does not hold: %s\n", __FILE__, __LINE__,          \
				#condition);                                                       \
			abort();                                                                   \
		}                                                                                  \
	} while (0)
