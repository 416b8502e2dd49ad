/*
 * A server process under attack, and a healthy device beside it that enrols over and over: what it is
 * left with must be what it had before, in memory and in descriptors.
 */
#pragma once

#include <pthread.h>
#include <stdatomic.h>

#include "tests/integration/device.h"
#include "tests/integration/server_process.h"

struct siege {
	struct server_process process;
	char *directory; /* its own; logs are in directory/logs */
	struct device device;
	pthread_t thread;
	atomic_bool over;
	atomic_uint enrolled;   /* by the healthy device */
	unsigned enrolled_then; /* at siege_measure */
	unsigned descriptors;   /* before the attack; files are not counted */
	unsigned resident_kib;  /* at siege_measure */
};

/* Starts the server with these arguments, ended by NULL, and the device. The challenge is "secret". */
void siege_start(struct siege *siege, const char *const *arguments);

/* Behind the first waves, which fill caches and pools, as the device does with its first enrolments:
 * remembers the memory, and how far the device is. */
void siege_measure(struct siege *siege);

/* Returns whether another wave is to come behind `waves`: until there were `wanted`, and until the device
 * has enrolled beside those behind siege_measure. */
bool siege_goes_on(const struct siege *siege, unsigned waves, unsigned wanted);

/* Waits until all connections of attackers are gone; the test fails when some stay. */
void siege_wait_left(const struct siege *siege);

/*
 * Fails the test unless the device has enrolled since siege_measure and enrols once more, the descriptors
 * come down to what they were, and the memory, at the peak since siege_measure and now, has grown by at
 * most `peak_kib` and `grown_kib`. Then stops the server, which must end well.
 */
void siege_end(struct siege *siege, unsigned peak_kib, unsigned grown_kib);
