/* Challenges made to order, and revoked. */
#include <string.h>

#include "challenge_support.h"
#include "common/memory.h"
#include "server/challenge.h"
#include "server/challenge_mint.h"
#include "server/store.h"
#include "tests/run_suite.h"

#define NOW (EXCHANGE_SUPPORT_NOW_MS - 3) /* the exchange's */

static struct challenge_support support;

static void
setup(void)
{
	challenge_support_init(&support);
}

static void
teardown(void)
{
	challenge_support_done(&support);
}

/* Mints a password; gives it where `out` is not NULL. */
static int
mint(struct buffer *out, const struct challenge_password_order *order, struct diag *diag)
{
	BUFFER_CLEANUP struct buffer password = {0};
	int result = challenge_password_mint(&password, support.exchange->server,
		support.base.site.store_name, support.settings, order, NOW, diag);

	if (out)
		buffer_append(out, buffer_bytes(&password));
	return result;
}

static int
revoke(const char *challenge, struct diag *diag)
{
	return challenge_mint_revoke(&support.base.site, challenge, NOW, diag);
}

static const char *const texts[] = {
	"x", "not hexadecimal", "8CE317021F690069", "Gr\xc3\xbc\xc3\x9f Gott"};

START_TEST(takes_a_text_of_choice_once)
{
	struct challenge_password_order order = {.text = texts[_i]};
	struct diag diag = {0};

	ASSERT_DONE(mint(NULL, &order, &diag), &diag);
	ck_assert_int_eq(mint(NULL, &order, &diag), REFUSED);
	ck_assert_str_eq(diag.found, texts[_i]);
	ck_assert_int_eq(challenge_support_judge(&support, texts[_i]), VERDICT_ONE_TIME);
	ck_assert_int_eq(challenge_support_judge(&support, texts[_i]), VERDICT_USED);
	ASSERT_DONE(mint(NULL, &order, &diag), &diag);
	ck_assert_int_eq(challenge_support_judge(&support, texts[_i]), VERDICT_ONE_TIME);
}
END_TEST

START_TEST(keeps_to_password_max_unless_told)
{
	struct challenge_password_order ordinary = {0}, forced = {.beyond_limit = true};
	struct diag diag = {0};

	for (int i = 0; i < 5; i++)
		ASSERT_DONE(mint(NULL, &ordinary, &diag), &diag);
	ck_assert_int_eq(mint(NULL, &ordinary, &diag), REFUSED);
	ck_assert_str_eq(diag.clause, "PasswordMax");
	ASSERT_DONE(mint(NULL, &forced, &diag), &diag);
	ck_assert_int_eq(mint(NULL, &ordinary, &diag), REFUSED);
	ck_assert_str_eq(diag.found, "6 unused passwords of 5");
}
END_TEST

START_TEST(expires_when_it_is_told)
{
	struct challenge_password_order order = {.text = "soon", .expires_at_ms = NOW + 1};
	struct diag diag = {0};

	ASSERT_DONE(mint(NULL, &order, &diag), &diag);
	ck_assert_int_eq(challenge_support_judge(&support, "soon"), VERDICT_ONE_TIME);
	order.expires_at_ms = NOW;
	ASSERT_DONE(mint(NULL, &order, &diag), &diag);
	ck_assert_int_eq(challenge_support_judge(&support, "soon"), VERDICT_EXPIRED);
}
END_TEST

static char long_text[CHALLENGE_PASSWORD_MAX + 2];

static const struct {
	const char *text;
	const char *found;
} bad_texts[] = {
	{"", "0"},
	{long_text, "8193"},
	{"ab\xff", "another byte 0xff, at 2"},
};

START_TEST(refuses_what_no_challenge_is)
{
	struct challenge_password_order order = {.text = bad_texts[_i].text};
	struct diag diag = {0};

	memset(long_text, 'a', sizeof(long_text) - 1);
	ck_assert_int_eq(mint(NULL, &order, &diag), REFUSED);
	ck_assert_str_eq(diag.found, bad_texts[_i].found);
}
END_TEST

START_TEST(has_one_password_with_use_single_password)
{
	BUFFER_CLEANUP struct buffer first = {0}, second = {0};
	struct challenge_password_order ordinary = {0}, of_choice = {.text = "x"};
	struct diag diag = {0};

	support.settings->use_single_password = true;
	ASSERT_DONE(mint(&first, &ordinary, &diag), &diag);
	ASSERT_DONE(mint(&second, &ordinary, &diag), &diag);
	ck_assert(bytes_equal(buffer_bytes(&first), buffer_bytes(&second)));
	ck_assert_int_eq(mint(NULL, &of_choice, &diag), REFUSED);
	ck_assert_str_eq(diag.clause, "UseSinglePassword");
}
END_TEST

