/* The pages: http.sys byte by byte, the others by what clients and people search for in them. */
#include <check.h>
#include <iconv.h>
#include <regex.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "server/html.h"
#include "server/pages.h"
#include "tests/run_suite.h"

#define ROWS(table) (sizeof(table) / sizeof((table)[0]))

static void
assert_holds(const char *page, const char *literal)
{
	ck_assert_msg(strstr(page, literal) != NULL, "\"%s\" is not in:\n%s", literal, page);
}

static void
assert_lacks(const char *page, const char *literal)
{
	ck_assert_msg(strstr(page, literal) == NULL, "\"%s\" is in:\n%s", literal, page);
}

/* --- http.sys --------------------------------------------------------------- */

static const struct {
	enum http_sys_error error;
	unsigned status;
	size_t size; /* as captured, or as the frame gives it (ndes-behaviour 5.6) */
	const char *reason;
} kernel_pages[] = {
	{HTTP_SYS_400_TOO_LONG, 400, 346, "RequestLength"},
	{HTTP_SYS_400_FIELD_TOO_LONG, 400, 342, "FieldLength"},
	{HTTP_SYS_400_INVALID_URL, 400, 324, "URL"},
	{HTTP_SYS_400_INVALID_HOSTNAME, 400, 334, "Hostname"},
	{HTTP_SYS_400_INVALID_VERB, 400, 326, "Verb"},
	{HTTP_SYS_400_INVALID_HEADER, 400, 339, "Header"},
	{HTTP_SYS_400_INVALID_LENGTH, 400, 374, "Number"},
	{HTTP_SYS_404, 404, 315, "N/A"},
	{HTTP_SYS_411, 411, 344, "LengthRequired"},
	{HTTP_SYS_414, 414, 329, "URL_Length"},
	{HTTP_SYS_501, 501, 343, "N/I"},
	{HTTP_SYS_503, 503, 326, "AppOffline"},
	{HTTP_SYS_503_DISABLED, 503, 326, "Disabled"},
	{HTTP_SYS_503_SHUTDOWN, 503, 326, "AppShutdown"},
	{HTTP_SYS_503_QUEUE_FULL, 503, 326, "QueueFull"},
};

START_TEST(http_sys_pages_have_their_size)
{
	BUFFER_CLEANUP struct buffer page = {0};

	pages_http_sys(&page, kernel_pages[_i].error);
	ck_assert_uint_eq(page.size, kernel_pages[_i].size);
	ck_assert_uint_eq(http_sys_error_status(kernel_pages[_i].error), kernel_pages[_i].status);
	ck_assert_str_eq(http_sys_error_reason(kernel_pages[_i].error), kernel_pages[_i].reason);
}
END_TEST

START_TEST(http_sys_page_is_exact)
{
	BUFFER_CLEANUP struct buffer page = {0};

	/* All but that there is none, and that there is no answer. */
	ck_assert_uint_eq(ROWS(kernel_pages), HTTP_SYS_ERROR_COUNT - 2);
	pages_http_sys(&page, HTTP_SYS_503);
	ck_assert_str_eq(buffer_text(&page),
		"<!DOCTYPE HTML PUBLIC \"-//W3C//DTD HTML "
		"4.01//EN\"\"http://www.w3.org/TR/html4/strict."
		"dtd\">\r\n"
		"<HTML><HEAD><TITLE>Service Unavailable</TITLE>\r\n"
		"<META HTTP-EQUIV=\"Content-Type\" Content=\"text/html; "
		"charset=us-ascii\"></HEAD>\r\n"
		"<BODY><h2>Service Unavailable</h2>\r\n"
		"<hr><p>HTTP Error 503. The service is unavailable.</p>\r\n"
		"</BODY></HTML>\r\n");
}
END_TEST

/* --- IIS ---------------------------------------------------------------------- */

