/*
 * State under fire: a server that is killed in the middle of parallel
 * enrolments, again and again, and one whose disk is full.
 */
#include <check.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>

#include "common/memory.h"
#include "server/store.h"
#include "tests/integration/device.h"
#include "tests/integration/server_process.h"
#include "tests/run_suite.h"
#include "tests/unit/temporary_directory.h"

#define LIVES   10
#define CROWD   200
#define WAITING "/site/waiting/certsrv/mscep/mscep.dll"

/* HRESULTs of the replies. */
#define CERT_E_WRONG_USAGE 0x800B0110u
#define DISK_FULL          0xC8000710u

struct passwords {
	char text[CROWD][17];
};

/* One enrolment. */
struct member {
	pthread_t thread;
	struct life *life;
	bool waits;           /* at the site where requests are approved at their first poll */
	const char *password; /* a one-time one; NULL: the fixed one */
	char transaction_id[32];
	struct buffer request;
	struct raw_response response;
	bool answered;
};

/* One life of the server. */
struct life {
	struct server_process process;
	struct device device;  /* of the default site */
	struct device waiting; /* of the other one */
	struct passwords passwords;
	struct member members[CROWD];
	unsigned kill_at;
	atomic_uint answers;
};

/* Serial numbers of all lives. */
struct serials {
	size_t count;
	struct buffer octets[LIVES * CROWD * 2];
};

/* --- before the kill ----------------------------------------------------------------- */

static void
write_configuration(const char *path)
{
	FILE *file = fopen(path, "w");

	ck_assert_ptr_nonnull(file);
	fputs("settings: {challenge: secret, password_max: 1000000}\n"
	      "sites: {waiting: {challenge: secret, approval: after_polls, approval_polls: 1}}\n",
		file);
	fclose(file);
}

static void
start(struct server_process *process, const char *directory)
{
	TEXT_CLEANUP char *state = text_format("%s/state", directory),
			  *configuration = text_format("%s/config.yaml", directory);
	const char *const arguments[] = {
		"--quiet", "--state", state, "--config", configuration, NULL};

	write_configuration(configuration);
	server_process_start(process, directory, arguments);
}

/* On another port, the RA has other certificates: its URL stands in them. */
static void
meet(struct life *life)
{
	device_init(&life->device, &life->process.deployment, 0);
	device_init_at(&life->waiting, &life->process.deployment, WAITING, 0);
}

static void
part(struct life *life)
{
	device_done(&life->device);
	device_done(&life->waiting);
}

static struct device *
device_of(struct life *life, const struct member *member)
{
	return member->waits ? &life->waiting : &life->device;
}

static void
prepare(struct life *life, unsigned number)
{
	for (unsigned i = 0; i < CROWD; i++) {
		struct member *member = &life->members[i];
		struct device_message message = {.transaction_id = member->transaction_id};

		member->life = life;
		member->waits = i % 4 == 0;
		snprintf(member->transaction_id, sizeof(member->transaction_id), "life-%u-%u",
			number, i);
		if (i % 4 == 1) {
			deployment_fetch_password(
				life->passwords.text[i], &life->process.deployment);
			member->password = life->passwords.text[i];
		}
		message.challenge = member->password;
		message.path = member->waits ? WAITING : NULL;
		device_write_request(&member->request, device_of(life, member), &message);
	}
}

static void *
enroll(void *context)
{
	struct member *member = context;
	struct life *life = member->life;
	struct raw_client client = raw_connect("127.0.0.1", life->process.deployment.port);

	member->answered = raw_send(&client, buffer_bytes(&member->request)) &&
		raw_read(&member->response, &client);
	if (member->answered && atomic_fetch_add(&life->answers, 1) + 1 == life->kill_at)
		server_process_kill(&life->process);
	raw_close(&client);
	return NULL;
}

/* All at once; the server does not outlive the answer at which it is killed. */
static void
enroll_all(struct life *life)
{
	for (size_t i = 0; i < CROWD; i++)
		ck_assert_int_eq(
			pthread_create(&life->members[i].thread, NULL, enroll, &life->members[i]),
			0);
	for (size_t i = 0; i < CROWD; i++)
		pthread_join(life->members[i].thread, NULL);
	ck_assert_uint_ge(life->answers, life->kill_at);
	server_process_wait_killed(&life->process);
}

