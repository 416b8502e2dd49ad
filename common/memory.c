#include "common/memory.h"

#include <malloc.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

void
memory_exhausted(void)
{
	fputs("mock-ndes: out of memory\n", stderr);
	abort();
}

void *
memory_take(size_t size)
{
	void *memory = malloc(size ? size : 1);

	if (!memory)
		memory_exhausted();
	return memory;
}

void *
memory_new(size_t count, size_t size)
{
	void *memory = calloc(count ? count : 1, size ? size : 1);

	if (!memory)
		memory_exhausted();
	return memory;
}

void *
memory_resize(void *memory, size_t size)
{
	void *resized = realloc(memory, size ? size : 1);

	if (!resized)
		memory_exhausted();
	return resized;
}

char *
text_copy(const char *text)
{
	return text ? text_copy_size(text, strlen(text)) : NULL;
}

char *
text_copy_size(const void *text, size_t size)
{
	char *copy = memory_resize(NULL, size + 1);

	if (size)
		memcpy(copy, text, size);
	copy[size] = '\0';
	return copy;
}

char *
text_format(const char *format, ...)
{
	va_list arguments;
	char *text = NULL;

	va_start(arguments, format);
	if (vasprintf(&text, format, arguments) < 0)
		memory_exhausted();
	va_end(arguments);
	return text;
}

void
memory_give_back(void)
{
	malloc_trim(0);
}
