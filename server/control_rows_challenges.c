/* Challenge passwords of a site: made, listed, revoked. */
#include <stdlib.h>
#include <string.h>

#include "common/memory.h"
#include "common/percent.h"
#include "server/balancer.h"
#include "server/challenge_mint.h"
#include "server/control_page.h"
#include "server/control_rows.h"
#include "server/control_time.h"
#include "server/server.h"
#include "server/site_verb.h"
#include "server/store.h"
#include "server/store_challenge_list.h"

#define TTL_MAX_MS (INT64_C(366) * 86400000)

static const char *const state_words[] = {
	[CHALLENGE_VALID] = "valid",
	[CHALLENGE_UNKNOWN] = "unknown",
	[CHALLENGE_USED] = "used",
	[CHALLENGE_EXPIRED] = "expired",
	[CHALLENGE_REVOKED] = "revoked",
	NULL,
};

enum { KIND_NDES, KIND_PLAIN, KIND_INTUNE };
static const char *const kind_words[] = {
	[KIND_NDES] = "ndes", [KIND_PLAIN] = "plain", [KIND_INTUNE] = "intune", NULL};

static const char *const usage_words[] = {"signature", "encryption", "both", NULL};
static const uint32_t usage_bits[] = {KEY_USAGE_DIGITAL_SIGNATURE, KEY_USAGE_KEY_ENCIPHERMENT,
	KEY_USAGE_DIGITAL_SIGNATURE | KEY_USAGE_KEY_ENCIPHERMENT};

static const struct control_field kind_field = {"kind", CONTROL_CHOICE, .choices = kind_words,
	.standard = "ndes",
	.help = "ndes: as the admin page makes them; plain: the text that is given; intune: "
		"Intune's"};
static const struct control_field usage_field = {"key_usage", CONTROL_CHOICE,
	.choices = usage_words, .help = "which the request must have; of Intune's form"};
static const struct control_field state_field = {
	"state", CONTROL_CHOICE, .choices = state_words, .help = "those in this state"};

static const struct control_field entry_members[] = {
	{"challenge", CONTROL_TEXT, .help = "the password; of Intune's form its identifier"},
	{"kind", CONTROL_TEXT, .help = "password or intune"},
	{"state", CONTROL_CHOICE, .choices = state_words, .help = "what became of it"},
	{"made_at", CONTROL_TIME, .help = "by the site's clock"},
	{"expires_at", CONTROL_TIME, .help = "by the site's clock"},
	{"used_at", CONTROL_TIME, .help = "when it was used or revoked; null: not yet"},
	{"used_by", CONTROL_NUMBER, .help = "the exchange that used it; null: none"},
	{"server", CONTROL_NUMBER, .help = "behind a load balancer: whose cache it is in"},
	{"text", CONTROL_TEXT, .help = "of a new one: what the device sends"},
	{0},
};

static const struct control_field list_members[] = {
	{"challenges", CONTROL_OBJECTS, .fields = entry_members, .help = "the newest first"},
	CONTROL_PAGE_TOTAL,
	CONTROL_PAGE_NEXT,
	{0},
};

static const struct control_field list_query[] = {
	{"state", CONTROL_CHOICE, .choices = state_words, .help = "those in this state"},
	CONTROL_PAGE_LIMIT,
	CONTROL_PAGE_BEFORE,
	{0},
};

static const struct control_field order_members[] = {
	{"kind", CONTROL_CHOICE, .choices = kind_words, .standard = "ndes",
		.help = "ndes: as the admin page makes them; plain: the text that is given; "
			"intune: in Intune's form"},
	{"text", CONTROL_TEXT, 1, CHALLENGE_PASSWORD_MAX, .help = "of a plain one"},
	{"subject", CONTROL_TEXT, 1, 1024, .help = "which the request must have; of Intune's form"},
	{"subject_alt_name", CONTROL_TEXT, 1, 1024,
		.help = "DNS:a.example,UPN:user@example.org; of Intune's form"},
	{"key_usage", CONTROL_CHOICE, .choices = usage_words,
		.help = "which the request must have; of Intune's form"},
	{"ttl", CONTROL_DURATION, -TTL_MAX_MS, TTL_MAX_MS, .standard = "PasswordValidity",
		.help = "how long it is valid; a negative one has expired"},
	{"force", CONTROL_BOOLEAN, .standard = "false",
		.help = "although PasswordMax passwords are waiting"},
	{0},
};

