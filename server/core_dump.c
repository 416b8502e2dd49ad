#include "server/core_dump.h"

#include <sys/resource.h>

void
core_dump_forbid(void)
{
	struct rlimit limit = {0};

	getrlimit(RLIMIT_CORE, &limit);
	limit.rlim_cur = 0;
	setrlimit(RLIMIT_CORE, &limit);
}
