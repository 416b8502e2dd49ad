/*
 * Our own record of every exchange, decoded: journal.jsonl, one JSON object a
 * line, which tests read; a short line for a person on stderr; and the newest
 * exchanges in memory, to be asked (journal_query.h, journal_verify.h).
 *
 * An exchange is in memory from its arrival on: when its request has been understood
 * and its answer is about to leave. It is complete when the last byte is out. What ended
 * without having been understood comes in then. A record (journal_record.h) has
 *
 *   fields           short texts, a row each in journal_field.c, known at arrival; but end, which
 *                    is known at completion
 *   object           that of journal.jsonl, at completion
 *   request, reply   their bytes, JOURNAL_RAW_MAX of each at most, at completion; and what is
 *                    missing of them, and why: headers behind the 128th, a body that nobody wanted, what
 *                    a client did not take
 *   arrival          places among all arrivals and completions, in that order
 *   completion
 *
 * With --redact no password is in the object, the line or the bytes: the object's challenge has no
 * `text`, its request's target no query, and a request or reply that may carry a password has no bytes
 * (journal_redaction.h).
 *
 * The JSON object:
 *
 * What an exchange did not have is not in its object: no key is null. Text of
 * the client's is cut at JOURNAL_TEXT_MAX bytes; where that can happen often,
 * the whole size stands beside it.
 *
 *   exchange         its number, from 1, as in X-Mock-Request
 *   site             "default" or NAME of /site/NAME
 *   time             of arrival, by the deployment's clock: "2026-01-31T23:59:58.747Z"
 *   duration_ms      3.214, real time, from the request line to the last byte
 *   connection       {number, nth, client_address, client_port, end}; end: sent, client-left,
 *                    timed-out, malformed, closed-by-plan, reset-by-plan, stalled-by-plan, shutdown
 *   request          {method, target, target_size, user_agent, content_length, bytes}
 *   repeats          {exchange, same, end, gap_ms}: an earlier exchange that sent the same bytes at most 5 s
 *                    before, and was not answered if it was a short GET; same: request, or head where the earlier one's body was not read; end as
 *                    that of its connection, absent where it went on; gap_ms from its end to this request
 *                    line, real time
 *   operation        the parameter as sent, unescaped
 *   message          {size, type, type_name, transaction_id, sender_nonce (hex), digest, cipher,
 *                    renewal, signer: {subject, issuer, serial (hex), self_signed},
 *                    recipients: [{issuer, serial, key_identifier, ours, key_transport}]}; ours:
 *                    ra_encryption, ra_signing, issuing_ca, root_ca
 *   csr              {subject, key ("RSA" or "EC"), key_bits, subject_alt_name,
 *                    key_usage: ["digitalSignature"], extended_key_usage: ["clientAuth"],
 *                    base64 (of the DER, up to 16 KiB; not with --redact)}
 *   challenge        {text, size, verdict, used_by}; text not with --redact; verdict: not-needed, fixed, one-time, intune,
 *                    or, refused, absent, malformed, unknown, used, expired, other-subject,
 *                    other-alternative-name, other-key-usage, bad-token
 *   disposition      {status, fail_info, error ("0x80070490"), error_name, reason, event}; of a
 *                    pkiMessage that was answered or refused; status and fail_info as the CertRep
 *                    has them, and only where there was one
 *   issuance         {request_id, serial, polls, crl_size}
 *   stages           the names of those that the exchange went through, in order
 *   answered_by      the one that gave the answer
 *   response         {from ("proxy", "http_sys", "iis", "mscep", "mock-ndes"), reason (s-reason of http.sys), status,
 *                    substatus, win32_status, win32_name, content_type, body_size, bytes}; or
 *                    {from ("http_library"), status} when libmicrohttpd refused a body by itself,
 *                    and what the stages would have answered was not sent
 *   faults           [{rule, actions, nth, draw, seed}, {setting, value}]: rules that struck it, at
 *                    their nth match (the draw in millionths), and settings that shaped it and are not
 *                    at their defaults
 *   evidence         [{log, lines, reason, events}]: the logs of the deployment that got lines from it,
 *                    of W3C, HTTPERR, eventlog, NDESPlugin.log, CertificateRegistrationPoint.svclog;
 *                    reason is HTTPERR's s-reason, events are the numbers in the order of writing;
 *                    lines of the eventlog are events
 *   words            what was wrong, for a person
 *   broke            true when that was a failure of this program
 */
#pragma once

#include "server/exchange.h"
#include "server/journal_ring.h"

#define JOURNAL_TEXT_MAX 512

struct journal;
struct store;

struct journal_plan {
	const char *directory; /* of journal.jsonl; NULL: no file */
	bool redacted;         /* no passwords are in it, so that everybody may read it */
	bool human_lines;    /* false: only exchanges at which this program failed are on stderr */
	size_t exchanges;    /* so many are kept in memory at most; 0: none */
	size_t bytes;        /* that they may take */
	struct store *store; /* a file, which keeps them over a restart; NULL: nothing does */
};

/* Opens journal.jsonl for appending, and takes up again what the store has. The store stays the
 * caller's. DONE, REFUSED or BROKEN. */
int journal_open(struct journal **out, const struct journal_plan *plan, struct diag *diag);

/* Writes what the store has not got yet, and releases everything. Accepts NULL. */
void journal_close(struct journal *journal);

/* Returns the highest number that an exchange has had in the store; 0: none. */
uint64_t journal_highest(const struct journal *journal);

/* --- as exchanges come and go ------------------------------------------------- */

/* Records an exchange that has arrived: the journal's record becomes exchange->record. From any
 * thread. */
void journal_arrive(struct journal *journal, struct exchange *exchange);

/* Records a finished exchange, whether or not it arrived before; its line is in the file when this
 * returns, and its record complete. DONE; BROKEN with words when the file begins to fail. */
int journal_write(struct journal *journal, struct exchange *exchange, struct diag *diag);

/* Opens journal.jsonl anew, as somebody may have renamed it; the file is there when this returns. DONE;
 * BROKEN with words when it cannot be opened. */
int journal_reopen(struct journal *journal, struct diag *diag);

/* --- for who asks; from any thread --------------------------------------------- */

/* The exchanges in memory; NULL when none are kept. */
struct journal_ring *journal_ring(struct journal *journal);

/* Forgets all exchanges, or those of one site, in memory and in the store (journal_ring_clear); not
 * journal.jsonl. Accepts NULL. */
void journal_clear(struct journal *journal, const char *site);

/* Returns how many exchanges the store has not got although it should: the disk failed, or was slower
 * than they came. */
uint64_t journal_unsaved(struct journal *journal);

/*
 * Says whom to call after each arrival, completion and clearing while somebody watches; NULL: nobody. It
 * is called from whatever thread it happened on, holds no lock then, and must not wait. Not to be
 * changed while exchanges run.
 */
void journal_set_notify(struct journal *journal, void (*notify)(void *context), void *context);

/* Begins and ends watching; counted. Who watches first and looks then misses nothing. */
void journal_watch(struct journal *journal);
void journal_unwatch(struct journal *journal);
