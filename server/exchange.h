/*
 * One exchange on its way through the stages. Each part is filled by one stage
 * and read by those behind it.
 */
#pragma once

#include "common/scep_reply.h"
#include "common/scep_request.h"
#include "server/evidence.h"
#include "server/http.h"
#include "server/journal_repeat.h"
#include "server/ndes_event.h"
#include "server/pages.h"
#include "server/pipeline.h"
#include "server/rule_set.h"
#include "server/site.h"

#define EXCHANGE_SHAPED_MAX 16

struct operation;
struct message_type;
struct application;
struct journal_record;

/* Filled by iis: which application the URL leads to, and who asks. */
struct route {
	struct buffer path; /* below the site, unescaped, ended by NUL */
	const struct application *application;
	const char *
		path_info; /* what follows the application's path: "", "/", "/mscep.dll/pkiclient.exe" */
	char *user;        /* cs-username; NULL: anonymous */
};

/* Filled by mscep: what the client wants. */
struct message {
	bool operation_present;            /* the query names an operation */
	const struct operation *operation; /* NULL: none, or one that nobody knows */
	const struct message_type *type;   /* of a PKIOperation; NULL: a number nobody knows */
	struct buffer der;                 /* the pkiMessage as decoded from query or body */
	/* What stands in it, owned; while it has not been decoded, one that is empty and not to be
	 * written to. */
	struct scep_request *scep;
	bool renewal; /* signed with a certificate that this CA issued, still valid, not revoked */
};

/* Why a challenge was or was not good; its row in challenge.c gives HRESULT and failInfo. */
enum challenge_verdict {
	VERDICT_NONE,       /* no challenge was looked at */
	VERDICT_NOT_NEEDED, /* EnforcePassword 0, or a valid renewal */
	VERDICT_FIXED,
	VERDICT_ONE_TIME,
	VERDICT_INTUNE,
	VERDICT_ABSENT,
	VERDICT_MALFORMED,
	VERDICT_UNKNOWN,
	VERDICT_USED,
	VERDICT_EXPIRED,
	VERDICT_REVOKED, /* by name */
	VERDICT_OTHER_SUBJECT,
	VERDICT_OTHER_ALTERNATIVE_NAME,
	VERDICT_OTHER_KEY_USAGE,
	VERDICT_BAD_TOKEN, /* not signed by the Intune service, or not for this module */
	VERDICT_COUNT,
};

/* Filled by policy. */
struct verdict {
	enum challenge_verdict challenge;
	bool heard;         /* the policy module got an answer from the connector */
	bool approved;      /* which was that the challenge is good */
	uint64_t used_by;   /* with VERDICT_USED: the exchange that used it */
	struct bytes taken; /* the challenge that was taken from the store; borrowed from the CSR */
	struct buffer token_identifier; /* of an Intune challenge */
};

/*
 * How the message fares, in AD CS's word. SUCCESS until a stage says otherwise; the first one that
 * does is right. Data for the reply, not an error of ours.
 */
struct disposition {
	enum scep_status status;
	enum scep_fail_info fail_info;
	int32_t error;      /* the HRESULT of attribute 1.3.6.1.4.1.311.21.33; 0: none */
	const char *reason; /* a word for the journal: "challenge-used"; NULL with SUCCESS */
	enum ndes_event event;
};

/* Filled by ca; the certificate by ca_issue. */
struct issuance {
	struct certificate_plan plan;  /* its views point into the request */
	struct buffer planned_key;     /* where a rule has put another into the plan */
	struct buffer planned_subject; /* likewise */
	bool approved;                 /* the plan is to be carried out */
	struct csr pending;            /* of a poll: the request that it asks after, as long as that
					 is kept; else empty */
	uint32_t request_id;
	struct buffer certificate; /* DER, on record; empty when nothing was issued */
	struct buffer crl;         /* for GetCRL */
	unsigned polls;
};

/* What becomes of a CertRep's bytes when it is complete: bits, carried out in this order. */
enum reply_bytes {
	REPLY_BYTES_SIGNATURE_CORRUPT = 1 << 0,
	REPLY_BYTES_INDEFINITE = 1 << 1,
	REPLY_BYTES_TRUNCATED = 1 << 2,
	REPLY_BYTES_TRAILING = 1 << 3,
};

