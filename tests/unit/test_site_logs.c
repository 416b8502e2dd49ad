/* What each machine writes down about an exchange, and where. */
#include <check.h>
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "common/memory.h"
#include "exchange_support.h"
#include "server/connector_log.h"
#include "server/site_logs.h"
#include "temporary_directory.h"
#include "tests/run_suite.h"

static struct exchange_support support;
static struct site_logs *logs;
static char *directory;

static void
open_logs(int server_version)
{
	struct diag diag = {0};

	support.settings.server_version = server_version;
	ck_assert_int_eq(site_logs_open(&logs, directory, 1, &support.settings,
				 EXCHANGE_SUPPORT_NOW_MS / 1000, &diag),
		DONE);
}

static void
setup(void)
{
	exchange_support_init(&support);
	directory = temporary_directory_new();
}

static void
teardown(void)
{
	site_logs_close(logs);
	evidence_done(&support.exchange.evidence);
	temporary_directory_remove(directory);
	exchange_support_done(&support);
}

static bool
is_there(const char *name)
{
	TEXT_CLEANUP char *path = text_format("%s/W3SVC1/%s", directory, name);

	return access(path, F_OK) == 0;
}

static void
assert_file(const char *name, const char *wanted)
{
	TEXT_CLEANUP char *path = text_format("W3SVC1/%s", name);
	char *found = temporary_directory_read(directory, path);

	ck_assert_str_eq(found, wanted);
	free(found);
}

static char *
path_of(const char *name)
{
	return text_format("%s/W3SVC1/%s", directory, name);
}

static int
unlink_log(const char *name)
{
	TEXT_CLEANUP char *path = path_of(name);

	return unlink(path);
}

static void
touch_log(const char *name)
{
	TEXT_CLEANUP char *path = path_of(name);
	FILE *file = fopen(path, "w");

	ck_assert_ptr_nonnull(file);
	fclose(file);
}

static size_t
size_of(const char *name)
{
	TEXT_CLEANUP char *path = path_of(name);
	struct stat status;

	ck_assert_int_eq(stat(path, &status), 0);
	return (size_t)status.st_size;
}

#define HTTPERR_HEADER                                                                             \
	"#Software: Microsoft HTTP API 2.0\r\n#Version: 1.0\r\n#Date: 2026-01-31 23:59:58\r\n"     \
	"#Fields: date time c-ip c-port s-ip s-port cs-version cs-method cs-uri "
#define HTTPERR_LINE                                                                               \
	"2026-01-31 23:59:58 127.0.0.1 51234 127.0.0.1 80 HTTP/1.1 GET "                           \
	"/certsrv/mscep/mscep.dll/pkiclient.exe?operation=GetCACaps&message=default "

static const struct {
	int version;
	enum http_sys_error error;
	enum response_from from;
	unsigned status;
	const char *wanted;
} errors[] = {
	{SERVER_2012_R2, HTTP_SYS_503, RESPONSE_FROM_HTTP_SYS, 503,
		HTTPERR_HEADER "sc-status s-siteid s-reason s-queuename\r\n" HTTPERR_LINE
			       "503 1 AppOffline SCEP\r\n"},
	{SERVER_2019, HTTP_SYS_503_DISABLED, RESPONSE_FROM_HTTP_SYS, 503,
		HTTPERR_HEADER "streamid sc-status s-siteid s-reason s-queuename\r\n" HTTPERR_LINE
			       "- 503 1 Disabled SCEP\r\n"},
	{SERVER_2022, HTTP_SYS_414, RESPONSE_FROM_HTTP_SYS, 414,
		HTTPERR_HEADER "streamid streamid_ex sc-status s-siteid s-reason s-queuename "
			       "transport\r\n" HTTPERR_LINE "- - 414 - URL_Length - TCP\r\n"},
	{SERVER_2019, HTTP_SYS_ABANDONED, RESPONSE_FROM_NOBODY, 0,
		HTTPERR_HEADER "streamid sc-status s-siteid s-reason s-queuename\r\n" HTTPERR_LINE
			       "- - 1 Connection_Abandoned_By_ReqQueue SCEP\r\n"},
};

