/* Issued certificates: listed, read, revoked. */
#include <string.h>

#include "common/hex.h"
#include "common/pem.h"
#include "server/control_page.h"
#include "server/control_rows.h"
#include "server/control_time.h"
#include "server/server.h"
#include "server/site_life.h"
#include "server/store.h"
#include "server/store_certificate_list.h"

static const char *const state_words[] = {[CERTIFICATE_ANY] = "any",
	[CERTIFICATE_VALID] = "valid",
	[CERTIFICATE_REVOKED] = "revoked",
	[CERTIFICATE_EXPIRED] = "expired",
	NULL};

/* RFC 5280 5.3.1. */
static const char *const reason_words[] = {[REVOKED_UNSPECIFIED] = "unspecified",
	[REVOKED_KEY_COMPROMISE] = "keyCompromise",
	[REVOKED_CA_COMPROMISE] = "cACompromise",
	[REVOKED_AFFILIATION_CHANGED] = "affiliationChanged",
	[REVOKED_SUPERSEDED] = "superseded",
	[REVOKED_CESSATION_OF_OPERATION] = "cessationOfOperation",
	[REVOKED_CERTIFICATE_HOLD] = "certificateHold",
	NULL};

static const struct control_field state_field = {
	"state", CONTROL_CHOICE, .choices = state_words, .help = "those in this state"};
static const struct control_field reason_field = {"reason", CONTROL_CHOICE, .choices = reason_words,
	.standard = "unspecified", .help = "as a CRLReason"};

static const struct control_field entry_members[] = {
	{"serial", CONTROL_TEXT, .help = "in hexadecimal digits"},
	{"subject", CONTROL_TEXT, .help = "as text"},
	{"state", CONTROL_CHOICE, .choices = state_words, .help = "at the site's time"},
	{"not_before", CONTROL_TIME, .help = "of its validity"},
	{"not_after", CONTROL_TIME, .help = "of its validity"},
	{"request_id", CONTROL_NUMBER, .help = "of the CA"},
	{"transaction_id", CONTROL_TEXT, .help = "in which it was issued"},
	{"issued_at", CONTROL_TIME, .help = "by the site's clock"},
	{"revoked_at", CONTROL_TIME, .help = "null: it is not revoked"},
	{"reason", CONTROL_CHOICE, .choices = reason_words, .help = "of the revocation"},
	{"site", CONTROL_TEXT, .help = "that issued it"},
	{0},
};

static const struct control_field list_members[] = {
	{"certificates", CONTROL_OBJECTS, .fields = entry_members, .help = "the newest first"},
	CONTROL_PAGE_TOTAL,
	CONTROL_PAGE_NEXT,
	{0},
};

/* Which are wanted, and which page of them. */
#define QUERY                                                                                      \
	{"serial", CONTROL_TEXT, 1, 64, .help = "the one with this serial number"},                \
		{"subject", CONTROL_TEXT, 1, 1024,                                                 \
			.help = "those whose subject fits this pattern: *CN=dev-*"},               \
		{"transaction_id", CONTROL_TEXT, 1, 1024, .help = "that of this transaction"},     \
		{"state", CONTROL_CHOICE, .choices = state_words, .help = "those in this state"},  \
		CONTROL_PAGE_LIMIT, CONTROL_PAGE_BEFORE

static const struct control_field list_query[] = {QUERY, {0}};

static const struct control_field all_query[] = {
	{"site", CONTROL_TEXT, 1, 255, .standard = "default", .help = "whose CA has issued them"},
	QUERY,
	{0},
};

static const struct control_field revoke_members[] = {
	{"reason", CONTROL_CHOICE, .choices = reason_words, .standard = "unspecified",
		.help = "as a CRLReason; certificateHold can be lifted"},
	{0},
};

/* --- listing ----------------------------------------------------------------------------------- */

struct listing {
	json_t *entries;
	const char *site;
};

static void
append_entry(void *context, const struct certificate_entry *entry)
{
	const struct listing *listing = context;
	bool revoked = entry->state == CERTIFICATE_REVOKED;

	json_array_append_new(listing->entries,
		json_pack("{s:s, s:s, s:s, s:o, s:o, s:I, s:s, s:o, s:o, s:o, s:s}", "serial",
			entry->serial, "subject", entry->subject, "state",
			state_words[entry->state], "not_before",
			control_time_json(entry->not_before), "not_after",
			control_time_json(entry->not_after), "request_id",
			(json_int_t)entry->request_id, "transaction_id", entry->transaction_id,
			"issued_at", control_time_json(entry->issued_at), "revoked_at",
			control_time_json(revoked ? entry->revoked_at : 0), "reason",
			revoked ? json_string(reason_words[entry->reason]) : json_null(), "site",
			listing->site));
}

/* Lists those of the call's site that fit; the problem is set when that cannot be. */
static int
list_into(struct control_call *call, struct store_page *page,
	const struct certificate_filter *filter, json_t *entries, struct diag *diag)
{
	struct listing listing = {entries, call->site->name};

	return store_certificate_list(page, call->server->store, call->site->store_name, filter,
		clock_now_ms(&call->site->clock), append_entry, &listing, diag);
}