/* --- what is left of it --------------------------------------------------------------- */

static void
note_serial(struct serials *serials, struct bytes serial)
{
	for (size_t i = 0; i < serials->count; i++)
		ck_assert_msg(!bytes_equal(buffer_bytes(&serials->octets[i]), serial),
			"serial number %zu came twice", i);
	buffer_append(&serials->octets[serials->count++], serial);
}

/* GetCert gives, byte for byte, what the device has received. */
static void
assert_there(struct life *life, const struct member *member, const struct certificate *received)
{
	struct device *device = device_of(life, member);
	SCEP_REPLY_CLEANUP struct scep_reply reply = {0};
	BUFFER_CLEANUP struct buffer lookup = {0};
	struct device_message message = {.message_type = SCEP_GET_CERT,
		.transaction_id = member->transaction_id,
		.path = member->waits ? WAITING : NULL};

	scep_request_put_issuer_and_serial(&lookup, device->ca.subject, received->serial);
	message.data = buffer_bytes(&lookup);
	device_exchange(&reply, device, &life->process.deployment, &message);
	ck_assert_msg(reply.status == SCEP_STATUS_SUCCESS, "%s is missing", member->transaction_id);
	ck_assert(
		bytes_equal(buffer_bytes(&device->certificate.der), buffer_bytes(&received->der)));
}

static void
poll_until_issued(struct life *life, const struct member *member, struct certificate *issued)
{
	struct device *device = &life->waiting;
	SCEP_REPLY_CLEANUP struct scep_reply reply = {0};
	BUFFER_CLEANUP struct buffer names = {0};
	struct device_message poll = {.message_type = SCEP_CERT_POLL,
		.transaction_id = member->transaction_id,
		.path = WAITING};

	scep_request_put_issuer_and_subject(&names, device->ca.subject, device->signer.subject);
	poll.data = buffer_bytes(&names);
	device_exchange(&reply, device, &life->process.deployment, &poll);
	ck_assert_msg(reply.status == SCEP_STATUS_SUCCESS, "%s does not poll on: pkiStatus %u",
		member->transaction_id, reply.status);
	certificate_copy(issued, &device->certificate);
}

/* Sends a one-time password again, under another transactionID. */
static void
try_password(struct scep_reply *reply, struct life *life, const struct member *member)
{
	TEXT_CLEANUP char *transaction_id = text_format("again-%s", member->transaction_id);
	const struct device_message message = {
		.transaction_id = transaction_id, .challenge = member->password};

	device_exchange(reply, &life->device, &life->process.deployment, &message);
}

static bool
is_used(const struct scep_reply *reply)
{
	return reply->status == SCEP_STATUS_FAILURE && (uint32_t)reply->error == CERT_E_WRONG_USAGE;
}

/* An exchange that nobody heard of may have been carried out, wholly or not at all. */
static void
judge_unanswered(struct life *life, const struct member *member, struct serials *serials)
{
	SCEP_REPLY_CLEANUP struct scep_reply reply = {0};

	if (!member->password)
		return;
	try_password(&reply, life, member);
	if (reply.status == SCEP_STATUS_SUCCESS)
		note_serial(serials, life->device.certificate.serial);
	else
		ck_assert(is_used(&reply));
}

static void
judge(struct life *life, struct member *member, struct serials *serials)
{
	CERTIFICATE_CLEANUP struct certificate received = {0};
	SCEP_REPLY_CLEANUP struct scep_reply reply = {0}, again = {0};
	struct diag diag = {0};
	char words[DIAG_TEXT_SIZE];

	ck_assert_uint_eq(member->response.status, 200);
	ck_assert_msg(scep_reply_read(&reply, buffer_bytes(&member->response.body), &diag) == DONE,
		"%s: %s%s", member->transaction_id, buffer_text(&member->response.head),
		diag_text(words, &diag));
	if (member->waits) {
		ck_assert_uint_eq(reply.status, SCEP_STATUS_PENDING);
		poll_until_issued(life, member, &received);
	} else {
		ck_assert_uint_eq(reply.status, SCEP_STATUS_SUCCESS);
		ck_assert_int_eq(
			scep_reply_open(&reply, &life->device.signer, life->device.key, &diag),
			DONE);
		ck_assert_int_eq(
			certificate_read(&received, reply.answer.certificates[0], &diag), DONE);
	}
	note_serial(serials, received.serial);
	assert_there(life, member, &received);
	if (!member->password)
		return;
	try_password(&again, life, member);
	ck_assert_msg(is_used(&again), "%s can be used again", member->password);
}

