/*
 * The journal under real traffic: what clients on many threads send, what journal.jsonl
 * has, and what is in memory are the same; while somebody asks, waits and clears.
 */
#include <check.h>
#include <jansson.h>
#include <poll.h>
#include <stdatomic.h>
#include <string.h>

#include "common/memory.h"
#include "server/journal_query.h"
#include "server/site_life.h"
#include "tests/integration/device.h"
#include "tests/run_suite.h"
#include "tests/unit/temporary_directory.h"

#define THREADS   4
#define ROUNDS    25
#define EXCHANGES (THREADS * ROUNDS * 2)

static struct deployment deployment;

static struct journal *
journal(void)
{
	return deployment.server->journal;
}

static struct journal_filter
read_filter(const char *name, const char *text)
{
	struct journal_filter filter = {0};

	ck_assert_int_eq(journal_filter_add(&filter, name, text, NULL), DONE);
	return filter;
}

/* Waits until so many exchanges have ended that fit. */
static void
wait_for(const char *name, const char *text, uint64_t count)
{
	int64_t deadline = clock_monotonic_ns() + INT64_C(1000000) * RAW_PATIENCE_MS;
	struct journal_filter filter = read_filter(name, text);

	while (journal_count(journal(), &filter, JOURNAL_AT_COMPLETION, 0) < count) {
		ck_assert_msg(clock_monotonic_ns() < deadline, "%s=%s: not %llu exchanges", name,
			text, (unsigned long long)count);
		poll(NULL, 0, 2);
	}
	journal_filter_done(&filter);
}

/* --- many threads ------------------------------------------------------------------ */

struct client {
	pthread_t thread;
	unsigned number;
	struct buffer enrolment; /* a request that a worker thread answers */
	unsigned answers;
	bool failed;
};

static void
ask_once(struct client *client, struct raw_client *connection, struct bytes request)
{
	RAW_RESPONSE_CLEANUP struct raw_response response = {0};

	if (raw_send(connection, request) && raw_read(&response, connection) &&
		response.status == 200)
		client->answers++;
	else
		client->failed = true;
}

static void *
run_client(void *argument)
{
	struct client *client = argument;

	for (unsigned i = 0; i < ROUNDS && !client->failed; i++) {
		RAW_CLIENT_CLEANUP struct raw_client connection =
			raw_connect("127.0.0.1", deployment.port);
		TEXT_CLEANUP char *caps =
			text_format("GET /certsrv/mscep/mscep.dll?operation=GetCACaps HTTP/1.1\r\n"
				    "Host: ndes\r\nUser-Agent: client-%u/%u\r\n\r\n",
				client->number, i);

		ask_once(client, &connection, bytes_text(caps));
		ask_once(client, &connection, buffer_bytes(&client->enrolment));
	}
	return NULL;
}

/* Asks as the control API will, while the others send. */
static void *
run_reader(void *argument)
{
	struct journal_filter filter = read_filter("outcome", "SUCCESS");
	struct journal_query query = {.filter = &filter, .limit = 10};
	const atomic_bool *stop = argument;

	while (!atomic_load(stop)) {
		struct journal_raw_part part;
		struct journal_page page;

		journal_query_run(&page, journal(), &query);
		for (size_t i = 0; i < page.count; i++) {
			journal_record_entry(page.records[i]);
			journal_record_request(&part, page.records[i]);
			journal_record_field(page.records[i], JOURNAL_END);
		}
		journal_page_done(&page);
	}
	journal_filter_done(&filter);
	return NULL;
}

static void
count_calls(void *context)
{
	atomic_fetch_add((atomic_uint *)context, 1);
}

/* Every line of the file is the object of a record, and the other way round. */
static void
compare_with_file(void)
{
	BUFFER_CLEANUP struct buffer file = {0};
	char *rest, *line;
	size_t count = 0;

	deployment_read_log(&file, &deployment, "journal.jsonl", "", EXCHANGES);
	rest = buffer_text(&file);
	while ((line = strsep(&rest, "\n")) && rest) {
		json_t *object = json_loads(line, JSON_REJECT_DUPLICATES, NULL);
		uint64_t number = (uint64_t)json_integer_value(json_object_get(object, "exchange"));
		struct journal_record *record = journal_ring_hold(journal_ring(journal()), number);

		ck_assert_ptr_nonnull(record);
		ck_assert(bytes_equal(journal_record_entry(record), bytes_text(line)));
		journal_record_release(record);
		json_decref(object);
		count++;
	}
	ck_assert_uint_eq(count, EXCHANGES);
	ck_assert_uint_eq(journal_ring_totals(journal_ring(journal())).exchanges, EXCHANGES);
}