static const struct {
	unsigned status;
	const char *title;
	const char *sentence;
} custom_pages[] = {
	{401, "401 - Unauthorized: Access is denied due to invalid credentials.",
		"You do not have permission to view this directory or page using the credentials "
		"that you supplied."},
	{403, "403 - Forbidden: Access is denied.",
		"You do not have permission to view this directory or page using the credentials "
		"that you supplied."},
	{404, "404 - File or directory not found.",
		"The resource you are looking for might have been removed, had its name changed, "
		"or is "
		"temporarily unavailable."},
	{405, "405 - HTTP verb used to access this page is not allowed.", ""},
	{406, "406 - ", ""},
	{412, "412 - ", ""},
	{431, "431 - ", ""},
	{500, "500 - Internal server error.",
		"There is a problem with the resource you are looking for, and it cannot be "
		"displayed."},
	{501, "501 - ", ""},
	{502,
		"502 - Web server received an invalid response while acting as a gateway or proxy "
		"server.",
		""},
};

START_TEST(custom_pages_hold_their_texts)
{
	BUFFER_CLEANUP struct buffer page = {0}, wanted = {0};

	ck_assert_str_eq(pages_iis_custom(&page, custom_pages[_i].status), "text/html");
	assert_holds(buffer_text(&page),
		"<meta http-equiv=\"Content-Type\" content=\"text/html; charset=iso-8859-1\"/>");
	assert_holds(buffer_text(&page), "<h1>Server Error</h1>");
	buffer_append_format(&wanted, "<title>%s", custom_pages[_i].title);
	assert_holds(buffer_text(&page), buffer_text(&wanted));
	buffer_clear(&wanted);
	buffer_append_format(&wanted, "<h2>%s", custom_pages[_i].title);
	assert_holds(buffer_text(&page), buffer_text(&wanted));
	buffer_clear(&wanted);
	buffer_append_format(&wanted, "<h3>%s", custom_pages[_i].sentence);
	assert_holds(buffer_text(&page), buffer_text(&wanted));
}
END_TEST

static const unsigned without_page[] = {400, 413, 503, 299};

START_TEST(other_statuses_get_a_line)
{
	BUFFER_CLEANUP struct buffer page = {0};

	ck_assert_str_eq(pages_iis_custom(&page, without_page[_i]), "text/html");
	ck_assert_str_eq(
		buffer_text(&page), "The custom error module does not recognize this error.");
}
END_TEST

START_TEST(moved_page_leads_on)
{
	BUFFER_CLEANUP struct buffer page = {0};

	ck_assert_str_eq(
		pages_iis_moved(&page, "/certsrv/mscep_admin/?a=\"><script>&b"), "text/html");
	assert_holds(buffer_text(&page), "<title>Document Moved</title>");
	assert_holds(buffer_text(&page),
		"<a href=\"/certsrv/mscep_admin/?a=&quot;&gt;&lt;script&gt;&amp;b\">");
	assert_lacks(buffer_text(&page), "<script>");
}
END_TEST

static const struct {
	unsigned status, substatus;
	uint32_t win32_status;
	const char *user;
	const char *headline; /* behind "IIS 10.0 Detailed Error - " */
	const char *holds[4];
} detailed_pages[] = {
	{403, 0, 0, NULL, "403.0 - Forbidden",
		{"<h4>You do not have permission to view this directory or page.</h4>",
			"This is a generic 403 error and means the authenticated user is not "
			"authorized to "
			"view the page.",
			"<td>IsapiModule</td>", "<th>Error Code</th><td>0x00000000</td>"}},
	{500, 0, 1346, NULL, "500.0 - Internal Server Error",
		{"<h4>The page cannot be displayed because an internal server error has "
		 "occurred.</h4>",
			"<td>0x80070542</td>", "<td>ExecuteRequestHandler</td>",
			"<td>Anonymous</td>"}},
	{401, 2, 5, NULL, "401.2 - Unauthorized",
		{"<td>AuthenticateRequest</td>", "<td>0x80070005</td>",
			"<th>Logon User</th><td>Not yet determined</td>", "<th>Logon Method</th>"}},
	{401, 1, 2148074254, NULL, "401.1 - Unauthorized", {"<td>0x8009030e</td>", "", "", ""}},
	{404, 15, 0, NULL, "404.15 - Not Found",
		{"<td>RequestFilteringModule</td>", "<td>BeginRequest</td>", "maxQueryString", ""}},
	{404, 14, 0, NULL, "404.14 - Not Found", {"maxUrl", "", "", ""}},
	{404, 0, 2, "NDES\\<b>", "404.0 - Not Found",
		{"<td>0x80070002</td>", "<td>NDES\\&lt;b&gt;</td>",
			"<th>Logon Method</th><td>Basic</td>", ""}},
	{418, 7, 0, NULL, "418.7 - Error", {"<td>IIS Web Core</td>", "", "", ""}},
};

