/* HRESULT names against the decimals that logs and clients show (ndes-behaviour 2.6, 5.7). */
#include <check.h>
#include <string.h>

#include "common/hresult.h"
#include "tests/run_suite.h"

static const struct {
	int64_t shown; /* as CertRep attribute (signed) or W3C log (unsigned) show it */
	const char *described;
} seen[] = {
	{-2147024809, "0x80070057 E_INVALIDARG"}, {2148204809, "0x800B0109 CERT_E_UNTRUSTEDROOT"},
	{2148074254, "0x8009030E SEC_E_NO_CREDENTIALS"},
	{2148074252, "0x8009030C SEC_E_LOGON_DENIED"}, {2148204801, "0x800B0101 CERT_E_EXPIRED"},
	{2148081683, "0x80092013 CRYPT_E_REVOCATION_OFFLINE"},
	{1346, "0x00000542 ERROR_BAD_IMPERSONATION_LEVEL"},
	{64, "0x00000040 ERROR_NETNAME_DELETED"}, {5, "0x00000005 ERROR_ACCESS_DENIED"},
	{HRESULT_CERT_E_WRONG_USAGE, "0x800B0110 CERT_E_WRONG_USAGE"},
	{HRESULT_STATUS_NOT_SUPPORTED, "0xC00000BB STATUS_NOT_SUPPORTED"}, {0, "0x00000000"},
	{-1, "0xFFFFFFFF"}, {0x10005, "0x00010005"}, /* not a Win32 code: more than 16 bits */
};

START_TEST(describes_what_is_seen)
{
	BUFFER_CLEANUP struct buffer out = {0};

	hresult_describe(&out, (int32_t)seen[_i].shown);
	ck_assert_str_eq(buffer_text(&out), seen[_i].described);
}
END_TEST

START_TEST(tells_a_meaning)
{
	const struct hresult_row *row = hresult_find(HRESULT_ERROR_NOT_FOUND);

	ck_assert_ptr_nonnull(row);
	ck_assert_int_eq(row->value, -2147023728);
	ck_assert_ptr_nonnull(strstr(row->meaning, "challenge"));
	ck_assert_ptr_null(hresult_find(0));
}
END_TEST

int
main(void)
{
	Suite *suite = suite_create("hresult");
	TCase *all = tcase_create("all");

	suite_add_tcase(suite, all);
	tcase_add_loop_test(all, describes_what_is_seen, 0, sizeof(seen) / sizeof(seen[0]));
	tcase_add_test(all, tells_a_meaning);
	return run_suite(suite);
}