START_TEST(writes_what_http_sys_answered)
{
	open_logs(errors[_i].version);
	support.exchange.http_sys_error = errors[_i].error;
	support.http.response.from = errors[_i].from;
	support.http.response.status = errors[_i].status;
	if (errors[_i].from == RESPONSE_FROM_NOBODY)
		support.http.send.cut = SEND_CUT_BEFORE_HEAD;
	site_logs_write(logs, &support.exchange);
	assert_file("HTTPERR/httperr1.log", errors[_i].wanted);
	ck_assert(!is_there("u_ex260131.log"));
}
END_TEST

START_TEST(keeps_control_characters_out_of_a_line)
{
	open_logs(SERVER_2019);
	exchange_support_target(&support, "/a\x01\x7f%");
	support.exchange.http_sys_error = HTTP_SYS_400_INVALID_URL;
	support.http.response.from = RESPONSE_FROM_HTTP_SYS;
	support.http.response.status = 400;
	site_logs_write(logs, &support.exchange);
	assert_file("HTTPERR/httperr1.log",
		HTTPERR_HEADER
		"streamid sc-status s-siteid s-reason s-queuename\r\n"
		"2026-01-31 23:59:58 127.0.0.1 51234 127.0.0.1 80 HTTP/1.1 GET /a++% - 400 - URL "
		"-\r\n");
}
END_TEST

static const struct {
	enum http_end end;
	bool body_missing;
	bool reached;
	const char *reason; /* NULL: no line */
} drops[] = {
	{HTTP_END_SENT, false, true, NULL},
	{HTTP_END_TIMED_OUT, true, true, "Timer_EntityBody"},
	{HTTP_END_TIMED_OUT, false, true, "Timer_MinBytesPerSecond"},
	{HTTP_END_CLIENT_LEFT, false, true, "Connection_Dropped"},
	{HTTP_END_MALFORMED, false, true, "BadRequest"},
	{HTTP_END_RESET_BY_PLAN, false, true, NULL},
	{HTTP_END_TIMED_OUT, true, false, NULL},
	{HTTP_END_CLIENT_LEFT, false, false, NULL},
};

START_TEST(writes_whom_http_sys_dropped)
{
	TEXT_CLEANUP char *wanted = text_format(HTTPERR_HEADER
		"streamid sc-status s-siteid s-reason s-queuename\r\n" HTTPERR_LINE
		"- - - %s -\r\n",
		drops[_i].reason);

	open_logs(SERVER_2019);
	support.http.end = drops[_i].end;
	support.http.body_missing = drops[_i].body_missing;
	support.exchange.reached_http_sys = drops[_i].reached;
	site_logs_write(logs, &support.exchange);
	ck_assert_int_eq(is_there("HTTPERR/httperr1.log"), drops[_i].reason != NULL);
	if (drops[_i].reason)
		assert_file("HTTPERR/httperr1.log", wanted);
	ck_assert_uint_eq(
		support.exchange.evidence.lines[EVIDENCE_LOG_HTTPERR], drops[_i].reason != NULL);
}
END_TEST

static const struct {
	enum http_lapse how;
	unsigned status;
	const char *wanted;
} lapses[] = {
	{HTTP_LAPSE_IDLE, 0, "- - Timer_ConnectionIdle -\r\n"},
	{HTTP_LAPSE_HEADERS, 0, "- - Timer_HeaderWait -\r\n"},
	{HTTP_LAPSE_CLIENT_LEFT, 0, "- - Client_Reset -\r\n"},
	{HTTP_LAPSE_REFUSED, 0, "- - BadRequest -\r\n"},
	{HTTP_LAPSE_REFUSED, 400, "400 - BadRequest -\r\n"},
	{HTTP_LAPSE_REFUSED, 413, "413 - EntityTooLarge -\r\n"},
	{HTTP_LAPSE_REFUSED, 431, "431 - RequestLength -\r\n"},
};