/* Each client has sent each of its requests once, and they lie there byte for byte. */
static void
compare_with_sent(struct client *clients)
{
	struct journal_raw_part part;

	for (unsigned i = 0; i < THREADS * ROUNDS; i++) {
		TEXT_CLEANUP char *agent = text_format("client-%u/%u", i / ROUNDS, i % ROUNDS);
		struct journal_filter filter = read_filter("user_agent", agent);
		struct journal_query query = {.filter = &filter, .limit = 2};
		struct journal_page page;
		struct bytes request;

		journal_query_run(&page, journal(), &query);
		ck_assert_uint_eq(page.count, 1);
		request = journal_record_request(&part, page.records[0]);
		ck_assert_ptr_nonnull(memmem(request.data, request.size, agent, strlen(agent)));
		journal_page_done(&page);
		journal_filter_done(&filter);
	}
	for (unsigned i = 0; i < THREADS; i++) {
		TEXT_CLEANUP char *id = text_format("transaction-%u", i);
		struct journal_filter filter = read_filter("transaction_id", id);
		struct journal_query query = {.filter = &filter, .limit = ROUNDS + 1};
		struct journal_page page;

		journal_query_run(&page, journal(), &query);
		ck_assert_uint_eq(page.count, ROUNDS);
		for (size_t j = 0; j < page.count; j++)
			ck_assert(bytes_equal(journal_record_request(&part, page.records[j]),
				buffer_bytes(&clients[i].enrolment)));
		journal_page_done(&page);
		journal_filter_done(&filter);
	}
}

static void
prepare(struct client *client, unsigned number, struct device *device)
{
	TEXT_CLEANUP char *id = text_format("transaction-%u", number);
	const struct device_message message = {.transaction_id = id};

	*client = (struct client){.number = number};
	device_write_request(&client->enrolment, device, &message);
}

/* Has all clients and the reader run to their end. */
static void
run_all(struct client *clients)
{
	atomic_bool stop = false;
	pthread_t reader;

	ck_assert_int_eq(pthread_create(&reader, NULL, run_reader, &stop), 0);
	for (unsigned i = 0; i < THREADS; i++)
		ck_assert_int_eq(
			pthread_create(&clients[i].thread, NULL, run_client, &clients[i]), 0);
	for (unsigned i = 0; i < THREADS; i++) {
		pthread_join(clients[i].thread, NULL);
		ck_assert_uint_eq(clients[i].answers, 2 * ROUNDS);
	}
	atomic_store(&stop, true);
	pthread_join(reader, NULL);
}

START_TEST(has_what_was_sent)
{
	struct client clients[THREADS];
	atomic_uint calls = 0;
	struct device device;

	deployment_start(&deployment, NULL);
	device_init_offline(&device, deployment.server->sites.sites[0]->condition->authority,
		clock_now(&deployment.server->clock), 0);
	for (unsigned i = 0; i < THREADS; i++)
		prepare(&clients[i], i, &device);
	journal_set_notify(journal(), count_calls, &calls);
	journal_watch(journal());
	run_all(clients);
	wait_for("site", "default", EXCHANGES);
	ck_assert_uint_ge(atomic_load(&calls), 2 * EXCHANGES - 1);
	compare_with_file();
	compare_with_sent(clients);
	for (unsigned i = 0; i < THREADS; i++)
		buffer_done(&clients[i].enrolment);
	device_done(&device);
	deployment_stop(&deployment);
}
END_TEST

/* --- bytes ------------------------------------------------------------------------- */

static const char *const requests[] = {
	"GET /certsrv/mscep/mscep.dll?operation=GetCACaps HTTP/1.1\r\nHost: test\r\n\r\n",
	"GET /certsrv/mscep/mscep.dll?operation=GetCACert&message=x HTTP/1.1\r\nHost: a\r\n"
	"Connection: close\r\n\r\n",
	"GET /nowhere HTTP/1.0\r\n\r\n",
	"POST /certsrv/mscep/mscep.dll?operation=PKIOperation HTTP/1.1\r\nHost: test\r\n"
	"Content-Length: 7\r\n\r\nnonsens",
	"GET /site/nobody/ HTTP/1.1\r\nHost: test\r\n\r\n",
};

