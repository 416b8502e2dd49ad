/* The W3C line: the samples of real NDES servers, field by field, and what must be escaped. */
#include <check.h>
#include <string.h>

#include "exchange_support.h"
#include "server/w3c_fields.h"
#include "tests/run_suite.h"

#define DEFAULT_FIELDS                                                                             \
	"date time s-ip cs-method cs-uri-stem cs-uri-query s-port cs-username c-ip "               \
	"cs(User-Agent) cs(Referer) sc-status sc-substatus sc-win32-status time-taken"
#define BYTE_FIELDS                                                                                \
	"date time s-ip cs-method cs-uri-stem cs-uri-query s-port cs-username c-ip "               \
	"cs(User-Agent) cs(Referer) sc-status sc-substatus sc-win32-status sc-bytes time-taken"
#define ALL_FIELDS                                                                                 \
	"date time s-sitename s-computername s-ip cs-method cs-uri-stem cs-uri-query s-port "      \
	"cs-username c-ip cs-version cs(User-Agent) cs(Cookie) cs(Referer) cs-host sc-status "     \
	"sc-substatus sc-win32-status sc-bytes cs-bytes time-taken"

static struct exchange_support support;

static void
setup(void)
{
	exchange_support_init(&support);
}

static void
teardown(void)
{
	exchange_support_done(&support);
}

/* Returns the line of `support` with these fields; the caller releases `out`. */
static const char *
line_of(struct buffer *out, const char *fields)
{
	struct tm utc = clock_split(clock_now(&support.server.clock));
	uint32_t selection;

	ck_assert_int_eq(w3c_fields_parse(&selection, fields, NULL), DONE);
	w3c_fields_write_values(out, selection, &support.exchange, &utc);
	return buffer_text(out);
}

/* Lines of ndes-behaviour 5.1 and 5.2, addresses and dates ours. */
static const struct {
	const char *fields;
	const char *method;
	const char *target;
	const char *user;
	const char *user_agent;
	unsigned port, status, substatus;
	uint32_t win32_status;
	unsigned bytes, milliseconds;
	const char *line;
} samples[] = {
	{DEFAULT_FIELDS, "GET", "/certsrv/mscep_admin", NULL, "Wget/1.20.3 (linux-gnu)", 80, 401, 2,
		5, 0, 175,
		"2026-01-31 23:59:58 127.0.0.1 GET /certsrv/mscep_admin - 80 - 127.0.0.1 "
		"Wget/1.20.3+(linux-gnu) - 401 2 5 175"},
	{DEFAULT_FIELDS, "GET", "/certsrv/mscep_admin", "na\\user", "Wget/1.20.3 (linux-gnu)", 80,
		301, 0, 0, 0, 180,
		"2026-01-31 23:59:58 127.0.0.1 GET /certsrv/mscep_admin - 80 na\\user 127.0.0.1 "
		"Wget/1.20.3+(linux-gnu) - 301 0 0 180"},
	{DEFAULT_FIELDS, "GET", "/certsrv/mscep_admin/", "na\\user", "Wget/1.20.3 (linux-gnu)", 80,
		200, 0, 0, 0, 731,
		"2026-01-31 23:59:58 127.0.0.1 GET /certsrv/mscep_admin/ - 80 na\\user 127.0.0.1 "
		"Wget/1.20.3+(linux-gnu) - 200 0 0 731"},
	{DEFAULT_FIELDS, "GET", "/certsrv/mscep/mscep.dll/pkiclient.exe?operation=GetCACaps", NULL,
		NULL, 80, 200, 0, 0, 0, 229,
		"2026-01-31 23:59:58 127.0.0.1 GET /certsrv/mscep/mscep.dll/pkiclient.exe "
		"operation=GetCACaps 80 - 127.0.0.1 - - 200 0 0 229"},
	{DEFAULT_FIELDS, "GET",
		"/certsrv/mscep/mscep.dll/pkiclient.exe?operation=GetCACert&message=CAIdentifier",
		NULL, NULL, 80, 200, 0, 0, 0, 177,
		"2026-01-31 23:59:58 127.0.0.1 GET /certsrv/mscep/mscep.dll/pkiclient.exe "
		"operation=GetCACert&message=CAIdentifier 80 - 127.0.0.1 - - 200 0 0 177"},
	{DEFAULT_FIELDS, "POST", "/certsrv/mscep/mscep.dll/pkiclient.exe?operation=PKIOperation",
		NULL, NULL, 80, 200, 0, 0, 0, 565,
		"2026-01-31 23:59:58 127.0.0.1 POST /certsrv/mscep/mscep.dll/pkiclient.exe "
		"operation=PKIOperation 80 - 127.0.0.1 - - 200 0 0 565"},
	{DEFAULT_FIELDS, "GET",
		"/certsrv/mscep/mscep.dll?operation=GetCACert&message=SCEP%20Authority", NULL,
		"profiled/1.0 CFNetwork/811.5.4 Darwin/16.6.0", 443, 500, 0, 1346, 0, 31,
		"2026-01-31 23:59:58 127.0.0.1 GET /certsrv/mscep/mscep.dll "
		"operation=GetCACert&message=SCEP%20Authority 443 - 127.0.0.1 "
		"profiled/1.0+CFNetwork/811.5.4+Darwin/16.6.0 - 500 0 1346 31"},
	{BYTE_FIELDS, "GET",
		"/certsrv/mscep/mscep.dll/pkiclient.exe?operation=GetCACaps&message=default", NULL,
		"Mozilla/4.0 (compatible; Win32; NDES client)", 80, 200, 0, 0, 186, 0,
		"2026-01-31 23:59:58 127.0.0.1 GET /certsrv/mscep/mscep.dll/pkiclient.exe "
		"operation=GetCACaps&message=default 80 - 127.0.0.1 "
		"Mozilla/4.0+(compatible;+Win32;+NDES+client) - 200 0 0 186 0"},
	{DEFAULT_FIELDS, "POST", "/CertificateRegistrationSvc/Certificate/VerifyRequest", NULL,
		"NDES_Plugin", 443, 403, 16, UINT32_C(2148204809), 0, 453,
		"2026-01-31 23:59:58 127.0.0.1 POST "
		"/CertificateRegistrationSvc/Certificate/VerifyRequest - 443 - 127.0.0.1 "
		"NDES_Plugin - "
		"403 16 2148204809 453"},
};