START_TEST(writes_connections_without_a_request)
{
	const struct request request = {.client_address = "127.0.0.1",
		.client_port = 51234,
		.server_address = "127.0.0.1",
		.server_port = 80};
	TEXT_CLEANUP char *wanted = text_format(HTTPERR_HEADER
		"streamid sc-status s-siteid s-reason s-queuename\r\n"
		"2026-01-31 23:59:58 127.0.0.1 51234 127.0.0.1 80 - - - - %s",
		lapses[_i].wanted);

	open_logs(SERVER_2019);
	site_logs_lapse(logs, &request, lapses[_i].how, lapses[_i].status, EXCHANGE_SUPPORT_NOW_MS);
	assert_file("HTTPERR/httperr1.log", wanted);
}
END_TEST

START_TEST(begins_another_httperr_log_behind_a_megabyte)
{
	open_logs(SERVER_2019);
	support.exchange.http_sys_error = HTTP_SYS_503;
	support.http.response.from = RESPONSE_FROM_HTTP_SYS;
	support.http.response.status = 503;
	while (!is_there("HTTPERR/httperr2.log"))
		site_logs_write(logs, &support.exchange);
	ck_assert(is_there("HTTPERR/httperr1.log"));
	/* A server that is started again goes on with the last one. */
	site_logs_close(logs);
	ck_assert_int_eq(unlink_log("HTTPERR/httperr1.log"), 0);
	ck_assert(!is_there("HTTPERR/httperr1.log"));
	touch_log("HTTPERR/httperr1.log");
	open_logs(SERVER_2019);
	site_logs_write(logs, &support.exchange);
	ck_assert_uint_eq(size_of("HTTPERR/httperr1.log"), 0);
}
END_TEST

START_TEST(writes_nothing_for_a_healthy_exchange_but_the_w3c_log)
{
	open_logs(SERVER_2019);
	site_logs_write(logs, &support.exchange);
	ck_assert(is_there("u_ex260131.log"));
	ck_assert(!is_there("HTTPERR/httperr1.log"));
	ck_assert(!is_there("eventlog.jsonl"));
	ck_assert(!is_there("NDESPlugin.log"));
}
END_TEST

/* The seed's sample, with what its author left out. */
START_TEST(writes_an_event_as_the_viewer_copies_it)
{
	const struct event_crash *crash = event_catalogue_crash(SERVER_2012_R2);

	open_logs(SERVER_2012_R2);
	evidence_event(&support.exchange, EVENT_APPLICATION_CRASH, crash->process_version,
		crash->process_time_stamp, crash->module_version, crash->module_time_stamp);
	site_logs_write(logs, &support.exchange);
	assert_file("eventlog.txt",
		"Log Name:      Application\n"
		"Source:        Application Error\n"
		"Date:          01/31/2026 11:59:58 PM\n"
		"Event ID:      1000\n"
		"Task Category: Application Crashing Events\n"
		"Level:         Error\n"
		"Keywords:      Classic\n"
		"User:          N/A\n"
		"Computer:      NDES01\n"
		"Description:\n"
		"Faulting application name: w3wp.exe, version: 8.5.9600.16384, time stamp: "
		"0x5215df96\n"
		"Faulting module name: ntdll.dll, version: 6.3.9600.18821, time stamp: 0x59ba86db\n"
		"Exception code: 0xc0000005\n\n");
}
END_TEST

START_TEST(writes_an_event_as_json)
{
	open_logs(SERVER_2019);
	evidence_event(&support.exchange, EVENT_WAS_POOL_DISABLED, "SC\"EP");
	site_logs_write(logs, &support.exchange);
	assert_file("eventlog.jsonl",
		"{\"time\":\"2026-01-31T23:59:58.750Z\",\"log\":\"System\",\"source\":"
		"\"Microsoft-Windows-WAS\",\"id\":5002,\"task_category\":\"None\",\"level\":"
		"\"Error\",\"keywords\":\"Classic\",\"computer\":\"NDES01\",\"text\":"
		"\"Application pool 'SC\\\"EP' is being automatically disabled due to a series of "
		"failures in the process(es) serving that application pool.\",\"values\":"
		"[\"SC\\\"EP\"],\"exchange\":17}\n");
}
END_TEST

