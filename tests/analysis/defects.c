/*
 * What is wrong here is what clang-tidy, cppcheck and gcc -fanalyzer are asked to find elsewhere. Nothing
 * compiles this into a program; analyse.py looks whether they see it.
 */
#include <stdlib.h>

int
defects_read_after_free(void)
{
	int *number = malloc(sizeof(*number));

	if (!number)
		return 0;
	*number = 1;
	free(number);
	return *number;
}

int
defects_read_beyond(void)
{
	int numbers[2] = {0};

	return numbers[2];
}
