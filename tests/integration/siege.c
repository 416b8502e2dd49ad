#include "tests/integration/siege.h"

#include <check.h>
#include <dirent.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "common/memory.h"
#include "tests/unit/temporary_directory.h"

#define ARGUMENTS_MAX 24

/* The device enrols so often, and an issued certificate is kept for ever. */
#define PACE_MS         20
#define CERTIFICATE_KIB 3
#define ENROLLED_BEFORE 20

/* So many waves at most are waited for the device. */
#define WAVES_MAX 10000

/* A sanitizer has memory of its own, and keeps what was freed. */
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
#define MEMORY_COUNTS 0
#else
#define MEMORY_COUNTS 1
#endif

/* Counts the sockets, pipes and the like that the server has. Attackers are among them, and perhaps the
 * device. */
static unsigned
count_descriptors(const struct siege *siege)
{
	TEXT_CLEANUP char *path = text_format("/proc/%d/fd", (int)siege->process.pid);
	DIR *folder = opendir(path);
	struct dirent *entry;
	unsigned count = 0;

	ck_assert_ptr_nonnull(folder);
	while ((entry = readdir(folder))) {
		char target[256];
		ssize_t size = readlinkat(dirfd(folder), entry->d_name, target, sizeof(target));

		count += size > 0 && target[0] != '/';
	}
	closedir(folder);
	return count;
}

/* Returns a figure of /proc/PID/status: "VmRSS:" or "VmHWM:", in KiB. */
static unsigned
read_status(const struct siege *siege, const char *name)
{
	TEXT_CLEANUP char *path = text_format("/proc/%d/status", (int)siege->process.pid);
	FILE *file = fopen(path, "r");
	char line[256];
	unsigned value = 0;

	ck_assert_ptr_nonnull(file);
	while (fgets(line, sizeof(line), file))
		if (strncmp(line, name, strlen(name)) == 0)
			value = (unsigned)strtoul(line + strlen(name), NULL, 10);
	fclose(file);
	return value;
}

/* The peak of memory is from now on. */
static void
forget_peak(const struct siege *siege)
{
	TEXT_CLEANUP char *path = text_format("/proc/%d/clear_refs", (int)siege->process.pid);
	FILE *file = fopen(path, "w");

	ck_assert_ptr_nonnull(file);
	fputs("5", file);
	ck_assert_int_eq(fclose(file), 0);
}

static void
enroll(struct siege *siege)
{
	unsigned number = atomic_load(&siege->enrolled);
	TEXT_CLEANUP char *transaction = text_format("healthy-%u", number);
	const struct device_message message = {.transaction_id = transaction};
	struct scep_reply reply = {0};

	device_exchange(&reply, &siege->device, &siege->process.deployment, &message);
	ck_assert_int_eq(reply.status, SCEP_STATUS_SUCCESS);
	scep_reply_done(&reply);
	atomic_store(&siege->enrolled, number + 1);
}

static void *
enroll_until_over(void *context)
{
	struct siege *siege = context;

	while (!atomic_load(&siege->over)) {
		enroll(siege);
		poll(NULL, 0, PACE_MS);
	}
	return NULL;
}

void
siege_start(struct siege *siege, const char *const *arguments)
{
	TEXT_CLEANUP char *logs = NULL;
	const char *all[ARGUMENTS_MAX] = {"--challenge", "secret", "--quiet", "--journal-exchanges",
		"0", "--control", "127.0.0.1:0", "--log-dir"};
	size_t count = 8;

	*siege = (struct siege){.directory = temporary_directory_new()};
	logs = text_format("%s/logs", siege->directory);
	all[count++] = logs;
	for (; *arguments && count + 1 < ARGUMENTS_MAX; arguments++)
		all[count++] = *arguments;
	server_process_start(&siege->process, siege->directory, all);
	siege->process.deployment.directory = siege->directory;
	siege->descriptors = count_descriptors(siege);
	device_init(&siege->device, &siege->process.deployment, 0);
	ck_assert_int_eq(pthread_create(&siege->thread, NULL, enroll_until_over, siege), 0);
}

void
siege_wait_left(const struct siege *siege)
{
	int64_t deadline = clock_monotonic_ns() + INT64_C(1000000) * RAW_PATIENCE_MS;

	/* One may be the device's. */
	while (count_descriptors(siege) > siege->descriptors + 1) {
		ck_assert_msg(clock_monotonic_ns() < deadline, "%u descriptors, %u before",
			count_descriptors(siege), siege->descriptors);
		poll(NULL, 0, 5);
	}
}

bool
siege_goes_on(const struct siege *siege, unsigned waves, unsigned wanted)
{
	ck_assert_msg(waves < wanted + WAVES_MAX, "the device has enrolled %u times in %u waves",
		atomic_load(&siege->enrolled), waves);
	return waves < wanted || atomic_load(&siege->enrolled) <= siege->enrolled_then + 1;
}

void
siege_measure(struct siege *siege)
{
	int64_t deadline = clock_monotonic_ns() + INT64_C(1000000) * RAW_PATIENCE_MS;

	siege_wait_left(siege);
	while (atomic_load(&siege->enrolled) < ENROLLED_BEFORE) {
		ck_assert_msg(clock_monotonic_ns() < deadline, "the device has enrolled %u times",
			atomic_load(&siege->enrolled));
		poll(NULL, 0, 5);
	}
	forget_peak(siege);
	siege->resident_kib = read_status(siege, "VmRSS:");
	siege->enrolled_then = atomic_load(&siege->enrolled);
}

static void
check_memory(const struct siege *siege, unsigned peak_kib, unsigned grown_kib)
{
	unsigned peak = read_status(siege, "VmHWM:"), now = read_status(siege, "VmRSS:");
	unsigned issued = atomic_load(&siege->enrolled) - siege->enrolled_then;
	unsigned before = siege->resident_kib + issued * CERTIFICATE_KIB;

	if (!MEMORY_COUNTS)
		return;
	ck_assert_msg(peak <= before + peak_kib, "%u KiB at the peak, %u before", peak, before);
	ck_assert_msg(now <= before + grown_kib, "%u KiB resident, %u before", now, before);
}

void
siege_end(struct siege *siege, unsigned peak_kib, unsigned grown_kib)
{
	unsigned beside = atomic_load(&siege->enrolled) - siege->enrolled_then;
	int64_t deadline = clock_monotonic_ns() + INT64_C(1000000) * RAW_PATIENCE_MS;

	siege_wait_left(siege);
	atomic_store(&siege->over, true);
	pthread_join(siege->thread, NULL);
	ck_assert_msg(beside > 0, "the device has enrolled %u times, and not during the attack",
		siege->enrolled_then);
	enroll(siege);
	while (count_descriptors(siege) > siege->descriptors) {
		ck_assert_msg(clock_monotonic_ns() < deadline, "%u descriptors, %u before",
			count_descriptors(siege), siege->descriptors);
		poll(NULL, 0, 5);
	}
	check_memory(siege, peak_kib, grown_kib);
	device_done(&siege->device);
	server_process_stop(&siege->process);
	temporary_directory_remove(siege->directory);
}
