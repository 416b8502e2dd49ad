/* Rules as files say them: what is refused and where, and how often the others strike. */
#include <check.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>

#include "ca_support.h"
#include "common/memory.h"
#include "server/rule.h"
#include "server/rule_set.h"
#include "server/yaml_tree.h"
#include "tests/run_suite.h"

#define FILE_NAME "r.yaml"

static int
read_more(struct rule_set **out, struct ca_support *support, const struct rule_set *before,
	bool (*stays)(const void *context, const struct rule_record *record), const char *text,
	uint64_t seed, struct diag *diag)
{
	YAML_TREE_CLEANUP struct yaml_tree tree = {0};
	struct rule_source source = {.tree = &tree, .name = "r"};
	int result = yaml_tree_read(&tree, FILE_NAME, bytes_text(text), diag);

	source.rules = tree.root;
	if (result != DONE)
		return result;
	return rule_set_new(out,
		&(struct rule_set_plan){.before = before,
			.stays = stays,
			.sources = &source,
			.source_count = 1,
			.seed = seed,
			.base = &support->condition,
			.pki = &support->server.pki,
			.base_url = CA_SUPPORT_URL,
			.now_ms = CA_SUPPORT_NOW * 1000},
		diag);
}

static int
read_rules(struct rule_set **out, struct ca_support *support, const char *text, uint64_t seed,
	struct diag *diag)
{
	return read_more(out, support, NULL, NULL, text, seed, diag);
}

static const struct {
	const char *text;
	const char *sentence;
} bad[] = {
	{"- status\n", "r.yaml:1:3 (rules): a text; expected a mapping: match, when, do"},
	{"- {}\n", "r.yaml:1:3 (do): this key is missing; expected an action"},
	{"- {dp: 1}\n", "r.yaml:1:4 (dp): no such key; did you mean do?"},
	{"- do: {statsu: 503}\n", "r.yaml:1:3 (statsu): no such action; did you mean status?"},
	{"- do: {status: 503, delay: 1s}\n",
		"r.yaml:1:3 (delay): a second action beside status; expected one action; several "
		"as a list"},
	{"- do: {status: 99}\n", "r.yaml:1:8 (status): 99; expected 200 to 999"},
	{"- do: {status: ok}\n", "r.yaml:1:8 (status): a text; expected 200 to 999"},
	{"- do: {status: 503, form: iis}\n",
		"r.yaml:1:21 (form): no argument of status; did you mean from?"},
	{"- do: {status: 503, from: ngnix}\n",
		"r.yaml:1:21 (from): \"ngnix\" is no choice; expected iis, http_sys, mscep or "
		"proxy"},
	{"- do: {delay: 5}\n",
		"r.yaml:1:8 (delay): a whole number; expected a duration from 1ms to 1h"},
	{"- do: {header: Server}\n",
		"r.yaml:1:3 (value): an argument of header is missing; "
		"expected it with a value"},
	{"- do: {settings: {app_pol: 1}}\n",
		"r.yaml:1:19 (app_pol): no such setting; did you mean app_pool?"},
	{"- do: []\n", "r.yaml:1:3 (do): 0 of them; expected 1 to 4 actions"},
	{"- match: {operation: GetCaCaps}\n  do: {status: 500}\n",
		"r.yaml:1:11 (operation): \"GetCaCaps\" is no choice; did you mean GetCACaps?"},
	{"- match: {operatoin: GetCACaps}\n  do: {status: 500}\n",
		"r.yaml:1:11 (operatoin): nothing that a rule can match; did you mean operation?"},
	{"- match: {cipher: ROT13}\n  do: {status: 500}\n",
		"r.yaml:1:11 (cipher): \"ROT13\"; expected DES-CBC, DES-EDE3-CBC, AES-128-CBC, "
		"AES-192-CBC or AES-256-CBC"},
	{"- when: {probability: 5}\n  do: {status: 500}\n",
		"r.yaml:1:10 (probability): 5, which is no share of 1; for 5 per cent write 0.05"},
	{"- when: {times: 0}\n  do: {status: 500}\n",
		"r.yaml:1:10 (times): 0; expected 1 to 1000000000"},
	{"- {id: a, do: {status: 500}}\n- {id: a, do: {status: 501}}\n",
		"r.yaml:2:4 (a): there is a rule of this id already; expected another id"},
	{"- {do: {status: 500}, do: {status: 501}}\n",
		"r.yaml:1:23: \"do\" stands here twice; expected each key once"},
};

