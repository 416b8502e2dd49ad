/*
 * Memory from the heap, or the end of the process.
 *
 * A test server that has no memory left can do nothing useful; saying so once,
 * here, keeps a branch out of every function. Everything returned is released
 * with free().
 */
#pragma once

#include <stdarg.h>
#include <stddef.h>

/* Returns `size` bytes of any content; never NULL. Libraries that take an allocator get this one. */
void *memory_take(size_t size);

/* Returns `count` zeroed objects of `size` bytes; never NULL. */
void *memory_new(size_t count, size_t size);

/* Resizes what `memory` points to (NULL: a new block) to `size` bytes; never NULL. */
void *memory_resize(void *memory, size_t size);

/* Returns a heap copy of `text`; NULL stays NULL. */
char *text_copy(const char *text);

/* Returns a heap copy of the first `size` bytes of `text`, ended by a NUL. */
char *text_copy_size(const void *text, size_t size);

/* Returns a heap string made as printf would. */
char *text_format(const char *format, ...) __attribute__((format(printf, 1, 2)));

/* Says on stderr that memory ran out and aborts. */
void memory_exhausted(void) __attribute__((noreturn));

static inline void
text_freep(char **text)
{
	__builtin_free(*text);
}

/* A heap string that is released when its name goes out of scope. */
#define TEXT_CLEANUP __attribute__((cleanup(text_freep)))

/* Gives freed memory back to the machine, of all threads. It takes a millisecond or two: for who has just freed
 * megabytes that nobody will need soon. */
void memory_give_back(void);