static unsigned
judge_all(struct life *life, struct serials *serials)
{
	unsigned unanswered = 0;

	for (size_t i = 0; i < CROWD; i++) {
		struct member *member = &life->members[i];

		if (member->answered)
			judge(life, member, serials);
		else
			judge_unanswered(life, member, serials);
		unanswered += !member->answered;
		buffer_done(&member->request);
		raw_response_done(&member->response);
	}
	return unanswered;
}

static void
note_entry(void *context, const struct certificate_entry *entry)
{
	note_serial(context, bytes_text(entry->serial));
}

/* No serial number of the table is there twice, whether anybody has received it or not. */
static void
assert_all_differ(struct store *store)
{
	static const char *const sites[] = {"default", "waiting"};
	const struct certificate_filter all = {0};
	static struct serials serials;
	struct diag diag = {0};

	for (size_t i = 0; i < sizeof(sites) / sizeof(sites[0]); i++) {
		BUFFER_CLEANUP struct buffer cursor = {0};

		do {
			STORE_PAGE_CLEANUP struct store_page page = {.limit = STORE_PAGE_MAX,
				.after = cursor.size ? buffer_text(&cursor) : NULL};

			ck_assert_int_eq(store_certificate_list(&page, store, sites[i], &all, 0,
						 note_entry, &serials, &diag),
				DONE);
			buffer_clear(&cursor);
			buffer_append(&cursor, buffer_bytes(&page.next));
		} while (cursor.size);
	}
	for (size_t i = 0; i < serials.count; i++)
		buffer_done(&serials.octets[i]);
}

/* The file is whole, and holds all that devices have received. */
static void
assert_stored(const char *directory, const struct serials *serials)
{
	TEXT_CLEANUP char *state = text_format("%s/state", directory);
	struct store *store = NULL;
	struct diag diag = {0};
	char words[DIAG_TEXT_SIZE];

	ck_assert_msg(store_open(&store, state, &diag) == DONE, "%s", diag_text(words, &diag));
	for (size_t i = 0; i < serials->count; i++) {
		CERTIFICATE_RECORD_CLEANUP struct certificate_record record = {0};
		struct bytes serial = buffer_bytes(&serials->octets[i]);

		ck_assert_msg(
			store_certificate_find(&record, store, "default", serial, &diag) == DONE ||
				store_certificate_find(&record, store, "waiting", serial, &diag) ==
					DONE,
			"%s", diag_text(words, &diag));
	}
	assert_all_differ(store);
	store_close(store);
}

START_TEST(loses_nothing_when_it_is_killed)
{
	char *directory = temporary_directory_new();
	static struct serials serials;
	unsigned unanswered = 0;

	for (unsigned number = 0; number < LIVES; number++) {
		struct life *life = memory_new(1, sizeof(*life));

		life->kill_at = 1 + 17 * number;
		start(&life->process, directory);
		meet(life);
		prepare(life, number);
		enroll_all(life);
		start(&life->process, directory);
		part(life);
		meet(life);
		unanswered += judge_all(life, &serials);
		/* What was issued behind the restart is to survive another kill. */
		server_process_kill(&life->process);
		server_process_wait_killed(&life->process);
		part(life);
		free(life);
	}
	ck_assert_uint_gt(unanswered, 0);
	assert_stored(directory, &serials);
	for (size_t i = 0; i < serials.count; i++)
		buffer_done(&serials.octets[i]);
	temporary_directory_remove(directory);
}
END_TEST

/* --- a full disk ------------------------------------------------------------------------- */

/* No file of the server may be larger. */
static void
limit_files(const struct server_process *process, rlim_t size)
{
	struct rlimit limit = {.rlim_cur = size, .rlim_max = RLIM_INFINITY};

	ck_assert_int_eq(prlimit(process->pid, RLIMIT_FSIZE, &limit, NULL), 0);
}

static rlim_t
size_of(const char *directory, const char *name)
{
	TEXT_CLEANUP char *path = text_format("%s/state/%s", directory, name);
	struct stat status;

	ck_assert_int_eq(stat(path, &status), 0);
	return (rlim_t)status.st_size;
}

