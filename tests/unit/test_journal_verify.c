/* Expectations, and verdicts as programs that we did not write read them. */
#include <check.h>
#include <jansson.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "common/memory.h"
#include "journal_support.h"
#include "server/journal_verdict.h"
#include "temporary_directory.h"
#include "tests/run_suite.h"

static struct exchange_support support;
static struct journal *journal;

/* 1 GetCACaps, 2 GetCACert, 3 PKIOperation from another site, 4 PKIOperation, still under way;
 * 4 arrived before 3. */
static void
setup(void)
{
	static char name[] = "lab";

	exchange_support_init(&support);
	journal = journal_support_open(1000, 0);
	journal_support_put(journal, &support, 1);
	exchange_support_target(&support, "/certsrv/mscep/mscep.dll?operation=GetCACert");
	journal_support_put(journal, &support, 2);
	exchange_support_target(&support, "/certsrv/mscep/mscep.dll?operation=PKIOperation");
	journal_support_arrive(journal, &support, 4);
	journal_record_release(support.exchange.record);
	support.exchange.record = NULL;
	support.site.name = name;
	journal_support_put(journal, &support, 3);
}

static void
teardown(void)
{
	journal_close(journal);
	exchange_support_done(&support);
}

/* Reads "operation=GetCACaps site=lab". */
static void
read_filter(struct journal_filter *out, const char *text)
{
	TEXT_CLEANUP char *copy = text_copy(text);
	char *rest = copy, *word;

	*out = (struct journal_filter){0};
	while (*text && (word = strsep(&rest, " "))) {
		char *value = strchr(word, '=');

		*value++ = '\0';
		ck_assert_int_eq(journal_filter_add(out, word, value, NULL), DONE);
	}
}

static const struct {
	const char *filters[4];
	enum journal_demand demand;
	uint64_t number;
	const char *title;
	bool passed;
	uint64_t matched;
	uint64_t exchanges[4];
	const char *words;
	const char *misses; /* "NUMBER FIELD WANTED FOUND;" */
} cases[] = {
	{{"operation=GetCACaps"}, JOURNAL_COUNT, 1, "exactly 1 of operation=GetCACaps", true, 1,
		{1}, NULL, ""},
	{{"operation=PKIOperation"}, JOURNAL_COUNT, 1, "exactly 1 of operation=PKIOperation", false,
		2, {4, 3}, "2 of 4 exchanges fit", ""},
	{{"operation=PKIOperation"}, JOURNAL_AT_LEAST, 2, "at least 2 of operation=PKIOperation",
		true, 2, {4, 3}, NULL, ""},
	{{"operation=PKIOperation site=lab method=POST"}, JOURNAL_AT_LEAST, 1,
		"at least 1 of operation=PKIOperation site=lab method=POST", false, 0, {0},
		"0 of 4 exchanges fit", "3 method POST GET;"},
	{{"operation=GetCA* site=lab"}, JOURNAL_AT_LEAST, 1,
		"at least 1 of operation=GetCA* site=lab", false, 0, {0}, "0 of 4 exchanges fit",
		"3 operation GetCA* PKIOperation;2 site lab default;1 site lab default;"},
	{{"operation=PKIOperation"}, JOURNAL_AT_MOST, 1, "at most 1 of operation=PKIOperation",
		false, 2, {4, 3}, "2 of 4 exchanges fit", ""},
	{{"status=500"}, JOURNAL_AT_MOST, 0, "at most 0 of status=500", true, 0, {0}, NULL, ""},
	{{"status=500"}, JOURNAL_NONE, 0, "none of status=500", true, 0, {0}, NULL, ""},
	{{"site=lab"}, JOURNAL_NONE, 0, "none of site=lab", false, 1, {3}, "1 of 4 exchanges fit",
		""},
	{{"end=sent"}, JOURNAL_COUNT, 4, "exactly 4 of end=sent", false, 3, {1, 2, 3},
		"3 of 4 exchanges fit", "4 end sent nothing;"},
	{{""}, JOURNAL_COUNT, 4, "exactly 4 of anything", true, 4, {1, 2, 4, 3}, NULL, ""},
	{{"operation=GetCACaps", "operation=PKIOperation", "site=lab"}, JOURNAL_ORDER, 0,
		"in this order: operation=GetCACaps, then operation=PKIOperation, then site=lab",
		true, 3, {1, 4, 3}, NULL, ""},
	{{"operation=GetCACert", "operation=GetCACaps"}, JOURNAL_ORDER, 0,
		"in this order: operation=GetCACert, then operation=GetCACaps", false, 1, {2},
		"step 2 of 2, operation=GetCACaps, was not met behind exchange 2; "
		"exchange 1 fits, but came before",
		"3 operation GetCACaps PKIOperation;4 operation GetCACaps PKIOperation;"},
	{{"status=500"}, JOURNAL_ORDER, 0, "in this order: status=500", false, 0, {0},
		"step 1 of 1, status=500, was not met",
		"3 status 500 200;4 status 500 200;2 status 500 200;1 status 500 200;"},
};

