/* What the CA remembers of transactionIDs, and a certificate manager's word on pending ones. */
#include "common/hresult.h"
#include "server/ca_decision.h"
#include "server/control_page.h"
#include "server/control_rows.h"
#include "server/control_time.h"
#include "server/server.h"
#include "server/store.h"
#include "server/store_transaction_list.h"

/* How many are named when another one is asked for. */
#define KNOWN_MAX 8

static const char *const state_words[] = {"SUCCESS", "FAILURE", "PENDING", NULL};
static const enum scep_status states[] = {
	SCEP_STATUS_SUCCESS, SCEP_STATUS_FAILURE, SCEP_STATUS_PENDING};

static const struct control_field state_field = {
	"state", CONTROL_CHOICE, .choices = state_words, .help = "those with this pkiStatus"};

static const struct control_field entry_members[] = {
	{"transaction_id", CONTROL_TEXT, .help = "the client's"},
	{"status", CONTROL_CHOICE, .choices = state_words, .help = "the pkiStatus"},
	{"request_id", CONTROL_NUMBER, .help = "of the CA"},
	{"polls", CONTROL_NUMBER, .help = "CertPolls and repeated requests while it was pending"},
	{"fail_info", CONTROL_TEXT, .help = "with FAILURE"},
	{"error", CONTROL_TEXT, .help = "with FAILURE: the HRESULT"},
	{"error_name", CONTROL_TEXT, .help = "and its name"},
	{"changed_at", CONTROL_TIME, .help = "by the site's clock"},
	{"approved_at", CONTROL_TIME, .help = "while PENDING: when it was approved; null: not yet"},
	{"serial", CONTROL_TEXT, .help = "with SUCCESS: of the certificate"},
	{0},
};

static const struct control_field list_members[] = {
	{"transactions", CONTROL_OBJECTS, .fields = entry_members,
		.help = "by when their transactionID was first seen, the newest first"},
	CONTROL_PAGE_TOTAL,
	CONTROL_PAGE_NEXT,
	{0},
};

static const struct control_field list_query[] = {
	{"state", CONTROL_CHOICE, .choices = state_words, .help = "those with this pkiStatus"},
	CONTROL_PAGE_LIMIT,
	CONTROL_PAGE_BEFORE,
	{0},
};

static void
append_failure(json_t *json, const struct transaction_entry *entry)
{
	const struct hresult_row *row = hresult_find(entry->error);

	json_object_set_new(json, "fail_info", json_string(scep_fail_info_name(entry->fail_info)));
	if (entry->error == 0)
		return;
	json_object_set_new(json, "error", json_sprintf("0x%08X", (unsigned)entry->error));
	if (row)
		json_object_set_new(json, "error_name", json_string(row->name));
}

static void
append_entry(void *context, const struct transaction_entry *entry)
{
	json_t *json = json_pack("{s:s, s:s, s:I, s:i, s:o, s:o}", "transaction_id",
		entry->transaction_id, "status", scep_status_name(entry->status), "request_id",
		(json_int_t)entry->request_id, "polls", (int)entry->polls, "changed_at",
		control_time_json(entry->changed_at), "approved_at",
		control_time_json(entry->approved_at));

	if (entry->status == SCEP_STATUS_FAILURE)
		append_failure(json, entry);
	if (entry->serial[0])
		json_object_set_new(json, "serial", json_string(entry->serial));
	json_array_append_new(context, json);
}

static void
list(struct control_call *call)
{
	STORE_PAGE_CLEANUP struct store_page page = control_page_begin(call);
	int state = control_member_choice(call->query, &state_field, -1);
	const struct transaction_filter filter = {
		.has_status = state >= 0, .status = states[state < 0 ? 0 : state]};
	json_t *entries = json_array();
	struct diag diag = {0};
	int result = store_transaction_list(&page, call->server->store, call->site->store_name,
		&filter, append_entry, entries, &diag);

	control_page_answer(call, &page, result, &diag, "transactions", entries);
}

/* Lists as many as a page has room for; the problem is set, and NULL returned, when that fails. */
static json_t *
entries_of(struct control_call *call, const struct transaction_filter *filter, size_t limit)
{
	STORE_PAGE_CLEANUP struct store_page page = {.limit = limit};
	json_t *entries = json_array();
	struct diag diag = {0};
	int result = store_transaction_list(&page, call->server->store, call->site->store_name,
		filter, append_entry, entries, &diag);

	if (result == DONE)
		return entries;
	control_refuse_outcome(call, result, 422, &diag);
	json_decref(entries);
	return NULL;
}

static void
refuse_unknown(struct control_call *call)
{
	json_t *entries = entries_of(call, &(struct transaction_filter){0}, KNOWN_MAX), *entry;
	const char *known[KNOWN_MAX];
	size_t i;

	json_array_foreach(entries, i, entry) known[i] =
		json_string_value(json_object_get(entry, "transaction_id"));
	if (entries)
		control_refuse_unknown(call, "transactionID", call->parameters[1], known,
			json_array_size(entries));
	json_decref(entries);
}

/* Returns the transaction of the path; NULL, with the problem set: there is none. */
static json_t *
find(struct control_call *call)
{
	const struct transaction_filter filter = {.transaction_id = call->parameters[1]};
	json_t *entries = entries_of(call, &filter, 1);
	json_t *entry = json_incref(json_array_get(entries, 0));

	if (entries && !entry)
		refuse_unknown(call);
	json_decref(entries);
	return entry;
}

static void
get(struct control_call *call)
{
	json_t *entry = find(call);

	if (entry)
		control_answer(call, 200, entry);
}

static void
decide(struct control_call *call,
	int (*decision)(
		struct site *site, const char *transaction_id, int64_t now_ms, struct diag *diag))
{
	json_t *entry = find(call);
	struct diag diag = {0};
	int result;

	if (!entry)
		return;
	json_decref(entry);
	result = decision(call->site, call->parameters[1], clock_now_ms(&call->site->clock), &diag);
	if (result == DONE)
		get(call);
	else
		control_refuse_outcome(call, result, 409, &diag);
}

static void
approve(struct control_call *call)
{
	decide(call, ca_decision_approve);
}

static void
deny(struct control_call *call)
{
	decide(call, ca_decision_deny);
}

#define TRANSACTIONS "/v1/sites/{site}/transactions"

const struct control_route control_rows_transactions[] = {
	{"GET", TRANSACTIONS, "listTransactions", "lists transactions", .query = list_query,
		.success = 200, .answer = list_members, .work = list},
	{"GET", TRANSACTIONS "/{transaction}", "getTransaction", "tells about one", .success = 200,
		.answer = entry_members, .run = get},
	{"POST", TRANSACTIONS "/{transaction}/approve", "approveTransaction",
		"approves a pending request: the next poll gets its certificate",
		.body = control_field_none, .success = 200, .answer = entry_members,
		.run = approve},
	{"POST", TRANSACTIONS "/{transaction}/deny", "denyTransaction",
		"denies a pending request, which ends in FAILURE", .body = control_field_none,
		.success = 200, .answer = entry_members, .run = deny},
	{0},
};