/* --- Intune's form ------------------------------------------------------------------ */

static int
mint_token(struct buffer *out, struct challenge_claims *claims, struct diag *diag)
{
	return challenge_mint_token(out, &support.base.site, support.settings, claims, NOW, diag);
}

START_TEST(mints_tokens_under_names_of_their_own)
{
	BUFFER_CLEANUP struct buffer first = {0}, second = {0};
	CHALLENGE_CLAIMS_CLEANUP struct challenge_claims one = {
		.expires_at = NOW / 1000 + 60, .subject = text_copy("CN=device-1")};
	CHALLENGE_CLAIMS_CLEANUP struct challenge_claims two = {.expires_at = NOW / 1000 + 60};
	struct diag diag = {0};

	ASSERT_DONE(mint_token(&first, &one, &diag), &diag);
	ASSERT_DONE(mint_token(&second, &two, &diag), &diag);
	ck_assert_str_ne(one.identifier, two.identifier);
	ck_assert_int_eq(challenge_support_judge(&support, buffer_text(&first)), VERDICT_INTUNE);
	ck_assert_int_eq(challenge_support_judge(&support, buffer_text(&first)), VERDICT_USED);
	ASSERT_DONE(revoke(two.identifier, &diag), &diag);
	ck_assert_int_eq(challenge_support_judge(&support, buffer_text(&second)), VERDICT_REVOKED);
	/* Used ones can't be taken back, by whatever name. */
	ck_assert_int_eq(revoke(one.identifier, &diag), REFUSED);
	ck_assert_int_eq(revoke(buffer_text(&first), &diag), REFUSED);
	ck_assert_ptr_nonnull(strstr(diag.found, "was used at exchange"));
}
END_TEST

START_TEST(mints_no_token_that_nobody_would_open)
{
	CHALLENGE_CLAIMS_CLEANUP struct challenge_claims claims = {.expires_at = NOW / 1000 + 60};
	BUFFER_CLEANUP struct buffer token = {0};
	struct diag diag = {0};

	support.settings->policy_module = POLICY_MODULE_NONE;
	ck_assert_int_eq(mint_token(&token, &claims, &diag), REFUSED);
	ck_assert_str_eq(diag.clause, "policy_module");
}
END_TEST

/* --- revoking ------------------------------------------------------------------------ */

START_TEST(revokes_what_waits)
{
	TEXT_CLEANUP char *password = challenge_support_password(&support);
	struct challenge_password_order order = {.text = password};
	struct diag diag = {0};

	ASSERT_DONE(revoke(password, &diag), &diag);
	ASSERT_DONE(revoke(password, &diag), &diag);
	ck_assert_int_eq(challenge_support_judge(&support, password), VERDICT_REVOKED);
	/* Given out again, it has a new life, and makes room for others in the meantime. */
	ASSERT_DONE(mint(NULL, &order, &diag), &diag);
	ck_assert_int_eq(challenge_support_judge(&support, password), VERDICT_ONE_TIME);
	ck_assert_int_eq(revoke(password, &diag), REFUSED);
	ck_assert_ptr_nonnull(strstr(diag.found, "was used at exchange"));
}
END_TEST

START_TEST(says_of_an_unknown_one_that_it_is)
{
	struct diag diag = {0};

	ck_assert_int_eq(revoke("8CE317021F690069", &diag), REFUSED);
	ck_assert_str_eq(diag.found, "8CE317021F690069 is unknown");
}
END_TEST

int
main(void)
{
	Suite *suite = suite_create("challenge_mint");
	TCase *cases = tcase_create("challenge_mint");

	tcase_add_checked_fixture(cases, setup, teardown);
	tcase_add_loop_test(cases, takes_a_text_of_choice_once, 0, ROWS(texts));
	tcase_add_test(cases, keeps_to_password_max_unless_told);
	tcase_add_test(cases, expires_when_it_is_told);
	tcase_add_loop_test(cases, refuses_what_no_challenge_is, 0, ROWS(bad_texts));
	tcase_add_test(cases, has_one_password_with_use_single_password);
	tcase_add_test(cases, mints_tokens_under_names_of_their_own);
	tcase_add_test(cases, mints_no_token_that_nobody_would_open);
	tcase_add_test(cases, revokes_what_waits);
	tcase_add_test(cases, says_of_an_unknown_one_that_it_is);
	suite_add_tcase(suite, cases);
	return run_suite(suite);
}
