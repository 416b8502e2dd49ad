/*
 * The sample lines of "Troubleshoot device to NDES server communication": the same
 * request to the same deployment writes the same line, field by field, other than
 * addresses, port, date and time, sc-bytes and time-taken.
 */
#include <check.h>
#include <string.h>

#include "common/memory.h"
#include "tests/integration/device.h"
#include "tests/run_suite.h"

/* The author left out date and time, and logged bytes sent. */
#define WITH_BYTES                                                                                 \
	"s-ip cs-method cs-uri-stem cs-uri-query s-port cs-username c-ip cs(User-Agent) "          \
	"cs(Referer) sc-status sc-substatus sc-win32-status sc-bytes time-taken"
/* Cut behind its fourth number by the author; with the default set that is time-taken. */
#define WITHOUT_BYTES                                                                              \
	"s-ip cs-method cs-uri-stem cs-uri-query s-port cs-username c-ip cs(User-Agent) "          \
	"cs(Referer) sc-status sc-substatus sc-win32-status time-taken"
/* The default set of IIS 8.0 and later. */
#define DEFAULT "date time " WITHOUT_BYTES

#define SCRUBBED "fe80::f53d:89b8:c3e8:5fec%13"
#define WINDOWS  "Mozilla/4.0 (compatible; Win32; NDES client)"
#define ANDROID  "Dalvik/2.1.0 (Linux; U; Android 5.0; P01M Build/LRX21V)"
#define IOS      "profiled/1.0 CFNetwork/811.5.4 Darwin/16.6.0"

static const struct {
	const char *fault;
	const char *fields;
	const char *target;
	const char *user_agent;
	const char *line;
} samples[] = {
	{"nothing-broken", WITH_BYTES,
		"/certsrv/mscep/mscep.dll/pkiclient.exe?operation=GetCACaps&message=default",
		WINDOWS,
		SCRUBBED " GET /certsrv/mscep/mscep.dll/pkiclient.exe "
			 "operation=GetCACaps&message=default 80 - " SCRUBBED
			 " Mozilla/4.0+(compatible;+Win32;+NDES+client) - 200 0 0 186 0"},
	{"nothing-broken", WITH_BYTES,
		"/certsrv/mscep/mscep.dll/pkiclient.exe?operation=GetCACert&message=default",
		WINDOWS,
		SCRUBBED " GET /certsrv/mscep/mscep.dll/pkiclient.exe "
			 "operation=GetCACert&message=default 80 - " SCRUBBED
			 " Mozilla/4.0+(compatible;+Win32;+NDES+client) - 200 0 0 3567 0"},
	{"nothing-broken", WITH_BYTES, "/certsrv/mscep/mscep.dll?operation=GetCACert&message=ca",
		ANDROID,
		SCRUBBED
		" GET /certsrv/mscep/mscep.dll operation=GetCACert&message=ca 443 - " SCRUBBED
		" Dalvik/2.1.0+(Linux;+U;+Android+5.0;+P01M+Build/LRX21V) - "
		"200 0 0 3909 0"},
	{"nothing-broken", WITHOUT_BYTES, "/certsrv/mscep/mscep.dll?operation=GetCACaps&message=ca",
		ANDROID,
		SCRUBBED
		" GET /certsrv/mscep/mscep.dll operation=GetCACaps&message=ca 443 - " SCRUBBED
		" Dalvik/2.1.0+(Linux;+U;+Android+5.0;+P01M+Build/LRX21V) - "
		"200 0 0 421"},
	{"impersonation-right-missing", DEFAULT,
		"/certsrv/mscep/mscep.dll?operation=GetCACert&message=SCEP%20Authority", IOS,
		"2017-08-08 20:22:16 IP_address GET /certsrv/mscep/mscep.dll "
		"operation=GetCACert&message=SCEP%20Authority 443 - 10.5.14.22 "
		"profiled/1.0+CFNetwork/811.5.4+Darwin/16.6.0 - 500 0 1346 31"},
};

static bool
is_of_the_moment(const char *field)
{
	static const char *const names[] = {
		"date", "time", "s-ip", "s-port", "c-ip", "sc-bytes", "time-taken"};

	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		if (strcmp(names[i], field) == 0)
			return true;
	return false;
}

/* The texts are taken apart in place. */
static void
assert_same_fields(char *names, char *wanted, char *found)
{
	char *name, *want, *find, *rest[3] = {names, wanted, found};

	do {
		name = strsep(&rest[0], " ");
		want = strsep(&rest[1], " ");
		find = strsep(&rest[2], " ");
		ck_assert_msg(name && want && find, "%s: a line of another length",
			name ? name : "the end");
		if (is_of_the_moment(name))
			ck_assert_str_ne(find, "");
		else
			ck_assert_msg(
				strcmp(want, find) == 0, "%s is %s, wanted %s", name, find, want);
	} while (rest[0]);
	ck_assert_ptr_null(rest[1]);
	ck_assert_ptr_null(rest[2]);
}