#define CASE_COUNT (sizeof(cases) / sizeof(cases[0]))

static size_t
count_filters(size_t index)
{
	size_t count = 0;

	while (count < 4 && cases[index].filters[count])
		count++;
	return count;
}

static void
verify(struct journal_verdict *out, const size_t *indexes, size_t count)
{
	struct journal_expectation expectations[CASE_COUNT] = {0};
	struct journal_filter filters[CASE_COUNT][4];

	for (size_t i = 0; i < count; i++) {
		size_t index = indexes[i];

		for (size_t j = 0; j < count_filters(index); j++)
			read_filter(&filters[i][j], cases[index].filters[j]);
		expectations[i] = (struct journal_expectation){.demand = cases[index].demand,
			.number = cases[index].number,
			.filters = filters[i],
			.filter_count = count_filters(index)};
	}
	journal_verify(out, journal, expectations, count);
	for (size_t i = 0; i < count; i++)
		for (size_t j = 0; j < count_filters(indexes[i]); j++)
			journal_filter_done(&filters[i][j]);
}

START_TEST(judges)
{
	BUFFER_CLEANUP struct buffer misses = {0};
	struct journal_judgement *judgement;
	struct journal_verdict verdict;

	verify(&verdict, (size_t[]){(size_t)_i}, 1);
	judgement = &verdict.judgements[0];
	ck_assert_str_eq(judgement->title, cases[_i].title);
	ck_assert_int_eq(judgement->passed, cases[_i].passed);
	ck_assert_uint_eq(verdict.failed, !cases[_i].passed);
	ck_assert_uint_eq(judgement->matched, cases[_i].matched);
	ck_assert_uint_eq(judgement->exchange_count, cases[_i].matched);
	for (size_t i = 0; i < judgement->exchange_count; i++)
		ck_assert_uint_eq(judgement->exchanges[i], cases[_i].exchanges[i]);
	if (cases[_i].words)
		ck_assert_str_eq(judgement->words, cases[_i].words);
	else
		ck_assert_ptr_null(judgement->words);
	for (size_t i = 0; i < judgement->miss_count; i++)
		buffer_append_format(&misses, "%llu %s %s %s;",
			(unsigned long long)judgement->misses[i].exchange,
			judgement->misses[i].name, judgement->misses[i].wanted,
			judgement->misses[i].found);
	ck_assert_str_eq(buffer_text(&misses), cases[_i].misses);
	journal_verdict_done(&verdict);
}
END_TEST

START_TEST(names_the_latest_of_many)
{
	struct journal_filter all = {0};
	struct journal_expectation expectation = {
		.demand = JOURNAL_COUNT, .filters = &all, .filter_count = 1};
	struct journal_verdict verdict;

	for (uint64_t i = 5; i <= 204; i++)
		journal_support_put(journal, &support, i);
	journal_verify(&verdict, journal, &expectation, 1);
	ck_assert_uint_eq(verdict.judgements[0].matched, 204);
	ck_assert_uint_eq(verdict.judgements[0].exchange_count, JOURNAL_MATCHES_MAX);
	ck_assert_uint_eq(verdict.judgements[0].exchanges[JOURNAL_MATCHES_MAX - 1], 204);
	journal_verdict_done(&verdict);
}
END_TEST

/* --- as others read it ------------------------------------------------------------- */

static const size_t some[] = {0, 3, 12};

/* Returns what a command says of a file that holds `content`; fails the test unless it ends with 0. */
static char *
ask(const char *command, struct buffer *content)
{
	char *directory = temporary_directory_new();
	TEXT_CLEANUP char *path = text_format("%s/content", directory);
	TEXT_CLEANUP char *line = text_format("cd '%s' && %s >answer 2>&1", directory, command);
	FILE *file = fopen(path, "w");
	char *answer;
	int status;

	ck_assert_uint_eq(fwrite(content->data, 1, content->size, file), content->size);
	fclose(file);
	status = system(line);
	answer = temporary_directory_read(directory, "answer");
	ck_assert_msg(status == 0, "%s\n%s", answer, buffer_text(content));
	temporary_directory_remove(directory);
	return answer;
}