START_TEST(writes_the_lines_of_real_servers)
{
	BUFFER_CLEANUP struct buffer out = {0};

	support.http.request.method = samples[_i].method;
	support.http.request.server_port = samples[_i].port;
	exchange_support_target(&support, samples[_i].target);
	if (samples[_i].user_agent)
		exchange_support_header(&support, "user-agent", samples[_i].user_agent);
	support.exchange.route.user = (char *)samples[_i].user;
	response_set(&support.http.response, RESPONSE_FROM_IIS, samples[_i].status,
		samples[_i].substatus, samples[_i].win32_status);
	support.http.bytes_sent = samples[_i].bytes;
	support.http.ended_ns = support.http.begun_ns + samples[_i].milliseconds * INT64_C(1000000);
	ck_assert_str_eq(line_of(&out, samples[_i].fields), samples[_i].line);
}
END_TEST

START_TEST(writes_every_field)
{
	BUFFER_CLEANUP struct buffer out = {0};

	exchange_support_header(&support, "Host", "ndes.example:8080");
	exchange_support_header(&support, "Cookie", "a=b; c=d");
	exchange_support_header(&support, "Referer", "http://ndes.example/start page");
	ck_assert_str_eq(line_of(&out, ALL_FIELDS),
		"2026-01-31 23:59:58 W3SVC1 NDES01 127.0.0.1 GET "
		"/certsrv/mscep/mscep.dll/pkiclient.exe operation=GetCACaps&message=default 80 - "
		"127.0.0.1 HTTP/1.1 - a=b;+c=d http://ndes.example/start+page ndes.example:8080 "
		"200 0 0 186 107 3");
}
END_TEST

static const struct {
	const char *query; /* NULL: none */
	const char *logged;
} queries[] = {
	{NULL, "-"},
	{"", "-"},
	{"?operation=GetCACaps", "?operation=GetCACaps"},
	{"a=b+c/d==&e=%2b%0A", "a=b+c/d==&e=%2b%0A"},
	{"a b\tc\x01\x7f", "a+b+c++"},
	{"name=m\xc3\xbcller", "name=m\xc3\xbcller"},
	{"name=m\xfcller\xc3", "name=m%FCller%C3"},
};

START_TEST(escapes_queries)
{
	BUFFER_CLEANUP struct buffer out = {0};

	support.http.request.query = bytes_text(queries[_i].query);
	ck_assert_str_eq(line_of(&out, "cs-uri-query"), queries[_i].logged);
}
END_TEST

static const struct {
	const char *path;
	const char *logged;
} paths[] = {
	{"/certsrv/mscep", "/certsrv/mscep"},
	{"/CertSrv/MSCEP_%61dmin/", "/CertSrv/MSCEP_admin/"},
	{"/CertEnroll/Test%20CA.crt", "/CertEnroll/Test+CA.crt"},
	{"/a%0d%0ab", "/a++b"},
	{"/%c3%bc", "/\xc3\xbc"},
	{"/%fc", "/%FC"},
	{"/%zz%20", "/%zz%20"}, /* no path that http.sys would let through */
	{"", "-"},
};

