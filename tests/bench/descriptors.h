/*
 * What lets a program of the bench have thousands of connections.
 */
#pragma once

#include <sys/resource.h>

/* Raises the number of descriptors that this process may have as far as it goes. */
static inline void
descriptors_raise_limit(void)
{
	struct rlimit files;

	getrlimit(RLIMIT_NOFILE, &files);
	files.rlim_cur = files.rlim_max;
	setrlimit(RLIMIT_NOFILE, &files);
}