/* What is kept is what went over the wire, both ways. */
START_TEST(keeps_the_bytes)
{
	RAW_RESPONSE_CLEANUP struct raw_response response = {0};
	struct journal_raw_part part;
	struct journal_record *record;
	struct bytes reply;

	deployment_start(&deployment, NULL);
	deployment_ask(&response, &deployment, "%s", requests[_i]);
	wait_for("after", "0", 1);
	record = journal_ring_hold(journal_ring(journal()), 1);
	ck_assert(bytes_equal(journal_record_request(&part, record), bytes_text(requests[_i])));
	ck_assert_ptr_null(part.why);
	reply = journal_record_reply(&part, record);
	ck_assert_ptr_null(part.why);
	ck_assert_uint_eq(reply.size, raw_response_size(&response));
	ck_assert(bytes_equal(BYTES(reply.data + response.head.size, response.body.size),
		buffer_bytes(&response.body)));
	ck_assert_msg(
		bytes_equal(BYTES(reply.data, response.head.size), buffer_bytes(&response.head)),
		"%.*s\nis not\n%s", (int)response.head.size, reply.data,
		buffer_text(&response.head));
	journal_record_release(record);
	deployment_stop(&deployment);
}
END_TEST

/* The client leaves in the middle of its body: there is a record all the same. That half has been read
 * when another connection has its answer; libmicrohttpd overlooks a close that comes with it. */
START_TEST(has_what_was_never_understood)
{
	RAW_CLIENT_CLEANUP struct raw_client client = {.descriptor = -1};
	RAW_RESPONSE_CLEANUP struct raw_response response = {0};
	struct journal_filter filter;

	deployment_start(&deployment, NULL);
	client = raw_connect("127.0.0.1", deployment.port);
	ck_assert(raw_send_format(&client,
		"POST /certsrv/mscep/mscep.dll?operation=PKIOperation HTTP/1.1\r\n"
		"Host: test\r\nContent-Length: 1000\r\n\r\nhalf"));
	deployment_ask(&response, &deployment, "%s", requests[0]);
	raw_close(&client);
	wait_for("end", "client-left", 1);
	filter = read_filter("operation", "PKIOperation");
	ck_assert_uint_eq(journal_count(journal(), &filter, JOURNAL_AT_ARRIVAL, 0), 1);
	journal_filter_done(&filter);
	deployment_stop(&deployment);
}
END_TEST

/* It has arrived, and is not complete: who waits for arrivals need not wait for the answer. */
START_TEST(shows_what_is_under_way)
{
	RAW_CLIENT_CLEANUP struct raw_client client = {.descriptor = -1};
	int64_t deadline = clock_monotonic_ns() + INT64_C(1000000) * RAW_PATIENCE_MS;
	struct journal_record *record;

	deployment_start_with_fault(&deployment, "stall-without-answer", NULL);
	client = raw_connect("127.0.0.1", deployment.port);
	ck_assert(raw_send(&client, bytes_text(requests[0])));
	while (!(record = journal_ring_hold(journal_ring(journal()), 1))) {
		ck_assert(clock_monotonic_ns() < deadline);
		poll(NULL, 0, 2);
	}
	ck_assert(!journal_record_is_complete(record));
	raw_close(&client);
	wait_for("end", "client-left", 1);
	ck_assert(journal_record_is_complete(record));
	journal_record_release(record);
	deployment_stop(&deployment);
}
END_TEST

/* Of an answer that is broken off by plan, what was sent is kept. */
START_TEST(keeps_what_was_sent_of_an_answer)
{
	RAW_CLIENT_CLEANUP struct raw_client client = {.descriptor = -1};
	struct journal_raw_part part;
	struct journal_record *record;
	struct bytes reply;

	deployment_start_with_fault(&deployment, "reset-in-body", NULL);
	client = raw_connect("127.0.0.1", deployment.port);
	ck_assert(raw_send(&client, bytes_text(requests[1])));
	ck_assert_int_eq(raw_read_end(&client), RAW_RESET);
	wait_for("end", "reset-by-plan", 1);
	record = journal_ring_hold(journal_ring(journal()), 1);
	reply = journal_record_reply(&part, record);
	ck_assert(bytes_equal(reply, buffer_bytes(&client.received)));
	ck_assert_uint_gt(part.missing, 0);
	ck_assert_str_eq(part.why, "it was sent so far");
	journal_record_release(record);
	deployment_stop(&deployment);
}
END_TEST

/* Of a site that is removed nothing stays, so that another one of its name sees none of it. The loop is
 * idle meanwhile. */