START_TEST(writes_the_ndes_event_of_a_refusal)
{
	char *found;

	open_logs(SERVER_2019);
	exchange_refuse(&support.exchange, SCEP_FAIL_BAD_MESSAGE_CHECK, (int32_t)0x80070490,
		NDES_EVENT_PASSWORD_NOT_VERIFIED, "challenge-unknown");
	site_logs_write(logs, &support.exchange);
	found = temporary_directory_read(directory, "W3SVC1/eventlog.jsonl");
	ck_assert_ptr_nonnull(strstr(found, "\"id\":29,"));
	ck_assert_ptr_nonnull(strstr(found, "cannot be verified. It may have been used already."));
	free(found);
}
END_TEST

START_TEST(keeps_capi2_events_until_the_log_is_enabled)
{
	open_logs(SERVER_2019);
	support.settings.capi2_log = _i;
	evidence_event(&support.exchange, EVENT_CAPI2_NOT_IN_TIME, "HKLM\\x", "0x800b0101");
	site_logs_write(logs, &support.exchange);
	ck_assert_int_eq(is_there("eventlog.jsonl"), _i == CAPI2_LOG_ENABLED);
}
END_TEST

/* The lines of the documents (ndes-behaviour 4.2, 7.2), with the fields that they show. */
static const struct {
	struct evidence_call call;
	const char *wanted;
} calls[] = {
	{{"POST", "/CertificateRegistrationSvc/Certificate/VerifyRequest", "NDES_Plugin", 443, 201,
		 0, 0, 341, 875},
		"POST /CertificateRegistrationSvc/Certificate/VerifyRequest - 443 - 127.0.0.1 "
		"NDES_Plugin - 201 0 0 341 875"},
	{{"POST", "/CertificateRegistrationSvc/Certificate/Notify", "NDES_Plugin", 443, 204, 0, 0,
		 277, 62},
		"POST /CertificateRegistrationSvc/Certificate/Notify - 443 - 127.0.0.1 NDES_Plugin "
		"- 204 0 0 277 62"},
	{{"POST", "/CertificateRegistrationSvc/Certificate/VerifyRequest", "NDES_Plugin", 443, 403,
		 16, 2148204809, 0, 453},
		"POST /CertificateRegistrationSvc/Certificate/VerifyRequest - 443 - 127.0.0.1 "
		"NDES_Plugin - 403 16 2148204809 0 453"},
};

START_TEST(writes_calls_between_servers)
{
	static char fields[] = "cs-method cs-uri-stem cs-uri-query s-port cs-username c-ip "
			       "cs(User-Agent) cs(Referer) sc-status sc-substatus sc-win32-status "
			       "sc-bytes time-taken";
	char *found;

	support.settings.log_fields = fields;
	open_logs(SERVER_2019);
	evidence_call(&support.exchange, &calls[_i].call);
	site_logs_write(logs, &support.exchange);
	found = temporary_directory_read(directory, "W3SVC1/u_ex260131.log");
	ck_assert_msg(strstr(found, calls[_i].wanted) != NULL, "%s", found);
	free(found);
}
END_TEST

START_TEST(writes_lines_of_the_policy_module)
{
	open_logs(SERVER_2019);
	evidence_line(
		&support.exchange, EVIDENCE_PLUGIN_LINE, "Exiting VerifyRequest with 0x%x", 0);
	site_logs_write(logs, &support.exchange);
	assert_file("NDESPlugin.log",
		"Exiting VerifyRequest with 0x0\tNDESPlugin\t01/31/2026 23:59:58\r\n");
}
END_TEST