START_TEST(refuses_rules_with_their_place)
{
	CA_SUPPORT_CLEANUP struct ca_support support;
	char words[DIAG_TEXT_SIZE];
	struct rule_set *rules;
	struct diag diag = {0};

	ca_support_init(&support, CA_HIERARCHY_ROOT);
	ck_assert_int_eq(read_rules(&rules, &support, bad[_i].text, 1, &diag), REFUSED);
	ck_assert_str_eq(diag_text(words, &diag), bad[_i].sentence);
}
END_TEST

/* --- when --------------------------------------------------------------------------- */

static struct exchange *
new_exchange(struct ca_support *support, const char *target, int64_t later_ms)
{
	const struct ca_message message = {0};
	struct exchange *exchange = ca_support_exchange(support, &message);
	struct http_exchange *http = memory_new(1, sizeof(*http));

	http->request.method = "GET";
	request_set_target(&http->request, target);
	exchange->http = http;
	exchange->arrived_ms = CA_SUPPORT_NOW * 1000 + later_ms;
	return exchange;
}

static bool
strikes(struct rule_set *rules, struct ca_support *support, const char *target, int64_t later_ms)
{
	struct exchange *exchange = new_exchange(support, target, later_ms);
	bool struck;

	rule_set_decide_head(rules, exchange);
	struck = exchange->decision.count > 0;
	free(exchange->http);
	exchange_free(exchange);
	return struck;
}

#define CAPS "/certsrv/mscep/mscep.dll?operation=GetCACaps"

/* Which of twelve requests, 100 ms apart, are struck. */
static const struct {
	const char *rule;
	const char *struck;
} whens[] = {
	{"{do: {status: 500}}", "xxxxxxxxxxxx"},
	{"{when: {times: 2}, do: {status: 500}}", "xx.........."},
	{"{when: {after: 3}, do: {status: 500}}", "...xxxxxxxxx"},
	{"{when: {every: 3}, do: {status: 500}}", "..x..x..x..x"},
	{"{when: {after: 1, every: 2, times: 2}, do: {status: 500}}", "..x.x......."},
	{"{when: {max_consecutive: 2}, do: {status: 500}}", "xx.xx.xx.xx."},
	{"{when: {for: 300ms}, do: {status: 500}}", "xxxx........"},
	{"{when: {probability: 0.0}, do: {status: 500}}", "............"},
	{"{match: {operation: GetCACert}, do: {status: 500}}", "............"},
	{"{match: {operation: GetCACaps, method: GE*}, do: {status: 500}}", "xxxxxxxxxxxx"},
	{"{match: {path: /CERTSRV/*.dll}, do: {status: 500}}", "xxxxxxxxxxxx"},
	{"{match: {user_agent: \"*\"}, do: {status: 500}}", "xxxxxxxxxxxx"},
	{"{match: {user_agent: \"a*\"}, do: {status: 500}}", "............"},
	{"{match: {message_type: PKCSReq}, do: {status: 500}}", "............"},
};

START_TEST(goes_on_behind_a_moved_clock)
{
	const int64_t later = 400 * INT64_C(366) * 86400000;
	struct rule_count count = {.armed_ms = 1000};
	struct rule_when when;
	struct rule_nth nth;

	rule_when_init(&when);
	ck_assert(rule_when_strikes(&nth, &count, &when, 1, "a", later));
	when.members[WHEN_FOR] = 1000;
	ck_assert(rule_when_strikes(&nth, &count, &when, 1, "a", 2000));
	ck_assert(!rule_when_strikes(&nth, &count, &when, 1, "a", 2001));
}
END_TEST

START_TEST(strikes_as_often_as_it_says)
{
	CA_SUPPORT_CLEANUP struct ca_support support;
	TEXT_CLEANUP char *text = text_format("- %s\n", whens[_i].rule);
	char struck[13] = "";
	struct rule_set *rules;
	struct diag diag = {0};

	ca_support_init(&support, CA_HIERARCHY_ROOT);
	ASSERT_DONE(read_rules(&rules, &support, text, 1, &diag), &diag);
	for (int i = 0; i < 12; i++)
		struck[i] = strikes(rules, &support, CAPS, 100 * i) ? 'x' : '.';
	ck_assert_str_eq(struck, whens[_i].struck);
	rule_set_release(rules);
}
END_TEST