START_TEST(writes_the_line_of_the_sample)
{
	TEXT_CLEANUP char *setting = text_format("log_fields=%s", samples[_i].fields);
	TEXT_CLEANUP char *names = text_copy(samples[_i].fields);
	TEXT_CLEANUP char *wanted = text_copy(samples[_i].line);
	const char *const settings[] = {setting, NULL};
	BUFFER_CLEANUP struct buffer log = {0};
	struct raw_response response = {0};
	struct deployment deployment;
	char *line;

	deployment_start_with_fault(&deployment, samples[_i].fault, settings);
	deployment_ask(&response, &deployment,
		"GET %s HTTP/1.1\r\nHost: ndes.contoso.com\r\nUser-Agent: %s\r\n\r\n",
		samples[_i].target, samples[_i].user_agent);
	deployment_read_log(&log, &deployment, "W3SVC1/", " GET /certsrv/", 1);
	line = strrchr(buffer_text(&log), '#'); /* the header's last line */
	ck_assert_ptr_nonnull(line);
	ck_assert_ptr_nonnull(strstr(line, samples[_i].fields));
	line = strchr(line, '\n') + 1;
	line[strcspn(line, "\r\n")] = '\0';
	assert_same_fields(names, wanted, line);
	raw_response_done(&response);
	deployment_stop(&deployment);
}
END_TEST

/* --- the other logs of the document ------------------------------------------------- */

/* Behind "MSI (c) (28:54) [16:13:11:905]: ". */
static const char *const installation[] = {
	"Product: Microsoft Intune Connector -- Installation completed successfully.",
	"Windows Installer installed the product. Product Name: Microsoft Intune Connector. "
	"Product "
	"Version: 6.1711.4.0. Product Language: 1033. Manufacturer: Microsoft Corporation. "
	"Installation success or error status: 0.",
};

START_TEST(shows_the_installation_of_the_sample)
{
	static const char prefix[] = "MSI (c) (28:54) [";
	BUFFER_CLEANUP struct buffer log = {0};
	struct deployment deployment;
	char *next, *line;

	deployment_start_with_fault(&deployment, "nothing-broken", NULL);
	deployment_read_log(&log, &deployment, "W3SVC1/SetupMsi.log", prefix, 2);
	next = buffer_text(&log);
	for (size_t i = 0; i < 2; i++) {
		line = strsep(&next, "\n");
		line[strcspn(line, "\r")] = '\0';
		ck_assert_int_eq(strncmp(line, prefix, strlen(prefix)), 0);
		ck_assert_str_eq(
			line + strlen("MSI (c) (28:54) [16:13:11:905]: "), installation[i]);
	}
	ck_assert_str_eq(next, "");
	deployment_stop(&deployment);
}
END_TEST

/* What the document shows of the event; it shortens what a viewer copies. */
static const char *const crash[] = {
	"Log Name:      Application\n",
	"Source:        Application Error\n",
	"Event ID:      1000\n",
	"Task Category: Application Crashing Events\n",
	"Level:         Error\n",
	"Keywords:      Classic\n",
	"Faulting application name: w3wp.exe, version: 8.5.9600.16384, time stamp: 0x5215df96\n",
	"Faulting module name: ntdll.dll, version: 6.3.9600.18821, time stamp: 0x59ba86db\n",
	"Exception code: 0xc0000005\n",
};

static const char *const crashes[] = {"crash-intermediate-in-trusted-roots",
	"crash-crl-unreachable", "crash-registration-windows-authentication",
	"crash-policy-certificate-expired"};

/* Its versions are those of 2012 R2. */
START_TEST(shows_the_crash_of_the_sample)
{
	static const char *const settings[] = {"server_version=2012_r2", NULL};
	struct device_message message = {0};
	BUFFER_CLEANUP struct buffer log = {0};
	BUFFER_CLEANUP struct buffer request = {0};
	RAW_CLIENT_CLEANUP struct raw_client client = {.descriptor = -1};
	struct deployment deployment;
	struct device device;
	const char *place;

	deployment_start_with_fault(&deployment, crashes[_i], settings);
	device_init_offline(&device, deployment.server->sites.sites[0]->condition->authority,
		clock_now(&deployment.server->clock), 0);
	device_write_request(&request, &device, &message);
	client = raw_connect("127.0.0.1", deployment.port);
	raw_send(&client, buffer_bytes(&request));
	deployment_read_log(&log, &deployment, "W3SVC1/eventlog.txt", "Exception code", 1);
	place = buffer_text(&log);
	for (size_t i = 0; i < sizeof(crash) / sizeof(crash[0]); i++) {
		const char *found = strstr(place, crash[i]);

		ck_assert_msg(found != NULL, "no %s in %s", crash[i], place);
		place = found + strlen(crash[i]);
	}
	device_done(&device);
	deployment_stop(&deployment);
}
END_TEST

int
main(void)
{
	Suite *suite = suite_create("sample_lines");
	TCase *cases = tcase_create("sample_lines");

	device_prepare_keys(1);
	tcase_set_timeout(cases, 60);
	tcase_add_loop_test(
		cases, writes_the_line_of_the_sample, 0, sizeof(samples) / sizeof(samples[0]));
	tcase_add_test(cases, shows_the_installation_of_the_sample);
	tcase_add_loop_test(
		cases, shows_the_crash_of_the_sample, 0, sizeof(crashes) / sizeof(crashes[0]));
	suite_add_tcase(suite, cases);
	return run_suite(suite);
}