#define TRACE(words)                                                                               \
	"<E2ETraceEvent xmlns=\"http://schemas.microsoft.com/2004/06/E2ETraceEvent\"><System "     \
	"xmlns=\"http://schemas.microsoft.com/2004/06/windows/eventlog/system\"><EventID>0"        \
	"</EventID><Type>3</Type><SubType Name=\"Information\">0</SubType><Level>8</Level>"        \
	"<TimeCreated SystemTime=\"2026-01-31T23:59:58.750Z\" /><Source "                          \
	"Name=\"CertificateRegistrationPoint\" /><Computer>NDES01</Computer></System>"             \
	"<ApplicationData>" words "</ApplicationData></E2ETraceEvent>\n"

/* What each connector writes at a step: number and level of its event, lines of the svclog. */
static const struct {
	enum connector_step step;
	enum scep_status status;
	enum challenge_verdict challenge;
	const char *event; /* of the Certificate Connector */
	const char *old_event;
	const char *old_traces;
} steps[] = {
	{CONNECTOR_RECEIVED, SCEP_STATUS_SUCCESS, VERDICT_NONE, "4003 Information ", "", NULL},
	{CONNECTOR_VERIFIED, SCEP_STATUS_SUCCESS, VERDICT_INTUNE, "4004 Information ",
		"20500 Information ",
		TRACE("Validation Phase 1 finished with status True.")
			TRACE("Validation Phase 3 finished with status True.")
				TRACE("VerifyRequest Finished with status True")},
	{CONNECTOR_REJECTED, SCEP_STATUS_FAILURE, VERDICT_UNKNOWN, "4005 Error challenge-unknown",
		"20501 Warning challenge-unknown",
		TRACE("VerifyRequest Finished with status False")},
	{CONNECTOR_REJECTED, SCEP_STATUS_FAILURE, VERDICT_EXPIRED,
		"4005 Error Diagnostic code: 0x00000411",
		"20501 Warning Diagnostic code: 0x00000411",
		TRACE("VerifyRequest Finished with status False")},
	{CONNECTOR_NOT_VERIFIED, SCEP_STATUS_FAILURE, VERDICT_NONE, "4005 Error challenge-unknown",
		"20502 Error challenge-unknown",
		TRACE("Signing certificate could not be retrieved")
			TRACE("VerifyRequest Finished with status False")},
	{CONNECTOR_ISSUED, SCEP_STATUS_SUCCESS, VERDICT_INTUNE, "4006 Information ", "", NULL},
	{CONNECTOR_NOT_ISSUED, SCEP_STATUS_FAILURE, VERDICT_INTUNE, "4007 Error challenge-unknown",
		"", NULL},
	{CONNECTOR_NOTIFIED, SCEP_STATUS_SUCCESS, VERDICT_INTUNE, "4008 Information ",
		"20600 Information ", NULL},
	{CONNECTOR_NOT_NOTIFIED, SCEP_STATUS_SUCCESS, VERDICT_INTUNE, "4009 Error ", "20602 Error ",
		NULL},
	{CONNECTOR_NOT_SAVED, SCEP_STATUS_SUCCESS, VERDICT_INTUNE, "4010 Error ", "20602 Error ",
		NULL},
};

static const char *
text_of(json_t *object, const char *key)
{
	return json_string_value(json_object_get(object, key));
}

/* Holds number, level and first value of the one event against `wanted`; "" is none. */
static void
assert_event(const char *wanted)
{
	TEXT_CLEANUP char *found = NULL;
	const char *value;
	json_t *event;
	char *line;

	ck_assert_int_eq(is_there("eventlog.jsonl"), *wanted != '\0');
	if (!*wanted)
		return;
	line = temporary_directory_read(directory, "W3SVC1/eventlog.jsonl");
	event = json_loads(line, 0, NULL);
	ck_assert_ptr_nonnull(event);
	value = json_string_value(json_array_get(json_object_get(event, "values"), 0));
	found = text_format("%d %s %s", (int)json_integer_value(json_object_get(event, "id")),
		text_of(event, "level"), value ? value : "");
	ck_assert_str_eq(found, wanted);
	ck_assert_ptr_null(strstr(text_of(event, "text"), "%1"));
	json_decref(event);
	free(line);
}

