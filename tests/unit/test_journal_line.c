/* The line for a person. */
#include <check.h>
#include <string.h>

#include "common/hresult.h"
#include "exchange_support.h"
#include "server/journal_line.h"
#include "tests/run_suite.h"

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

static void
assert_line(const char *wanted)
{
	BUFFER_CLEANUP struct buffer line = {0};

	journal_line_write(&line, &support.exchange);
	ck_assert_str_eq(buffer_text(&line), wanted);
}

START_TEST(prints_a_plain_exchange)
{
	assert_line("23:59:58.747 #17 GET GetCACaps -> 200 3 ms\n");
	exchange_support_target(&support, "/certsrv/mscep_admin?x=y");
	response_set(&support.http.response, RESPONSE_FROM_IIS, 401, 2, 5);
	assert_line("23:59:58.747 #17 GET /certsrv/mscep_admin -> 401.2 3 ms\n");
	response_set(&support.http.response, RESPONSE_FROM_HTTP_SYS, 414, 0, 0);
	support.exchange.http_sys_error = HTTP_SYS_414;
	assert_line(
		"23:59:58.747 #17 GET /certsrv/mscep_admin -> 414 URL_Length by http.sys 3 ms\n");
	response_set(&support.http.response, RESPONSE_FROM_HTTP_LIBRARY, 400, 0, 0);
	support.http.end = HTTP_END_MALFORMED;
	assert_line("23:59:58.747 #17 GET /certsrv/mscep_admin -> 400 by the HTTP library "
		    "malformed 3 ms\n");
}
END_TEST

START_TEST(prints_what_became_of_a_message)
{
	exchange_support_pkcs_req(&support, "8CE317021F690069");
	exchange_support_issue(&support);
	assert_line("23:59:58.747 #17 POST PKIOperation PKCSReq CN=device-1 -> 200 SUCCESS "
		    "serial " EXCHANGE_SUPPORT_SERIAL " 3 ms\n");
	buffer_done(&support.exchange.issuance.certificate);
	support.exchange.verdict.used_by = 9;
	exchange_refuse(&support.exchange, SCEP_FAIL_BAD_MESSAGE_CHECK, HRESULT_CERT_E_WRONG_USAGE,
		29, "challenge-used");
	assert_line("23:59:58.747 #17 POST PKIOperation PKCSReq CN=device-1 -> 200 FAILURE "
		    "badMessageCheck 0x800B0110 CERT_E_WRONG_USAGE challenge-used by #9 3 ms\n");
}
END_TEST

START_TEST(prints_words_where_something_was_not_served)
{
	static char name[] = "blue";

	diag_refuse(&support.exchange.diag, "pkiMessage", NULL, NULL, "no ASN.1");
	assert_line("23:59:58.747 #17 GET GetCACaps -> 200 3 ms\n");
	exchange_refuse(&support.exchange, SCEP_FAIL_BAD_REQUEST, 0, 17, "message-malformed");
	assert_line("23:59:58.747 #17 GET GetCACaps -> 200 no CertRep message-malformed "
		    "(pkiMessage: no ASN.1) 3 ms\n");
	support.exchange.disposition = (struct disposition){0};
	support.exchange.broke = true;
	support.site.name = name;
	support.site.number = 2;
	support.http.end = HTTP_END_CLIENT_LEFT;
	assert_line(
		"23:59:58.747 #17 [blue] GET GetCACaps -> 200 (our failure: pkiMessage: no ASN.1) "
		"client-left 3 ms\n");
	support.http.send.cut = SEND_CUT_BEFORE_HEAD;
	support.exchange.broke = false;
	assert_line("23:59:58.747 #17 [blue] GET GetCACaps -> no answer client-left 3 ms\n");
}
END_TEST

START_TEST(prints_nothing_that_moves_a_terminal)
{
	BUFFER_CLEANUP struct buffer line = {0}, target = {0};

	exchange_support_target(&support, "/?operation=a%1b[2J%0a%c2%9b%7f%ff%c3%a4z");
	assert_line("23:59:58.747 #17 GET a?[2J????\xc3\xa4z -> 200 3 ms\n");
	buffer_append_text(&target, "/");
	while (target.size < 65534)
		buffer_append_text(&target, "\xf0\x9f\x98\x80");
	exchange_support_target(&support, buffer_text(&target));
	journal_line_write(&line, &support.exchange);
	ck_assert_uint_lt(line.size, 200);
	ck_assert_ptr_nonnull(strstr(buffer_text(&line), "... -> 200"));
}
END_TEST

int
main(void)
{
	Suite *suite = suite_create("journal_line");
	TCase *all = tcase_create("all");

	suite_add_tcase(suite, all);
	tcase_add_checked_fixture(all, setup, teardown);
	tcase_add_test(all, prints_a_plain_exchange);
	tcase_add_test(all, prints_what_became_of_a_message);
	tcase_add_test(all, prints_words_where_something_was_not_served);
	tcase_add_test(all, prints_nothing_that_moves_a_terminal);
	return run_suite(suite);
}
