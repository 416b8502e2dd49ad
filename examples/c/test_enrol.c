/*
 * What a device does when NDES fails, as a suite of check holds it: one server for the suite, a site
 * of its own for each test. libcurl calls the control API, jansson makes and reads its JSON.
 */
#include <check.h>
#include <curl/curl.h>
#include <jansson.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

static pid_t server;
static char control[128];
static char directory[] = "/tmp/device-XXXXXX";

static void
server_start(void)
{
	int output[2];
	ck_assert_ptr_nonnull(mkdtemp(directory));
	ck_assert_int_eq(pipe(output), 0);
	server = fork();
	if (server == 0) {
		dup2(output[1], STDOUT_FILENO);
		execlp("mock-ndes", "mock-ndes", "serve", "--listen", "127.0.0.1:0", "--quiet",
			NULL);
		perror("mock-ndes");
		_exit(127);
	}
	close(output[1]);
	json_t *ready = json_loadfd(output[0], JSON_DISABLE_EOF_CHECK, NULL);
	ck_assert_ptr_nonnull(ready);
	snprintf(control, sizeof(control), "%s",
		json_string_value(json_object_get(ready, "control")));
	json_decref(ready);
}

static void
server_stop(void)
{
	int status;
	kill(server, SIGTERM);
	ck_assert_int_eq(waitpid(server, &status, 0), server);
	ck_assert(WIFEXITED(status) && WEXITSTATUS(status) == 0);

	char line[64];
	snprintf(line, sizeof(line), "rm -r %s", directory);
	ck_assert_int_eq(system(line), 0);
}

static size_t
append(char *bytes, size_t size, size_t count, void *stream)
{
	return fwrite(bytes, size, count, stream);
}

/* A call of the control API; what is refused fails with the server's own words. Takes the body. */
static json_t *
call(const char *path, json_t *body)
{
	char url[256], *sent = body == NULL ? strdup("") : json_dumps(body, 0), *text;
	size_t size;
	long status;
	FILE *stream = open_memstream(&text, &size);
	CURL *curl = curl_easy_init();
	snprintf(url, sizeof(url), "%s%s", control, path);
	curl_easy_setopt(curl, CURLOPT_URL, url);
	curl_easy_setopt(curl, CURLOPT_POSTFIELDS, sent);
	curl_easy_setopt(curl, CURLOPT_WRITEFUNCTION, append);
	curl_easy_setopt(curl, CURLOPT_WRITEDATA, stream);
	ck_assert_int_eq(curl_easy_perform(curl), CURLE_OK);
	curl_easy_getinfo(curl, CURLINFO_RESPONSE_CODE, &status);
	fclose(stream);
	ck_assert_msg(status < 300, "%s: %s", path, text);
	json_t *answer = json_loads(text, 0, NULL);
	curl_easy_cleanup(curl);
	json_decref(body);
	free(sent);
	free(text);
	return answer;
}

static void
verify(json_t *expectations)
{
	json_t *verdict = call("/v1/verify", json_pack("{s:o}", "expectations", expectations));
	ck_assert_msg(json_is_true(json_object_get(verdict, "passed")), "%s",
		json_dumps(verdict, JSON_INDENT(2)));
	json_decref(verdict);
}

/* The device under test: yours would stand here. It tries three times, and gives its exit status. */
static int
enrol(const json_t *site, const char *options)
{
	char line[512];
	int status = 1;
	snprintf(line, sizeof(line),
		"mock-ndes enroll '%s' --challenge secret --subject CN=device --quiet "
		"--out %s/%s %s",
		json_string_value(json_object_get(site, "scep")), directory,
		json_string_value(json_object_get(site, "name")), options);
	for (int tries = 0; tries < 3 && status != 0; tries++)
		status = system(line);
	return WEXITSTATUS(status);
}

START_TEST(comes_back_after_503)
{
	json_t *site = call("/v1/sites",
		json_pack("{s:s, s:{s:s}}", "name", "retries", "settings", "challenge", "secret"));
	json_decref(call("/v1/sites/retries/faults",
		json_pack("{s:{s:s}, s:{s:i}, s:{s:i}}", "match", "operation", "PKIOperation",
			"when", "times", 2, "do", "status", 503)));
	pid_t device = fork();
	if (device == 0)
		_exit(enrol(site, ""));
	json_decref(call("/v1/wait",
		json_pack("{s:{s:s, s:s}, s:s}", "match", "site", "retries", "outcome", "SUCCESS",
			"timeout", "30s")));
	int status;
	ck_assert_int_eq(waitpid(device, &status, 0), device);
	ck_assert_int_eq(status, 0);
	verify(json_pack("[{s:[{s:s, s:s}, {s:s, s:s}, {s:s, s:s}]}, {s:{s:s, s:s}, s:i}]", "order",
		"site", "retries", "status", "503", "site", "retries", "status", "503", "site",
		"retries", "outcome", "SUCCESS", "match", "site", "retries", "operation",
		"PKIOperation", "count", 3));
	json_decref(site);
}
END_TEST

START_TEST(enrols_when_the_pool_is_started_again)
{
	json_t *site = call("/v1/sites",
		json_pack("{s:s, s:s, s:{s:s}}", "name", "pool", "profile", "app-pool-stopped",
			"settings", "challenge", "secret"));
	ck_assert_int_eq(enrol(site, ""), 1);
	verify(json_pack(
		"[{s:{s:s, s:s}, s:b}]", "match", "site", "pool", "status", "200", "none", 1));
	json_decref(call("/v1/sites/pool/app-pool/start", NULL));
	ck_assert_int_eq(enrol(site, ""), 0);
	json_decref(site);
}
END_TEST

START_TEST(renews_before_the_end)
{
	json_t *site = call("/v1/sites",
		json_pack("{s:s, s:{s:s}}", "name", "renewal", "settings", "challenge", "secret"));
	char options[128];
	ck_assert_int_eq(enrol(site, ""), 0);
	json_decref(call("/v1/sites/renewal/clock/advance", json_pack("{s:s}", "by", "360d")));
	snprintf(options, sizeof(options), "--renew %s/renewal --force --clock-offset 360d",
		directory);
	ck_assert_int_eq(enrol(site, options), 0);
	verify(json_pack("[{s:[{s:s, s:s, s:s}, {s:s, s:s, s:s}]}]", "order", "site", "renewal",
		"challenge", "fixed", "outcome", "SUCCESS", "site", "renewal", "challenge",
		"not-needed", "outcome", "SUCCESS"));
	json_decref(site);
}
END_TEST

int
main(void)
{
	Suite *suite = suite_create("device");
	TCase *tests = tcase_create("enrol");
	tcase_add_unchecked_fixture(tests, server_start, server_stop);
	tcase_set_timeout(tests, 60);
	tcase_add_test(tests, comes_back_after_503);
	tcase_add_test(tests, enrols_when_the_pool_is_started_again);
	tcase_add_test(tests, renews_before_the_end);
	suite_add_tcase(suite, tests);
	SRunner *runner = srunner_create(suite);
	srunner_run_all(runner, CK_ENV);
	int failed = srunner_ntests_failed(runner);
	srunner_free(runner);
	return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