/* --- listing --------------------------------------------------------------------------------- */

static json_t *
entry_json(const struct challenge_entry *entry)
{
	const struct challenge_record *record = &entry->record;

	return json_pack("{s:s, s:s, s:s, s:o, s:o, s:o, s:o, s:i}", "challenge", entry->challenge,
		"kind", entry->is_token ? "intune" : "password", "state",
		state_words[record->state], "made_at", control_time_json(record->made_at),
		"expires_at", control_time_json(record->expires_at), "used_at",
		control_time_json(record->used_at), "used_by",
		record->used_by ? json_integer((json_int_t)record->used_by) : json_null(), "server",
		(int)entry->server);
}

static void
append_entry(void *context, const struct challenge_entry *entry)
{
	json_array_append_new(context, entry_json(entry));
}

static void
list(struct control_call *call)
{
	STORE_PAGE_CLEANUP struct store_page page = control_page_begin(call);
	struct challenge_filter filter = {
		.state = (enum challenge_state)control_member_choice(call->query, &state_field, 0),
		.has_state = control_member_text(call->query, "state", NULL) != NULL};
	json_t *entries = json_array();
	struct diag diag = {0};
	int result = store_challenge_list(&page, call->server->store, call->site->store_name,
		&filter, clock_now_ms(&call->site->clock), append_entry, entries, &diag);

	control_page_answer(call, &page, result, &diag, "challenges", entries);
}

/* Returns the entry of a challenge, a new reference, or NULL. */
static json_t *
find(struct control_call *call, const char *challenge)
{
	STORE_PAGE_CLEANUP struct store_page page = {.limit = 1};
	const struct challenge_filter filter = {.challenge = challenge};
	json_t *entries = json_array(), *entry;

	store_challenge_list(&page, call->server->store, call->site->store_name, &filter,
		clock_now_ms(&call->site->clock), append_entry, entries, NULL);
	entry = json_incref(json_array_get(entries, 0));
	json_decref(entries);
	return entry;
}

static void
get(struct control_call *call)
{
	json_t *entry = find(call, call->parameters[1]);

	if (entry)
		control_answer(call, 200, entry);
	else
		control_refuse(call, 404, "the site remembers no such challenge");
}

/* --- making ----------------------------------------------------------------------------------- */

/* Each gives the text that the device sends and, of its `entry`, what is known of a new one; with
 * UseSinglePassword, which is kept apart, nothing. */
static int
mint_password(struct buffer *out, struct challenge_entry *entry, struct control_call *call,
	const struct settings *settings, struct diag *diag)
{
	BUFFER_CLEANUP struct buffer cache = {0};
	int64_t now_ms = clock_now_ms(&call->site->clock);
	int64_t ttl_ms = control_member_duration(call->body, "ttl", 0);
	const struct challenge_password_order order = {
		.text = control_member_text(call->body, "text", NULL),
		.expires_at_ms = ttl_ms ? now_ms + ttl_ms : 0,
		.beyond_limit = control_member_boolean(call->body, "force", false),
	};

	if (!settings->use_single_password)
		entry->record = (struct challenge_record){
			.made_at = now_ms,
			.expires_at = challenge_password_end(&order, settings, now_ms),
		};
	balancer_password_cache(&cache, call->site, 1);
	return challenge_password_mint(
		out, call->server, buffer_text(&cache), settings, &order, now_ms, diag);
}

static int
mint_token(struct buffer *out, struct challenge_entry *entry, char **identifier,
	struct control_call *call, const struct settings *settings, struct diag *diag)
{
	CHALLENGE_CLAIMS_CLEANUP struct challenge_claims claims = {0};
	int64_t now_ms = clock_now_ms(&call->site->clock);
	int64_t standard = settings->password_validity * 60000;
	int usage = control_member_choice(call->body, &usage_field, -1);
	int result;

	claims.subject = text_copy(control_member_text(call->body, "subject", NULL));
	claims.alternative_name =
		text_copy(control_member_text(call->body, "subject_alt_name", NULL));
	claims.key_usage = usage < 0 ? 0 : usage_bits[usage];
	claims.expires_at = (now_ms + control_member_duration(call->body, "ttl", standard)) / 1000;
	result = challenge_mint_token(out, call->site, settings, &claims, now_ms, diag);
	if (result == DONE)
		*identifier = text_copy(claims.identifier);
	entry->is_token = true;
	entry->record = (struct challenge_record){
		.made_at = now_ms, .expires_at = claims.expires_at * 1000};
	return result;
}

