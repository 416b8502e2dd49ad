/* The administrators' page as servers and proxies send it, and what it must not be taken for. */
#include <check.h>
#include <string.h>

#include "client/admin_page.h"
#include "common/utf16.h"
#include "tests/run_suite.h"
#include "tests/unit/x509_support.h"

#define THUMBPRINT_LINE                                                                            \
	"<P> The thumbprint (hash value) for the CA certificate is: <B> A656FA66 AB12B433 "        \
	"A2DA5CF7 CC153D9A </B> <P> "

enum form { PLAIN, UTF16, UTF16_MARKED, UTF8_MARKED };

/* Puts the page into a form. */
static void
put_page(struct buffer *out, enum form form, const char *page)
{
	if (form == UTF8_MARKED)
		buffer_append_text(out, "\xef\xbb\xbf");
	if (form == UTF16_MARKED)
		utf16_append_mark(out);
	if (form == UTF16 || form == UTF16_MARKED)
		utf16_append(out, bytes_text(page));
	else
		buffer_append_text(out, page);
}

static const enum form forms[] = {PLAIN, UTF16, UTF16_MARKED, UTF8_MARKED};

START_TEST(reads_the_password)
{
	static const uint8_t thumbprint[] = {0xa6, 0x56, 0xfa, 0x66, 0xab, 0x12, 0xb4, 0x33, 0xa2,
		0xda, 0x5c, 0xf7, 0xcc, 0x15, 0x3d, 0x9a};
	BUFFER_CLEANUP struct buffer body = {0};
	ADMIN_PAGE_CLEANUP struct admin_page page = {0};
	struct diag diag = {0};

	put_page(&body, forms[_i],
		"<HTML><BODY>" THUMBPRINT_LINE
		"The enrollment challenge password is: <B> 8CE317021F690069 </B> <P> \xe2\x82\xac");
	ASSERT_DONE(admin_page_read(&page, buffer_bytes(&body), &diag), &diag);
	ck_assert_str_eq(page.challenge, "8CE317021F690069");
	ck_assert(page.has_thumbprint);
	ck_assert_mem_eq(page.thumbprint, thumbprint, sizeof(thumbprint));
}
END_TEST

static const struct {
	const char *page;
	const char *challenge; /* NULL: refused */
	const char *found;     /* words of the refusal */
} pages[] = {
	{"the ENROLLMENT challenge password is: <b> abc </b>", "abc", NULL},
	{"The enrollment challenge password is: <B> abc</B>", "abc", NULL},
	{"The enrollment challenge password is: <B> ", NULL, "no challenge password"},
	{"The enrollment challenge password is: <B>  </B>", NULL, "no challenge password"},
	{"The enrollment challenge is: <B> abc </B>", NULL, "no challenge password"},
	{"", NULL, "no challenge password"},
	{"<P> The password cache is full. <P>", NULL, "password cache is full"},
	{"You do not have sufficient permission to enroll with SCEP.  Please contact", NULL,
		"may not enroll"},
	{"<HTML><TITLE>Network Device Enrollment Service</TITLE>", NULL, "no challenge password"},
};

START_TEST(tells_the_pages_apart)
{
	for (size_t i = 0; i < ROWS(forms); i++) {
		BUFFER_CLEANUP struct buffer body = {0};
		ADMIN_PAGE_CLEANUP struct admin_page page = {0};
		struct diag diag = {0};
		int result;

		put_page(&body, forms[i], pages[_i].page);
		result = admin_page_read(&page, buffer_bytes(&body), &diag);
		ck_assert_msg(result == (pages[_i].challenge ? DONE : REFUSED),
			"\"%s\" in form %zu: %s", pages[_i].page, i, diag.found);
		if (pages[_i].challenge)
			ck_assert_str_eq(page.challenge, pages[_i].challenge);
		else
			ck_assert_msg(strstr(diag.found, pages[_i].found), "%s: %s", pages[_i].page,
				diag.found);
	}
}
END_TEST

static const char *const thumbprints[] = {
	"",
	"A656FA66 AB12B433 A2DA5CF7 CC153D9 </B>",
	"A656FA66 AB12B433 A2DA5CF7 </B>",
	"A656FA66 AB12B433 A2DA5CF7 CC153DXX </B>",
};

START_TEST(takes_no_broken_thumbprint)
{
	BUFFER_CLEANUP struct buffer body = {0};
	ADMIN_PAGE_CLEANUP struct admin_page page = {0};

	buffer_append_format(&body,
		"The enrollment challenge password is: <B> abc </B> "
		"The thumbprint (hash value) for the CA certificate is: <B> %s",
		thumbprints[_i]);
	ck_assert_int_eq(admin_page_read(&page, buffer_bytes(&body), NULL), DONE);
	ck_assert_msg(!page.has_thumbprint, "\"%s\"", thumbprints[_i]);
}
END_TEST

int
main(void)
{
	Suite *suite = suite_create("client admin_page");
	TCase *all = tcase_create("all");

	suite_add_tcase(suite, all);
	tcase_add_loop_test(all, reads_the_password, 0, ROWS(forms));
	tcase_add_loop_test(all, tells_the_pages_apart, 0, ROWS(pages));
	tcase_add_loop_test(all, takes_no_broken_thumbprint, 0, ROWS(thumbprints));
	return run_suite(suite);
}