START_TEST(detailed_pages_tell_where_it_failed)
{
	BUFFER_CLEANUP struct buffer page = {0}, wanted = {0};
	const struct pages_detail detail = {
		.iis = "10.0",
		.status = detailed_pages[_i].status,
		.substatus = detailed_pages[_i].substatus,
		.win32_status = detailed_pages[_i].win32_status,
		.url = "/certsrv/mscep/mscep.dll?<script>alert('1')</script>",
		.physical_path = "C:\\Windows\\system32\\CertSrv\\mscep",
		.user = detailed_pages[_i].user,
	};

	ck_assert_str_eq(pages_iis_detailed(&page, &detail), "text/html");
	buffer_append_format(&wanted, "<title>IIS 10.0 Detailed Error - %s</title>",
		detailed_pages[_i].headline);
	assert_holds(buffer_text(&page), buffer_text(&wanted));
	buffer_clear(&wanted);
	buffer_append_format(&wanted, "<h3>HTTP Error %s</h3>", detailed_pages[_i].headline);
	assert_holds(buffer_text(&page), buffer_text(&wanted));
	for (size_t i = 0; i < ROWS(detailed_pages[_i].holds); i++)
		assert_holds(buffer_text(&page), detailed_pages[_i].holds[i]);
	assert_holds(buffer_text(&page),
		"<td>/certsrv/mscep/mscep.dll?&lt;script&gt;alert(&#39;1&#39;)&lt;/script&gt;</"
		"td>");
	assert_lacks(buffer_text(&page), "<script>");
}
END_TEST

/* --- NDES ---------------------------------------------------------------------- */

static const uint8_t thumbprint[16] = {0xa6, 0x56, 0xfa, 0x66, 0xab, 0x12, 0xb4, 0x33, 0xa2, 0xda,
	0x5c, 0xf7, 0xcc, 0x15, 0x3d, 0x9a};

/* Returns the page as iconv reads its UTF-16LE, as heap text. */
static char *
decode(const struct buffer *page)
{
	iconv_t converter = iconv_open("UTF-8", "UTF-16LE");
	size_t size = 4 * page->size + 1, left = size, page_left = page->size;
	char *text = calloc(1, size), *to = text, *from = (char *)page->data;

	ck_assert(converter != (iconv_t)-1);
	ck_assert_uint_eq(iconv(converter, &from, &page_left, &to, &left), 0);
	ck_assert_uint_eq(page_left, 0);
	iconv_close(converter);
	return text;
}

/* Copies what the first group of `pattern`, or the whole when it has none, matches in `text`. */
static bool
find(char found[64], const char *text, const char *pattern, int flags)
{
	regmatch_t matches[2] = {{.rm_so = -1}, {.rm_so = -1}};
	const regmatch_t *match;
	regex_t regex;
	int result;

	ck_assert_int_eq(regcomp(&regex, pattern, REG_EXTENDED | flags), 0);
	result = regexec(&regex, text, 2, matches, 0);
	match = regex.re_nsub > 0 ? &matches[1] : &matches[0];
	regfree(&regex);
	if (result != 0)
		return false;
	snprintf(found, 64, "%.*s", (int)(match->rm_eo - match->rm_so), text + match->rm_so);
	return true;
}