START_TEST(forgets_removed_sites)
{
	RAW_RESPONSE_CLEANUP struct raw_response response = {0};
	struct diag diag = {0};
	struct site *site;

	deployment_start(&deployment, NULL);
	deployment_ask(&response, &deployment, "%s", requests[0]);
	deployment_ask(&response, &deployment,
		"GET /fault/slow-server@a/certsrv/nothing HTTP/1.1\r\nHost: test\r\n\r\n");
	wait_for("site", "*@a", 1);
	ck_assert_int_eq(
		site_life_find(&site, deployment.server, "fault/slow-server@a", &diag), DONE);
	ck_assert_int_eq(site_life_remove(site, &diag), DONE);
	ck_assert_uint_eq(journal_count(journal(), NULL, JOURNAL_AT_ARRIVAL, 0), 1);
	wait_for("site", "default", 1);
	deployment_stop(&deployment);
}
END_TEST

/* --- --redact ----------------------------------------------------------------------- */

static bool
has(struct bytes bytes, const char *secret)
{
	return memmem(bytes.data, bytes.size, secret, strlen(secret)) != NULL;
}

/* A password of the admin page, and one in a message; by GET it stands in the URL, sealed. */
START_TEST(keeps_passwords_out)
{
	RAW_RESPONSE_CLEANUP struct raw_response response = {0};
	BUFFER_CLEANUP struct buffer file = {0};
	struct device device;
	struct journal_query query = {.limit = 10};
	struct journal_page page;
	struct journal_raw_part part;

	deployment_start(&deployment, NULL);
	deployment.server->redact = _i;
	device_init(&device, &deployment, 0);
	deployment_ask(&response, &deployment,
		"GET /certsrv/mscep_admin/ HTTP/1.1\r\nHost: test\r\n"
		"Authorization: Basic dG9wOnNlY3JldA==\r\n\r\n");
	device_send(&response, &device, &deployment,
		&(struct device_message){.challenge = "wrong-password"});
	device_send(&response, &device, &deployment, &(struct device_message){.by_get = true});
	wait_for("after", "0", 4);
	deployment_read_log(&file, &deployment, "journal.jsonl", "", 4);
	ck_assert(has(buffer_bytes(&file), "wron") == !_i);
	ck_assert(has(buffer_bytes(&file), "\"secret\"") == !_i);
	journal_query_run(&page, journal(), &query);
	ck_assert_uint_eq(page.count, 4);
	for (size_t i = 0; i < 4; i++) {
		journal_record_request(&part, page.records[i]);
		ck_assert_int_eq(part.size > 0, !_i || i == 3); /* GetCACert, the first */
		journal_record_reply(&part, page.records[i]);
		ck_assert_int_eq(part.size > 0, !_i || i != 2); /* the admin page */
	}
	journal_page_done(&page);
	device_done(&device);
	deployment_stop(&deployment);
}
END_TEST

/* --- over a restart ----------------------------------------------------------------- */

START_TEST(goes_on_counting)
{
	char *state = temporary_directory_new();
	RAW_RESPONSE_CLEANUP struct raw_response response = {0};

	for (unsigned start = 1; start <= 3; start++) {
		struct bytes number;

		deployment_start_with_state(&deployment, state, NULL);
		ck_assert_uint_eq(
			journal_ring_totals(journal_ring(journal())).exchanges, start - 1);
		deployment_ask(&response, &deployment, "%s", requests[0]);
		number = raw_header(&response, "X-Mock-Request");
		ck_assert_uint_eq(number.size, 1);
		ck_assert_uint_eq(number.data[0], '0' + start);
		wait_for("operation", "GetCACaps", start);
		deployment_stop(&deployment);
	}
	temporary_directory_remove(state);
}
END_TEST

int
main(void)
{
	Suite *suite = suite_create("journal");
	TCase *all = tcase_create("all");

	device_prepare_keys(1);
	suite_add_tcase(suite, all);
	tcase_set_timeout(all, 120);
	tcase_add_test(all, has_what_was_sent);
	tcase_add_loop_test(all, keeps_the_bytes, 0, sizeof(requests) / sizeof(requests[0]));
	tcase_add_test(all, has_what_was_never_understood);
	tcase_add_test(all, shows_what_is_under_way);
	tcase_add_test(all, keeps_what_was_sent_of_an_answer);
	tcase_add_test(all, forgets_removed_sites);
	tcase_add_loop_test(all, keeps_passwords_out, 0, 2);
	tcase_add_test(all, goes_on_counting);
	return run_suite(suite);
}