/* Reading it back from the store would cost as much as making it. */
static json_t *
made_json(struct challenge_entry *entry)
{
	struct challenge_record *record = &entry->record;

	if (!record->made_at)
		return json_pack("{s:s, s:s}", "challenge", entry->challenge, "kind", "password");
	entry->server = 1;
	record->state = record->expires_at > record->made_at ? CHALLENGE_VALID : CHALLENGE_EXPIRED;
	return entry_json(entry);
}

static void
answer_made(struct control_call *call, struct challenge_entry *entry, const struct buffer *text)
{
	BUFFER_CLEANUP struct buffer location = {0};
	json_t *answer = made_json(entry);

	json_object_set_new(answer, "text", json_stringn((const char *)text->data, text->size));
	buffer_append_text(&location, "/v1/sites/");
	percent_encode(&location, bytes_text(call->site->name), "");
	buffer_append_text(&location, "/challenges/");
	percent_encode(&location, bytes_text(entry->challenge), "");
	control_answer_created(call, buffer_text(&location), answer);
}

static bool
check_order(struct control_call *call, int kind)
{
	bool has_text = control_member_text(call->body, "text", NULL) != NULL;
	struct diag diag = {0};

	if (has_text == (kind == KIND_PLAIN))
		return true;
	diag_refuse(&diag, "text", NULL, "a text with kind plain, and with no other",
		has_text ? "a text" : "none");
	control_refuse_at(call, "/text", &diag);
	return false;
}

/* Of Intune's form: one private-key operation. */
static void
mint(struct control_call *call)
{
	int kind = control_member_choice(call->body, &kind_field, KIND_NDES), result;
	struct condition *condition = site_hold_condition(call->site);
	BUFFER_CLEANUP struct buffer text = {0};
	TEXT_CLEANUP char *identifier = NULL;
	struct challenge_entry entry = {0};
	struct diag diag = {0};

	if (check_order(call, kind)) {
		result = kind == KIND_INTUNE
			? mint_token(&text, &entry, &identifier, call, &condition->settings, &diag)
			: mint_password(&text, &entry, call, &condition->settings, &diag);
		entry.challenge = identifier ? identifier : buffer_text(&text);
		if (result == DONE)
			answer_made(call, &entry, &text);
		else
			control_refuse_outcome(call, result, 409, &diag);
	}
	condition_release(condition);
}

/* A password is a row in the store; a worker thread would cost as much again. */
static void
begin_mint(struct control_call *call)
{
	if (control_member_choice(call->body, &kind_field, KIND_NDES) == KIND_INTUNE)
		call->works = true;
	else
		mint(call);
}

/* --- revoking ---------------------------------------------------------------------------------- */

static void
revoke(struct control_call *call)
{
	struct diag diag = {0};
	int result = challenge_mint_revoke(
		call->site, call->parameters[1], clock_now_ms(&call->site->clock), &diag);

	if (result == DONE)
		control_answer(call, 204, NULL);
	else
		control_refuse_outcome(call, result, 404, &diag);
}

static void
clear(struct control_call *call)
{
	struct diag diag = {0};
	int result = site_forget_challenges(call->site, &diag);

	if (result == DONE)
		control_answer(call, 204, NULL);
	else
		control_refuse_outcome(call, result, 500, &diag);
}

#define CHALLENGES "/v1/sites/{site}/challenges"

const struct control_route control_rows_challenges[] = {
	{"GET", CHALLENGES, "listChallenges", "lists challenge passwords with the state of each",
		.query = list_query, .success = 200, .answer = list_members, .work = list},
	{"POST", CHALLENGES, "mintChallenge", "makes a challenge password", .body = order_members,
		.success = 201, .answer = entry_members, .run = begin_mint, .work = mint},
	{"DELETE", CHALLENGES, "clearChallenges", "forgets the unused ones, as iisreset does",
		.success = 204, .run = clear},
	{"GET", CHALLENGES "/{challenge}", "getChallenge", "tells about one", .success = 200,
		.answer = entry_members, .run = get},
	{"DELETE", CHALLENGES "/{challenge}", "revokeChallenge",
		"revokes one: a request with it is refused as with an unknown one", .success = 204,
		.work = revoke},
	{0},
};