/* What clients search for in the page (ndes-behaviour 1.4). */
static const struct {
	const char *client;
	const char *pattern;
	int flags;
	const char *found;
} clients[] = {
	{"Fleet", "The enrollment challenge password is: <B> ([^[:space:]]*)", REG_ICASE,
		"8CE317021F690069"},
	{"PSNDESEnrollment", "[A-F0-9]{16}", REG_ICASE, "8CE317021F690069"},
	{"Junos", "The enrollment challenge password is: <b> [A-Z0-9]+ ", REG_ICASE,
		"The enrollment challenge password is: <B> 8CE317021F690069 "},
	{"Python", "The enrollment challenge password is: <B", 0,
		"The enrollment challenge password is: <B"},
	{"thumbprint",
		"The thumbprint \\(hash value\\) for the CA certificate is: <B> (.{35}) </B>", 0,
		"A656FA66 AB12B433 A2DA5CF7 CC153D9A"},
};

START_TEST(clients_find_the_password)
{
	BUFFER_CLEANUP struct buffer page = {0};
	char found[64], *text;

	pages_ndes_password(&page, false, thumbprint, "8CE317021F690069", 60, false);
	text = decode(&page);
	ck_assert_msg(find(found, text, clients[_i].pattern, clients[_i].flags), "%s finds nothing",
		clients[_i].client);
	ck_assert_msg(strcmp(found, clients[_i].found) == 0, "%s finds \"%s\"", clients[_i].client,
		found);
	free(text);
}
END_TEST

/* The same search on a page without a password must fail. */
START_TEST(clients_find_no_password_elsewhere)
{
	BUFFER_CLEANUP struct buffer page = {0};
	char found[64], *text;

	pages_ndes_cache_full(&page, false, 5, 60);
	text = decode(&page);
	ck_assert_msg(!find(found, text, clients[_i].pattern, clients[_i].flags), "%s finds \"%s\"",
		clients[_i].client, found);
	free(text);
}
END_TEST

START_TEST(password_page_holds_its_literals)
{
	BUFFER_CLEANUP struct buffer page = {0}, single = {0};
	char *text;

	pages_ndes_password(&page, false, thumbprint, "8CE317021F690069", 90, false);
	text = decode(&page);
	assert_holds(
		text, "This password can be used only once and will expire within 90 minutes.");
	free(text);
	pages_ndes_password(&single, false, thumbprint, "8CE317021F690069", 60, true);
	text = decode(&single);
	assert_holds(text, "The enrollment challenge password is: <B> 8CE317021F690069 </B>");
	assert_lacks(text, "only once");
	free(text);
}
END_TEST

START_TEST(refusal_pages_hold_their_literals)
{
	BUFFER_CLEANUP struct buffer full = {0}, permission = {0};
	char *text;

	pages_ndes_cache_full(&full, false, 5, 60);
	text = decode(&full);
	assert_holds(text, "The password cache is full.");
	assert_holds(text, "60 minutes");
	assert_holds(text, "more than 5 passwords");
	free(text);
	pages_ndes_no_permission(&permission, false);
	text = decode(&permission);
	assert_holds(text,
		"You do not have sufficient permission to enroll with SCEP.  Please contact "
		"your system administrator.");
	free(text);
}
END_TEST

static void
append_general(struct buffer *out, bool mark)
{
	pages_ndes_general(out, mark, "http://127.0.0.1/certsrv/mscep_admin/?\"<script>");
}

static void
append_password(struct buffer *out, bool mark)
{
	pages_ndes_password(out, mark, thumbprint, "\"<script>", 60, false);
}

static void
append_cache_full(struct buffer *out, bool mark)
{
	pages_ndes_cache_full(out, mark, 5, 60);
}