START_TEST(unescapes_paths)
{
	BUFFER_CLEANUP struct buffer out = {0};

	exchange_support_target(&support, paths[_i].path);
	ck_assert_str_eq(line_of(&out, "cs-uri-stem"), paths[_i].logged);
}
END_TEST

START_TEST(writes_the_path_that_the_site_saw)
{
	BUFFER_CLEANUP struct buffer out = {0};

	exchange_support_target(&support, "/site/blue/certsrv/mscep/?operation=GetCACaps");
	request_take_prefix(&support.http.request, strlen("/site/blue"));
	ck_assert_str_eq(
		line_of(&out, "cs-uri-stem cs-uri-query"), "/certsrv/mscep/ operation=GetCACaps");
}
END_TEST

static const struct {
	enum http_end end;
	const char *logged;
} ends[] = {
	{HTTP_END_SENT, "200 1346"},
	{HTTP_END_CLIENT_LEFT, "200 64"},
	{HTTP_END_TIMED_OUT, "200 121"},
	{HTTP_END_SHUTDOWN, "200 1346"},
};

START_TEST(tells_how_it_ended)
{
	BUFFER_CLEANUP struct buffer out = {0};

	support.http.response.win32_status = 1346;
	support.http.end = ends[_i].end;
	ck_assert_str_eq(line_of(&out, "sc-status sc-win32-status"), ends[_i].logged);
}
END_TEST

START_TEST(keeps_long_queries_whole)
{
	BUFFER_CLEANUP struct buffer out = {0}, query = {0};

	buffer_append_text(&query, "operation=PKIOperation&message=");
	while (query.size < 65534)
		buffer_append_text(&query, "Mi+/");
	query.size = 65534;
	support.http.request.query = buffer_bytes(&query);
	ck_assert_str_eq(line_of(&out, "cs-uri-query"), buffer_text(&query));
}
END_TEST

START_TEST(keeps_the_order_of_iis)
{
	BUFFER_CLEANUP struct buffer names = {0};
	uint32_t fields, same;

	ck_assert_int_eq(
		w3c_fields_parse(&fields, " time-taken  SC-STATUS date date ", NULL), DONE);
	w3c_fields_write_names(&names, fields);
	ck_assert_str_eq(buffer_text(&names), "date sc-status time-taken");
	ck_assert_int_eq(w3c_fields_parse(&same, "date sc-status time-taken", NULL), DONE);
	ck_assert_uint_eq(fields, same);
	buffer_clear(&names);
	ck_assert_int_eq(w3c_fields_parse(&fields, ALL_FIELDS, NULL), DONE);
	w3c_fields_write_names(&names, fields);
	ck_assert_str_eq(buffer_text(&names), ALL_FIELDS);
}
END_TEST

static const struct {
	const char *names;
	const char *words; /* that the refusal must hold */
} refused[] = {
	{"", "no field at all"},
	{"   ", "no field at all"},
	{"date cs-uri-steam", "did you mean cs-uri-stem?"},
	{"date,time", "\"date,time\""},
	{"cs-uri", "\"cs-uri\""},
	{"completelydifferent", "\"completelydifferent\""},
	{"a-name-that-is-much-longer-than-any-name-of-any-field-that-iis-has-ever-had",
		"a-name-that"},
};

START_TEST(refuses_unknown_names)
{
	char words[DIAG_TEXT_SIZE];
	struct diag diag = {0};
	uint32_t fields = 7;

	ck_assert_int_eq(w3c_fields_parse(&fields, refused[_i].names, &diag), REFUSED);
	ck_assert_uint_eq(fields, 7);
	ck_assert_msg(strstr(diag_text(words, &diag), refused[_i].words) != NULL, "%s", words);
	ck_assert_msg(strstr(words, "log_fields") != NULL, "%s", words);
}
END_TEST

#define ROWS(table) (sizeof(table) / sizeof((table)[0]))

int
main(void)
{
	Suite *suite = suite_create("w3c_fields");
	TCase *all = tcase_create("all");

	suite_add_tcase(suite, all);
	tcase_add_checked_fixture(all, setup, teardown);
	tcase_add_loop_test(all, writes_the_lines_of_real_servers, 0, ROWS(samples));
	tcase_add_test(all, writes_every_field);
	tcase_add_loop_test(all, escapes_queries, 0, ROWS(queries));
	tcase_add_loop_test(all, unescapes_paths, 0, ROWS(paths));
	tcase_add_test(all, writes_the_path_that_the_site_saw);
	tcase_add_loop_test(all, tells_how_it_ended, 0, ROWS(ends));
	tcase_add_test(all, keeps_long_queries_whole);
	tcase_add_test(all, keeps_the_order_of_iis);
	tcase_add_loop_test(all, refuses_unknown_names, 0, ROWS(refused));
	return run_suite(suite);
}