/* Filled by reply_plan; the DER by reply. */
struct reply {
	struct scep_reply_plan plan; /* its views point to what stands in the exchange */
	unsigned bytes;              /* enum reply_bytes; 0: as they are */
	uint8_t nonce[SCEP_NONCE_SIZE];
	struct certificate signer;   /* minted where a rule wants one that the authority has not */
	struct certificate other_ca; /* likewise */
	struct buffer message_data;
	struct buffer der;
};

struct exchange {
	uint64_t number; /* counted from 1; X-Mock-Request */
	struct server *server;
	struct site *
		site; /* held; the default site until the stage `site`, and where that finds none */
	struct bytes site_prefix; /* "/site/NAME" as sent, no longer in the request; may be empty */
	struct condition *condition;       /* the site's, as it was when the exchange began; held */
	const struct settings *settings;   /* of the condition */
	const struct authority *authority; /* of the condition */
	struct http_exchange *http;
	int64_t arrived_ms;              /* the site's clock, since 1970 */
	uint32_t stages;                 /* that it went through: bit i is pipeline_stage(i) */
	const struct stage *answered_by; /* NULL: the whole way was gone */
	char *proxied_target;            /* what a proxy made of the target; NULL: nothing */
	unsigned balanced_to;            /* which of several servers, from 1; 0: there is one */
	struct route route;
	struct message message;
	struct verdict verdict;
	struct disposition disposition;
	struct issuance issuance;
	struct reply reply;
	bool reached_http_sys;              /* and not only the way to it */
	enum http_sys_error http_sys_error; /* with response.from RESPONSE_FROM_HTTP_SYS */
	/* Settings that shaped the answer; those at their defaults do not count as faults. */
	const struct setting_row *shaped_by[EXCHANGE_SHAPED_MAX];
	unsigned shaped_count;
	struct rule_set *rules;        /* of the site; held; NULL: none */
	struct rule_decision decision; /* of the rules */
	struct evidence evidence;
	uint64_t head_hash; /* for journal_repeat.h; 0: not made yet */
	struct journal_repeat
		repeat; /* whether it is sent for the second time; filled at its end */
	struct journal_record *record; /* in the journal; held; NULL: none yet, or none is kept */
	bool broke;                    /* a stage failed: an error of ours, not of the deployment */
	struct diag diag;              /* the words of the latest refusal or failure; empty: none */
};

/* A failure of ours: HTTP 500, and the words in exchange->diag go to the operator. */
void exchange_break(struct exchange *exchange);

/* Makes the exchange that belongs to an HTTP exchange for a listener's site; frees it. */
struct exchange *exchange_new(struct site *site, struct http_exchange *http);
void exchange_free(struct exchange *exchange);

/* Gives message.scep the room in which a message is read, once; the exchange owns it. Most exchanges,
 * and all that wait on their way here, have none, and it is large. */
struct scep_request *exchange_new_message(struct exchange *exchange);

/* Lets the exchange go on at a site, under the condition that is in force there and by its clock. */
void exchange_enter_site(struct exchange *exchange, struct site *site);

/* Lets the exchange go on under another condition of its deployment, whose hold it takes over. */
void exchange_set_condition(struct exchange *exchange, struct condition *condition);

/*
 * Says that the message is refused: the first caller wins. `reason` is static. The words in
 * exchange->diag go with it to the journal.
 */
void exchange_refuse(struct exchange *exchange, enum scep_fail_info fail_info, int32_t error,
	enum ndes_event event, const char *reason);

/*
 * Says that the answer is as it is because of a setting, which there must be. Whether the
 * value is a healthy one is for the reader of the note to see, so honest code may always call it.
 */
void exchange_note_setting(struct exchange *exchange, const char *name);

/* Returns the subject of the PKCS#10, or of the request that a CertPoll asks after; a DER Name, empty
 * when there is none. */
struct bytes exchange_subject(const struct exchange *exchange);

/* The exchange's time in whole seconds since 1970. */
static inline int64_t
exchange_seconds(const struct exchange *exchange)
{
	return exchange->arrived_ms / 1000;
}
