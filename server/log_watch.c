#include "server/log_watch.h"

#include <pthread.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <sys/inotify.h>
#include <unistd.h>

static pthread_once_t once = PTHREAD_ONCE_INIT;
static int inotify = -1;
static atomic_bool blind; /* a folder is not watched */
static atomic_uint removals;

static void
start(void)
{
	inotify = inotify_init1(IN_CLOEXEC | IN_NONBLOCK);
}

void
log_watch_add(const char *folder)
{
	pthread_once(&once, start);
	if (inotify < 0 || inotify_add_watch(inotify, folder, IN_DELETE | IN_ONLYDIR) < 0)
		atomic_store(&blind, true);
}

int
log_watch_descriptor(void)
{
	return inotify;
}

void
log_watch_take(void)
{
	char events[4096];

	while (read(inotify, events, sizeof(events)) > 0)
		;
	atomic_fetch_add(&removals, 1);
}

unsigned
log_watch_removals(void)
{
	if (atomic_load(&blind))
		atomic_fetch_add(&removals, 1);
	return atomic_load(&removals);
}
