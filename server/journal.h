/*
 * Our own record of every exchange, decoded: journal.jsonl, one JSON object a
 * line, which tests read; and a short line for a person on stderr.
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
 *   operation        the parameter as sent, unescaped
 *   message          {size, type, type_name, transaction_id, sender_nonce (hex), digest, cipher,
 *                    renewal, signer: {subject, issuer, serial (hex), self_signed},
 *                    recipients: [{issuer, serial, key_identifier, ours, key_transport}]}; ours:
 *                    ra_encryption, ra_signing, issuing_ca, root_ca
 *   csr              {subject, key ("RSA" or "EC"), key_bits, subject_alt_name,
 *                    key_usage: ["digitalSignature"], extended_key_usage: ["clientAuth"]}
 *   challenge        {text, size, verdict, used_by}; verdict: not-needed, fixed, one-time, intune,
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

#define JOURNAL_TEXT_MAX 512

struct journal;

/*
 * Opens DIRECTORY/journal.jsonl for appending, or writes no file when NULL. Without `human_lines`
 * only exchanges at which this program failed are on stderr. DONE or REFUSED.
 */
int journal_open(struct journal **out, const char *directory, bool human_lines, struct diag *diag);

/* Records a finished exchange; its line is in the file when this returns. DONE; BROKEN with words
 * when the file begins to fail. */
int journal_write(struct journal *journal, const struct exchange *exchange, struct diag *diag);

void journal_close(struct journal *journal);