static void
enroll_once(struct scep_reply *reply, struct device *device, const struct server_process *process,
	unsigned number)
{
	TEXT_CLEANUP char *transaction_id = text_format("full-%u", number);

	device_exchange(reply, device, &process->deployment,
		&(struct device_message){.transaction_id = transaction_id});
}

static size_t
count_lines(const char *directory, const char *pattern)
{
	TEXT_CLEANUP char *text = temporary_directory_read(directory, "stderr");
	size_t count = 0;

	for (const char *next = text; (next = strstr(next, pattern)); next++)
		count++;
	return count;
}

/* Enrols until the disk is full; gives how many certificates there were. */
static unsigned
fill(struct serials *serials, struct device *device, const struct server_process *process)
{
	for (unsigned i = 0; i < CROWD; i++) {
		SCEP_REPLY_CLEANUP struct scep_reply reply = {0};

		enroll_once(&reply, device, process, i);
		if (reply.status != SCEP_STATUS_SUCCESS) {
			ck_assert_uint_eq(reply.status, SCEP_STATUS_FAILURE);
			ck_assert_uint_eq(reply.fail_info, SCEP_FAIL_BAD_REQUEST);
			ck_assert_uint_eq((uint32_t)reply.error, DISK_FULL);
			return i;
		}
		note_serial(serials, device->certificate.serial);
	}
	ck_abort_msg("the disk takes everything");
	return 0;
}

/* While nothing can be issued, all else goes on. */
static void
assert_alive(struct device *device, const struct server_process *process)
{
	RAW_RESPONSE_CLEANUP struct raw_response capabilities = {0}, page = {0};
	SCEP_REPLY_CLEANUP struct scep_reply reply = {0};
	BUFFER_CLEANUP struct buffer lookup = {0};

	deployment_ask(&capabilities, &process->deployment,
		"GET /certsrv/mscep/mscep.dll?operation=GetCACaps HTTP/1.1\r\nHost: test\r\n\r\n");
	ck_assert_uint_eq(capabilities.status, 200);
	do
		deployment_ask(&page, &process->deployment,
			"GET /certsrv/mscep_admin/ HTTP/1.1\r\nHost: test\r\n\r\n");
	while (page.status == 200); /* small ones fit in for a while */
	ck_assert_uint_eq(page.status, 500);
	scep_request_put_issuer_and_serial(&lookup, device->ca.subject, device->certificate.serial);
	device_exchange(&reply, device, &process->deployment,
		&(struct device_message){
			.message_type = SCEP_GET_CERT, .data = buffer_bytes(&lookup)});
	ck_assert_uint_eq(reply.status, SCEP_STATUS_SUCCESS);
}

START_TEST(goes_on_when_the_disk_has_room_again)
{
	char *directory = temporary_directory_new();
	SCEP_REPLY_CLEANUP struct scep_reply full = {0}, good = {0};
	static struct serials serials;
	struct server_process process;
	struct device device;
	unsigned count;

	start(&process, directory);
	device_init(&device, &process.deployment, 0);
	limit_files(&process, size_of(directory, "mock-ndes.sqlite-wal") + 200000);
	count = fill(&serials, &device, &process);
	ck_assert_uint_gt(count, 0);
	assert_alive(&device, &process);
	enroll_once(&full, &device, &process, count + 1);
	ck_assert_uint_eq((uint32_t)full.error, DISK_FULL);
	ck_assert_uint_eq(count_lines(directory, "it cannot be written"), 1);
	ck_assert_uint_eq(count_lines(directory, "\n"), 1);

	limit_files(&process, RLIM_INFINITY);
	enroll_once(&good, &device, &process, count + 2);
	ck_assert_uint_eq(good.status, SCEP_STATUS_SUCCESS);
	note_serial(&serials, device.certificate.serial);
	server_process_stop(&process);
	assert_stored(directory, &serials);
	device_done(&device);
	temporary_directory_remove(directory);
}
END_TEST

int
main(void)
{
	Suite *suite = suite_create("state");
	TCase *cases = tcase_create("state");

	device_prepare_keys(1);
	tcase_set_timeout(cases, 280);
	tcase_add_test(cases, loses_nothing_when_it_is_killed);
	tcase_add_test(cases, goes_on_when_the_disk_has_room_again);
	suite_add_tcase(suite, cases);
	return run_suite(suite);
}
