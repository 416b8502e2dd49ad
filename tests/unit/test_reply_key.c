/* With what a reply is encrypted. */
#include "ca_support.h"
#include "server/reply_key.h"
#include "tests/run_suite.h"

/* What there is, and what is taken. */
static const struct {
	const char *name;
	bool ec;
	const char *own, *pending;
	const char *taken; /* the challenge; NULL: the signer's key */
	bool exists;
} rows[] = {
	{"RSA", false, NULL, NULL, NULL, true},
	{"RSA with a challenge", false, "own", NULL, NULL, true},
	{"EC with a challenge", true, "own", NULL, "own", true},
	{"EC polls", true, NULL, "pending", "pending", true},
	{"EC repeats its request", true, "own", "pending", "own", true},
	{"EC with nothing", true, NULL, NULL, "", false},
};

START_TEST(is_the_challenge_where_the_key_cannot)
{
	CA_SUPPORT_CLEANUP struct ca_support support;
	EXCHANGE_CLEANUP struct exchange *exchange = NULL;
	struct scep_request *scep;
	const struct csr *request;

	ca_support_init(&support, CA_HIERARCHY_ROOT);
	exchange = ca_support_exchange(&support, &(struct ca_message){0});
	scep = exchange->message.scep;
	if (rows[_i].ec) {
		EVP_PKEY_free(scep->signer_key);
		scep->signer_key = support_new_key("P-256", 0);
	}
	buffer_append(&scep->csr.challenge, bytes_text(rows[_i].own));
	buffer_append(&exchange->issuance.pending.challenge, bytes_text(rows[_i].pending));

	request = reply_key_request(exchange);
	ck_assert_msg(reply_key_exists(exchange) == rows[_i].exists, "%s", rows[_i].name);
	ck_assert_msg(!request == !rows[_i].taken, "%s", rows[_i].name);
	if (request)
		ck_assert_msg(
			bytes_equal(buffer_bytes(&request->challenge), bytes_text(rows[_i].taken)),
			"%s", rows[_i].name);
}
END_TEST

int
main(void)
{
	Suite *suite = suite_create("reply_key");
	TCase *tcase = tcase_create("choice");

	tcase_add_loop_test(tcase, is_the_challenge_where_the_key_cannot, 0, ROWS(rows));
	suite_add_tcase(suite, tcase);
	return run_suite(suite);
}
