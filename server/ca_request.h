/*
 * Requests and the transactions that they begin: PKCSReq, RenewalReq and the
 * CertPolls that ask after them (RFC 8894 2.5, 3.3.1 to 3.3.3; ndes-behaviour
 * 2.7, 2.8).
 *
 * A transaction is known by its transactionID. While it is pending, a repeated
 * request with the same public key counts as one more poll; with another key it
 * is refused. Once it has ended, the next request with that transactionID is a
 * new one, as AD CS makes of it: it needs a challenge of its own and gets a
 * certificate of its own. Of polls in the same instant that all find their
 * request approved, one gets it issued, and the others get what that one got.
 */
#pragma once

struct exchange;

/* Answers a PKCSReq or RenewalReq whose CSR signature and challenge are good. A stage_result. */
int ca_request_answer(struct exchange *exchange);

/* Answers a CertPoll. A stage_result. */
int ca_request_answer_poll(struct exchange *exchange);

/* Answers a poll whose request, issuance.request_id, another exchange has ended in the meantime: as
 * that one was answered. A stage_result. */
int ca_request_answer_ended(struct exchange *exchange);