static void
list(struct control_call *call)
{
	STORE_PAGE_CLEANUP struct store_page page = control_page_begin(call);
	const struct certificate_filter filter = {
		.serial = control_member_text(call->query, "serial", NULL),
		.subject = control_member_text(call->query, "subject", NULL),
		.transaction_id = control_member_text(call->query, "transaction_id", NULL),
		.state = (enum certificate_state)control_member_choice(
			call->query, &state_field, CERTIFICATE_ANY),
	};
	json_t *entries = json_array();
	struct diag diag = {0};
	int result = list_into(call, &page, &filter, entries, &diag);

	control_page_answer(call, &page, result, &diag, "certificates", entries);
}

/* The site is a parameter here; it is looked up before a worker thread lists. */
static void
list_of_site(struct control_call *call)
{
	const char *name = control_member_text(call->query, "site", SITE_NAME_DEFAULT);
	struct diag diag = {0};
	int result = site_life_find(&call->site, call->server, name, &diag);

	call->works = result == DONE;
	if (result != DONE)
		control_refuse_outcome(call, result, 404, &diag);
}

/* --- one ------------------------------------------------------------------------------------------ */

static void
refuse_serial(struct control_call *call)
{
	control_refuse(call, 404,
		"the site's CA has issued no certificate with the serial number %.80s",
		call->parameters[1]);
}

static void
get(struct control_call *call)
{
	STORE_PAGE_CLEANUP struct store_page page = {.limit = 1};
	const struct certificate_filter filter = {.serial = call->parameters[1]};
	json_t *entries = json_array();
	struct diag diag = {0};
	int result = list_into(call, &page, &filter, entries, &diag);

	if (result < 0)
		control_refuse_outcome(call, result, 422, &diag);
	else if (json_array_size(entries) == 0)
		refuse_serial(call);
	else
		control_answer(call, 200, json_incref(json_array_get(entries, 0)));
	json_decref(entries);
}

/* Reads the serial of the path; false with the problem set when it is none. */
static bool
read_serial(struct buffer *out, struct control_call *call)
{
	const char *text = call->parameters[1];
	int octet;

	for (; (octet = hex_octet(text)) >= 0; text += 2)
		buffer_append_byte(out, (uint8_t)octet);
	if (!*text && out->size)
		return true;
	refuse_serial(call);
	return false;
}

static void
get_pem(struct control_call *call)
{
	CERTIFICATE_RECORD_CLEANUP struct certificate_record record = {0};
	BUFFER_CLEANUP struct buffer serial = {0}, pem = {0};
	struct diag diag = {0};
	int result;

	if (!read_serial(&serial, call))
		return;
	result = store_certificate_find(
		&record, call->server->store, call->site->store_name, buffer_bytes(&serial), &diag);
	if (result == REFUSED) {
		refuse_serial(call);
	} else if (result != DONE) {
		control_refuse_outcome(call, result, 500, &diag);
	} else {
		pem_write(&pem, "CERTIFICATE", buffer_bytes(&record.der));
		control_answer_text(call, "application/x-pem-file", &pem);
	}
}

/* --- revoking ------------------------------------------------------------------------------------- */

static void
answer_changed(struct control_call *call, int result, unsigned refused, const struct diag *diag)
{
	if (result == DONE)
		get(call);
	else
		control_refuse_outcome(call, result, refused, diag);
}

static void
revoke(struct control_call *call)
{
	BUFFER_CLEANUP struct buffer serial = {0};
	struct diag diag = {0};

	if (read_serial(&serial, call))
		answer_changed(call,
			store_certificate_revoke(call->server->store, call->site->store_name,
				buffer_bytes(&serial), clock_now_ms(&call->site->clock),
				(enum crl_reason)control_member_choice(
					call->body, &reason_field, REVOKED_UNSPECIFIED),
				&diag),
			404, &diag);
}

static void
unrevoke(struct control_call *call)
{
	BUFFER_CLEANUP struct buffer serial = {0};
	struct diag diag = {0};

	if (read_serial(&serial, call))
		answer_changed(call,
			store_certificate_unrevoke(call->server->store, call->site->store_name,
				buffer_bytes(&serial), &diag),
			409, &diag);
}

#define CERTIFICATES "/v1/sites/{site}/certificates"

const struct control_route control_rows_certificates[] = {
	{"GET", "/v1/certificates", "listAllCertificates",
		"lists the certificates that a site's CA has issued", .query = all_query,
		.success = 200, .answer = list_members, .run = list_of_site, .work = list},
	{"GET", CERTIFICATES, "listCertificates",
		"lists the certificates that the site's CA has issued", .query = list_query,
		.success = 200, .answer = list_members, .work = list},
	{"GET", CERTIFICATES "/{serial}", "getCertificate", "tells about one", .success = 200,
		.answer = entry_members, .run = get},
	{"GET", CERTIFICATES "/{serial}/pem", "getCertificatePem", "gives one", .success = 200,
		.content_type = "application/x-pem-file", .run = get_pem},
	{"POST", CERTIFICATES "/{serial}/revoke", "revokeCertificate", "revokes one",
		.body = revoke_members, .success = 200, .answer = entry_members, .run = revoke},
	{"POST", CERTIFICATES "/{serial}/unrevoke", "unrevokeCertificate",
		"takes a certificateHold back", .body = control_field_none, .success = 200,
		.answer = entry_members, .run = unrevoke},
	{0},
};