START_TEST(draws_the_same_from_the_same_seed)
{
	CA_SUPPORT_CLEANUP struct ca_support support;
	char struck[3][1001] = {""};
	struct rule_set *rules;
	struct diag diag = {0};
	unsigned count = 0;

	ca_support_init(&support, CA_HIERARCHY_ROOT);
	for (int run = 0; run < 3; run++) {
		ASSERT_DONE(read_rules(&rules, &support,
				    "- {id: r, when: {probability: 0.3}, do: {status: 500}}\n",
				    run < 2 ? 7 : 8, &diag),
			&diag);
		for (int i = 0; i < 1000; i++)
			struck[run][i] = strikes(rules, &support, CAPS, 0) ? 'x' : '.';
		rule_set_release(rules);
	}
	ck_assert_str_eq(struck[0], struck[1]);
	ck_assert_str_ne(struck[0], struck[2]);
	for (int i = 0; i < 1000; i++)
		count += struck[0][i] == 'x';
	ck_assert_uint_ge(count, 250);
	ck_assert_uint_le(count, 350);
}
END_TEST

/* --- which first ---------------------------------------------------------------------- */

static const struct {
	const char *rules;
	const char *struck; /* ids, in order */
} orders[] = {
	{"- {id: a, do: {delay: 1s}}\n- {id: b, do: {delay: 1s}}\n", "a "},
	{"- {id: a, continue: true, do: {delay: 1s}}\n- {id: b, do: {delay: 1s}}\n", "a b "},
	{"- {id: a, do: {delay: 1s}}\n- {id: b, priority: 1, do: {delay: 1s}}\n", "b "},
	{"- {id: a, when: {after: 1}, do: {delay: 1s}}\n- {id: b, do: {delay: 1s}}\n", "b "},
	{"- {do: {delay: 1s}, continue: true}\n- {do: {delay: 2s}}\n", "delay-1 delay-2 "},
	{"- {id: a, do: {capabilities: AES}}\n", "a "},
};

START_TEST(the_first_wins_unless_it_goes_on)
{
	CA_SUPPORT_CLEANUP struct ca_support support;
	BUFFER_CLEANUP struct buffer struck = {0};
	struct rule_set *rules;
	struct exchange *exchange;
	struct diag diag = {0};

	ca_support_init(&support, CA_HIERARCHY_ROOT);
	ASSERT_DONE(read_rules(&rules, &support, orders[_i].rules, 1, &diag), &diag);
	exchange = new_exchange(&support, CAPS, 0);
	rule_set_decide_head(rules, exchange);
	for (unsigned i = 0; i < exchange->decision.count; i++)
		buffer_append_format(&struck, "%s ", exchange->decision.strikes[i].rule->id);
	ck_assert_str_eq(buffer_text(&struck), orders[_i].struck);
	free(exchange->http);
	exchange_free(exchange);
	rule_set_release(rules);
}
END_TEST

/* --- another set ------------------------------------------------------------------------ */

static bool
is_a(const void *context, const struct rule_record *record)
{
	return strcmp(rule_record_id(record), "a") == 0;
}

START_TEST(counts_on_in_another_set)
{
	CA_SUPPORT_CLEANUP struct ca_support support;
	struct rule_set *before, *after;
	struct diag diag = {0};

	ca_support_init(&support, CA_HIERARCHY_ROOT);
	ASSERT_DONE(read_rules(&before, &support,
			    "- {id: a, when: {times: 3}, do: {status: 500}}\n"
			    "- {id: b, do: {status: 501}}\n",
			    1, &diag),
		&diag);
	ck_assert(strikes(before, &support, CAPS, 0));
	ASSERT_DONE(read_more(&after, &support, before, is_a,
			    "- {do: {delay: 1s}, match: {operation: GetCACert}}\n", 1, &diag),
		&diag);
	ck_assert_ptr_eq(rule_set_find(after, "a"), rule_set_find(before, "a"));
	ck_assert_ptr_null(rule_set_find(after, "b"));
	ck_assert_str_eq(rule_record_id(rule_set_record_at(after, 1)), "delay-1");
	ck_assert_ptr_null(rule_set_record_at(after, 2));
	/* An exchange that holds the old set takes its part of the count. */
	ck_assert(strikes(before, &support, CAPS, 0));
	ck_assert(strikes(after, &support, CAPS, 0));
	ck_assert(!strikes(after, &support, CAPS, 0));
	rule_set_release(before);
	rule_record_rearm(rule_set_find(after, "a"), CA_SUPPORT_NOW * 1000);
	ck_assert(strikes(after, &support, CAPS, 0));
	ck_assert_uint_eq(rule_record_count(rule_set_find(after, "a")).matches, 1);
	rule_set_release(after);
}
END_TEST

