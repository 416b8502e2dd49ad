/*
 * See defects.c; this one shows that headers are read too.
 */
#pragma once

/* clang-tidy: misc-redundant-expression */
static inline int
defects_ask_twice(int number)
{
	return number == 1 || number == 1;
}