static void
take_step(size_t row, int connector)
{
	open_logs(SERVER_2019);
	support.settings.connector = connector;
	support.exchange.verdict.challenge = steps[row].challenge;
	support.exchange.disposition.status = steps[row].status;
	if (steps[row].status == SCEP_STATUS_FAILURE)
		support.exchange.disposition.reason = "challenge-unknown";
	connector_log_step(&support.exchange, steps[row].step);
	site_logs_write(logs, &support.exchange);
}

START_TEST(writes_steps_of_the_certificate_connector)
{
	take_step((size_t)_i, CONNECTOR_CERTIFICATE);
	assert_event(steps[_i].event);
	ck_assert(!is_there("CertificateRegistrationPoint.svclog"));
}
END_TEST

START_TEST(writes_steps_of_the_ndes_connector)
{
	take_step((size_t)_i, CONNECTOR_NDES);
	assert_event(steps[_i].old_event);
	ck_assert_int_eq(
		is_there("CertificateRegistrationPoint.svclog"), steps[_i].old_traces != NULL);
	if (steps[_i].old_traces)
		assert_file("CertificateRegistrationPoint.svclog", steps[_i].old_traces);
}
END_TEST

static const struct {
	int setup;
	bool file;
	bool good;
} setups[] = {
	{CONNECTOR_SETUP_SUCCEEDED, true, true},
	{CONNECTOR_SETUP_FAILED, true, false},
	{CONNECTOR_SETUP_ABSENT, false, false},
};

START_TEST(shows_how_the_connector_was_installed)
{
	char *found;

	support.settings.connector_setup = setups[_i].setup;
	open_logs(SERVER_2019);
	ck_assert_int_eq(is_there("SetupMsi.log"), setups[_i].file);
	if (!setups[_i].file)
		return;
	found = temporary_directory_read(directory, "W3SVC1/SetupMsi.log");
	ck_assert_int_eq(strstr(found,
				 "Product: Microsoft Intune Connector -- Installation "
				 "completed successfully.") != NULL,
		setups[_i].good);
	ck_assert_int_eq(
		strstr(found, "Installation success or error status: 0.") != NULL, setups[_i].good);
	free(found);
}
END_TEST

int
main(void)
{
	Suite *suite = suite_create("site_logs");
	TCase *cases = tcase_create("site_logs");

	tcase_add_checked_fixture(cases, setup, teardown);
	tcase_add_loop_test(
		cases, writes_what_http_sys_answered, 0, sizeof(errors) / sizeof(errors[0]));
	tcase_add_loop_test(
		cases, writes_whom_http_sys_dropped, 0, sizeof(drops) / sizeof(drops[0]));
	tcase_add_loop_test(
		cases, writes_connections_without_a_request, 0, sizeof(lapses) / sizeof(lapses[0]));
	tcase_add_loop_test(cases, writes_steps_of_the_certificate_connector, 0,
		sizeof(steps) / sizeof(steps[0]));
	tcase_add_loop_test(
		cases, writes_steps_of_the_ndes_connector, 0, sizeof(steps) / sizeof(steps[0]));
	tcase_add_test(cases, keeps_control_characters_out_of_a_line);
	tcase_add_test(cases, begins_another_httperr_log_behind_a_megabyte);
	tcase_add_test(cases, writes_nothing_for_a_healthy_exchange_but_the_w3c_log);
	tcase_add_test(cases, writes_an_event_as_the_viewer_copies_it);
	tcase_add_test(cases, writes_an_event_as_json);
	tcase_add_test(cases, writes_the_ndes_event_of_a_refusal);
	tcase_add_loop_test(cases, keeps_capi2_events_until_the_log_is_enabled, CAPI2_LOG_DISABLED,
		CAPI2_LOG_ENABLED + 1);
	tcase_add_loop_test(
		cases, writes_calls_between_servers, 0, sizeof(calls) / sizeof(calls[0]));
	tcase_add_test(cases, writes_lines_of_the_policy_module);
	tcase_add_loop_test(cases, shows_how_the_connector_was_installed, 0,
		sizeof(setups) / sizeof(setups[0]));
	suite_add_tcase(suite, cases);
	return run_suite(suite);
}