START_TEST(says_when_an_id_is_taken)
{
	CA_SUPPORT_CLEANUP struct ca_support support;
	struct rule_set *before, *after;
	char text[DIAG_TEXT_SIZE];
	struct diag diag = {0};

	ca_support_init(&support, CA_HIERARCHY_ROOT);
	ASSERT_DONE(
		read_rules(&before, &support, "- {id: a, do: {status: 500}}\n", 1, &diag), &diag);
	ck_assert_int_eq(read_more(&after, &support, before, NULL, "- {id: a, do: {status: 501}}\n",
				 1, &diag),
		RULE_SET_TAKEN);
	ck_assert_str_eq(diag_text(text, &diag),
		"r.yaml:1:4 (a): there is a rule of this id already; expected another id");
	rule_set_release(before);
}
END_TEST

/* --- turns ------------------------------------------------------------------------------ */

#define CROWD 16

struct member {
	pthread_t thread;
	struct rule_set *rules;
	struct exchange *exchange;
};

static void *
decide(void *argument)
{
	struct member *member = argument;

	rule_set_decide_message(member->rules, member->exchange);
	rule_set_pass(member->rules, member->exchange);
	return NULL;
}

/* Threads begin in any order; who is struck follows the queue. */
START_TEST(messages_are_counted_in_their_turn)
{
	CA_SUPPORT_CLEANUP struct ca_support support;
	struct member crowd[CROWD];
	struct rule_set *rules;
	struct diag diag = {0};

	ca_support_init(&support, CA_HIERARCHY_ROOT);
	ASSERT_DONE(
		read_rules(&rules, &support,
			"- {match: {subject: \"CN=dev*\"}, when: {every: 3}, do: {status: 500}}\n",
			1, &diag),
		&diag);
	for (size_t i = 0; i < CROWD; i++) {
		crowd[i] = (struct member){.rules = rules,
			.exchange = new_exchange(
				&support, "/certsrv/mscep/mscep.dll?operation=PKIOperation", 0)};
		rule_set_queue(rules, crowd[i].exchange);
	}
	for (size_t i = CROWD; i-- > 0;)
		ck_assert_int_eq(pthread_create(&crowd[i].thread, NULL, decide, &crowd[i]), 0);
	for (size_t i = 0; i < CROWD; i++) {
		pthread_join(crowd[i].thread, NULL);
		ck_assert_msg(
			(crowd[i].exchange->decision.count > 0) == (i % 3 == 2), "exchange %zu", i);
		free(crowd[i].exchange->http);
		exchange_free(crowd[i].exchange);
	}
	rule_set_release(rules);
}
END_TEST

int
main(void)
{
	Suite *suite = suite_create("rule_set");
	TCase *cases = tcase_create("rule_set");

	tcase_add_loop_test(cases, refuses_rules_with_their_place, 0, sizeof(bad) / sizeof(bad[0]));
	tcase_add_test(cases, goes_on_behind_a_moved_clock);
	tcase_add_loop_test(
		cases, strikes_as_often_as_it_says, 0, sizeof(whens) / sizeof(whens[0]));
	tcase_add_test(cases, draws_the_same_from_the_same_seed);
	tcase_add_loop_test(
		cases, the_first_wins_unless_it_goes_on, 0, sizeof(orders) / sizeof(orders[0]));
	tcase_add_test(cases, counts_on_in_another_set);
	tcase_add_test(cases, says_when_an_id_is_taken);
	tcase_add_test(cases, messages_are_counted_in_their_turn);
	suite_add_tcase(suite, cases);
	return run_suite(suite);
}