START_TEST(writes_json)
{
	BUFFER_CLEANUP struct buffer text = {0};
	struct journal_verdict verdict;
	json_t *object, *second, *miss;

	verify(&verdict, some, 3);
	journal_verdict_write_json(&text, &verdict);
	object = json_loadb((char *)text.data, text.size, JSON_REJECT_DUPLICATES, NULL);
	ck_assert(json_is_false(json_object_get(object, "passed")));
	ck_assert_int_eq(json_integer_value(json_object_get(object, "failed")), 2);
	ck_assert_int_eq(json_integer_value(json_object_get(object, "dropped")), 0);
	second = json_array_get(json_object_get(object, "expectations"), 1);
	ck_assert_str_eq(json_string_value(json_object_get(second, "title")), cases[3].title);
	ck_assert_str_eq(json_string_value(json_object_get(second, "words")), cases[3].words);
	miss = json_array_get(json_object_get(second, "misses"), 0);
	ck_assert_int_eq(json_integer_value(json_object_get(miss, "exchange")), 3);
	ck_assert_str_eq(json_string_value(json_object_get(miss, "field")), "method");
	ck_assert_str_eq(json_string_value(json_object_get(miss, "wanted")), "POST");
	ck_assert_str_eq(json_string_value(json_object_get(miss, "found")), "GET");
	json_decref(object);
	journal_verdict_done(&verdict);
}
END_TEST

/* Titles as a hostile test may name them. */
static void
rename_all(struct journal_verdict *verdict)
{
	for (size_t i = 0; i < verdict->count; i++) {
		free(verdict->judgements[i].title);
		verdict->judgements[i].title = text_copy("<a & \"b\"> # skip \\ \x01\n'c'");
	}
}

START_TEST(writes_junit)
{
	static const char reader[] =
		"python3 -c '\n"
		"import xml.etree.ElementTree as tree\n"
		"suite = tree.parse(\"content\").getroot()\n"
		"assert suite.tag == \"testsuite\"\n"
		"cases = suite.findall(\"testcase\")\n"
		"print(suite.get(\"name\"), suite.get(\"tests\"), suite.get(\"failures\"))\n"
		"for case in cases:\n"
		"  for failure in case.findall(\"failure\"):\n"
		"    print(case.get(\"classname\"), failure.get(\"message\"), failure.text)\n"
		"'";
	BUFFER_CLEANUP struct buffer text = {0};
	TEXT_CLEANUP char *answer = NULL, *again = NULL;
	struct journal_verdict verdict;

	verify(&verdict, some, 3);
	journal_verdict_write_junit(&text, &verdict, "a <suite>");
	answer = ask(reader, &text);
	ck_assert_str_eq(answer,
		"a <suite> 3 2\n"
		"a <suite> 0 of 4 exchanges fit "
		"exchange 3 fits but for method: wanted POST, found GET\n\n"
		"a <suite> step 2 of 2, operation=GetCACaps, was not met behind exchange 2; "
		"exchange 1 fits, but came before exchanges that fit: 2\n"
		"exchange 3 fits but for operation: wanted GetCACaps, found PKIOperation\n"
		"exchange 4 fits but for operation: wanted GetCACaps, found PKIOperation\n\n");
	rename_all(&verdict);
	buffer_clear(&text);
	journal_verdict_write_junit(&text, &verdict, "s");
	again = ask(reader, &text);
	journal_verdict_done(&verdict);
}
END_TEST

START_TEST(writes_tap)
{
	static const char reader[] =
		"perl -e '\n"
		"use TAP::Parser;\n"
		"open(my $file, \"<\", \"content\"); local $/; my $text = <$file>;\n"
		"my $parser = TAP::Parser->new({tap => $text});\n"
		"while (my $result = $parser->next) {\n"
		"  print $result->number, $result->is_ok ? \" ok\" : \" not ok\", \"\\n\"\n"
		"    if $result->is_test && !$result->has_todo && !$result->has_skip;\n"
		"  print $result->data->{message}, \"\\n\" if $result->is_yaml;\n"
		"}\n"
		"die join(\"\\n\", $parser->parse_errors) if $parser->parse_errors;\n"
		"print scalar($parser->failed), \" failed\\n\";\n"
		"'";
	BUFFER_CLEANUP struct buffer text = {0};
	TEXT_CLEANUP char *answer = NULL;
	struct journal_verdict verdict;

	verify(&verdict, some, 3);
	rename_all(&verdict);
	journal_verdict_write_tap(&text, &verdict);
	answer = ask(reader, &text);
	ck_assert_str_eq(answer,
		"1 ok\n2 not ok\n0 of 4 exchanges fit\n3 not ok\n"
		"step 2 of 2, operation=GetCACaps, was not met behind exchange 2; "
		"exchange 1 fits, but came before\n2 failed\n");
	journal_verdict_done(&verdict);
}
END_TEST

int
main(void)
{
	Suite *suite = suite_create("journal_verify");
	TCase *all = tcase_create("all");

	suite_add_tcase(suite, all);
	tcase_add_checked_fixture(all, setup, teardown);
	tcase_add_loop_test(all, judges, 0, CASE_COUNT);
	tcase_add_test(all, names_the_latest_of_many);
	tcase_add_test(all, writes_json);
	tcase_add_test(all, writes_junit);
	tcase_add_test(all, writes_tap);
	return run_suite(suite);
}