static void (*const ndes_pages[])(struct buffer *out, bool mark) = {
	append_general, append_password, append_cache_full, pages_ndes_no_permission};

START_TEST(every_ndes_page_has_the_frame)
{
	BUFFER_CLEANUP struct buffer page = {0}, marked = {0};
	char *text;

	ndes_pages[_i](&page, false);
	ndes_pages[_i](&marked, true);
	ck_assert(bytes_equal(BYTES(marked.data, 2), BYTES("\xff\xfe", 2)));
	ck_assert(bytes_equal(BYTES(marked.data + 2, marked.size - 2), buffer_bytes(&page)));
	text = decode(&page);
	assert_holds(text, "<HTML>");
	assert_holds(text, "charset=UTF-8");
	assert_holds(text, "<Title>Network Device Enrollment Service</Title>");
	assert_holds(text, "locMSCertSrv");
	assert_holds(text, "locPageTitle");
	assert_holds(text, "locPageFont");
	assert_holds(text, "#008080");
	assert_holds(text, "http://go.microsoft.com/fwlink/?LinkId=67852");
	assert_lacks(text, "<script>");
	free(text);
}
END_TEST

START_TEST(general_page_names_the_admin_page)
{
	BUFFER_CLEANUP struct buffer page = {0};
	char *text;

	pages_ndes_general(&page, false, "http://127.0.0.1:8080/certsrv/mscep_admin/");
	text = decode(&page);
	assert_holds(text, "<A HREF=\"http://127.0.0.1:8080/certsrv/mscep_admin/\">");
	assert_holds(text, "SCEP");
	free(text);
}
END_TEST

/* --- escaping -------------------------------------------------------------------- */

static const struct {
	const char *text;
	const char *escaped;
} escapes[] = {
	{"", ""},
	{"plain", "plain"},
	{"<a href=\"x\">&'", "&lt;a href=&quot;x&quot;&gt;&amp;&#39;"},
	{"m\xc3\xbcller\ttab", "m\xc3\xbcller\ttab"},
	{"\x01\x7f", "\xef\xbf\xbd\xef\xbf\xbd"},
	{"\xff<", "\xef\xbf\xbd&lt;"},
	{"\xe2\x82", "\xef\xbf\xbd\xef\xbf\xbd"},
};

START_TEST(escapes_html)
{
	BUFFER_CLEANUP struct buffer out = {0};

	html_escape(&out, bytes_text(escapes[_i].text));
	ck_assert_str_eq(buffer_text(&out), escapes[_i].escaped);
}
END_TEST

int
main(void)
{
	Suite *suite = suite_create("pages");
	TCase *all = tcase_create("all");

	suite_add_tcase(suite, all);
	tcase_add_loop_test(all, http_sys_pages_have_their_size, 0, ROWS(kernel_pages));
	tcase_add_test(all, http_sys_page_is_exact);
	tcase_add_loop_test(all, custom_pages_hold_their_texts, 0, ROWS(custom_pages));
	tcase_add_loop_test(all, other_statuses_get_a_line, 0, ROWS(without_page));
	tcase_add_test(all, moved_page_leads_on);
	tcase_add_loop_test(all, detailed_pages_tell_where_it_failed, 0, ROWS(detailed_pages));
	tcase_add_loop_test(all, clients_find_the_password, 0, ROWS(clients));
	tcase_add_loop_test(all, clients_find_no_password_elsewhere, 0, ROWS(clients));
	tcase_add_test(all, password_page_holds_its_literals);
	tcase_add_test(all, refusal_pages_hold_their_literals);
	tcase_add_loop_test(all, every_ndes_page_has_the_frame, 0, ROWS(ndes_pages));
	tcase_add_test(all, general_page_names_the_admin_page);
	tcase_add_loop_test(all, escapes_html, 0, ROWS(escapes));
	return run_suite(suite);
}
