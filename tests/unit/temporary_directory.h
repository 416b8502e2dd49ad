/* A folder of a test's own, and what lies in it. */
#pragma once

#include "common/buffer.h"

/* Makes a folder below $TMPDIR or /tmp and returns its path; the caller ends with
 * temporary_directory_remove. A failure ends the test. */
char *temporary_directory_new(void);

/* Returns the content of DIRECTORY/NAME as heap text; fails the test when there is no such file. */
char *temporary_directory_read(const char *directory, const char *name);

/* Removes the folder with all that is in it, and frees the path. */
void temporary_directory_remove(char *directory);
