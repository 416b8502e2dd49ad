/* The four files of an enrolment, as the openssl command takes them. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "client/enrolled_files.h"
#include "common/memory.h"
#include "tests/run_suite.h"
#include "tests/unit/client_support.h"
#include "tests/unit/temporary_directory.h"
#include "tests/unit/x509_support.h"

static char *directory, *out;
static struct deployment ndes;
static struct identity device;
static struct ca_certificates authority;
static struct report report;
static struct arguments arguments;
static struct enrollment enrollment;
static struct diag diag;

static void
set_up(void)
{
	directory = temporary_directory_new();
	out = text_format("%s/out", directory);
	deployment_init(&ndes);
	support_authority(&authority, &ndes);
	support_report(&report);
	support_person(&device, &(struct person_plan){.subject = "CN=device", .issuer = &ndes.ca});
	arguments = (struct arguments){.out = out};
	enrollment =
		(struct enrollment){.arguments = &arguments, .report = &report, .key_is_new = true};
	ASSERT_DONE(key_write_pem(&enrollment.key_pem, device.key, &diag), &diag);
	certificate_copy(&enrollment.issued, &device.certificate);
}

static void
tear_down(void)
{
	enrollment_done(&enrollment);
	identity_done(&device);
	report_done(&report);
	ca_certificates_done(&authority);
	deployment_done(&ndes);
	free(out);
	temporary_directory_remove(directory);
}

/* Runs a command in the output directory; returns whether it ended well. */
static bool
succeeds(const char *command)
{
	TEXT_CLEANUP char *line = text_format("cd '%s' && %s >/dev/null 2>&1", out, command);

	return system(line) == 0;
}

static bool
is_there(const char *name)
{
	TEXT_CLEANUP char *path = text_format("%s/%s", out, name);

	return access(path, F_OK) == 0;
}

START_TEST(openssl_takes_the_files)
{
	TEXT_CLEANUP char *verify = text_format(
		"openssl verify -attime %lld -CAfile ca.pem -untrusted chain.pem certificate.pem",
		(long long)support_now());
	TEXT_CLEANUP char *key = text_format("%s/key.pem", out);
	struct stat state;

	ASSERT_DONE(enrolled_files_check(&enrollment, &diag), &diag);
	ASSERT_DONE(enrolled_files_write(&enrollment, &authority, &diag), &diag);
	ck_assert(succeeds(verify));
	ck_assert(succeeds("test \"$(openssl pkey -in key.pem -pubout)\" = "
			   "\"$(openssl x509 -in certificate.pem -noout -pubkey)\""));
	ck_assert(succeeds("test $(grep -c BEGIN chain.pem) = 3"));
	ck_assert(succeeds("openssl x509 -in ca.pem -noout -subject | grep Root"));
	ck_assert_int_eq(stat(key, &state), 0);
	ck_assert_uint_eq(state.st_mode & 07777, 0600);
	ck_assert_str_eq(
		json_string_value(json_object_get(json_object_get(report.object, "paths"), "key")),
		key);
}
END_TEST

static const char *const names[] = {"key.pem", "certificate.pem", "chain.pem", "ca.pem"};

START_TEST(no_file_is_replaced_unasked)
{
	TEXT_CLEANUP char *make = text_format("echo old | tee %s", names[_i]);
	TEXT_CLEANUP char *old = text_format("grep -x old %s", names[_i]);

	ck_assert_int_eq(mkdir(out, 0700), 0);
	ck_assert(succeeds(make));
	ck_assert_int_eq(enrolled_files_check(&enrollment, &diag), REFUSED);
	ck_assert_msg(strstr(diag.object, names[_i]), "%s", diag.object);
	ck_assert_int_eq(enrolled_files_write(&enrollment, &authority, &diag), REFUSED);
	ck_assert(succeeds(old));
	ck_assert(succeeds("test $(ls -A | wc -l) = 1"));
	arguments.force = true;
	ASSERT_DONE(enrolled_files_check(&enrollment, &diag), &diag);
	ASSERT_DONE(enrolled_files_write(&enrollment, &authority, &diag), &diag);
	ck_assert(!succeeds(old));
}
END_TEST

/* A pending enrolment keeps its key, so that a later run with --key and the same --out goes on. */
START_TEST(a_pending_key_is_kept)
{
	ASSERT_DONE(enrolled_files_write_key(&enrollment, &diag), &diag);
	ck_assert(is_there("key.pem") && !is_there("certificate.pem"));
	ASSERT_DONE(enrolled_files_check(&enrollment, &diag), &diag);
	ASSERT_DONE(enrolled_files_write(&enrollment, &authority, &diag), &diag);
	ck_assert(is_there("certificate.pem"));
}
END_TEST

START_TEST(a_key_that_was_given_is_not_copied_while_pending)
{
	enrollment.key_is_new = false;
	ASSERT_DONE(enrolled_files_write_key(&enrollment, &diag), &diag);
	ck_assert(!is_there("key.pem"));
}
END_TEST

START_TEST(a_renewal_goes_where_the_old_one_is)
{
	arguments.out = NULL;
	arguments.renew = out;
	ASSERT_DONE(enrolled_files_write(&enrollment, &authority, &diag), &diag);
	ck_assert(is_there("certificate.pem"));
}
END_TEST

int
main(void)
{
	Suite *suite = suite_create("client enrolled_files");
	TCase *all = tcase_create("all");

	suite_add_tcase(suite, all);
	tcase_add_checked_fixture(all, set_up, tear_down);
	tcase_add_test(all, openssl_takes_the_files);
	tcase_add_loop_test(all, no_file_is_replaced_unasked, 0, ROWS(names));
	tcase_add_test(all, a_pending_key_is_kept);
	tcase_add_test(all, a_key_that_was_given_is_not_copied_while_pending);
	tcase_add_test(all, a_renewal_goes_where_the_old_one_is);
	return run_suite(suite);
}
