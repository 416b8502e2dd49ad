/*
 * Requests and the transactions that they begin: PKCSReq, RenewalReq and the
 * CertPolls that ask after them (RFC 8894 2.5, 3.3.1 to 3.3.3; ndes-behaviour
 * 2.7, 2.8).
 *
 * A transaction is known by its transactionID. While it is pending, a repeated
 * request with the same public key counts as one more poll; with another key it
 * is refused. Once it has ended, the next request with that transactionID is a
 * new one, as AD CS makes of it: it needs a challenge of its own and gets a
 * certificate of its own. Two polls in the same instant may both find their
 * request approved; each then gets a certificate, and the transaction is the
 * later one's.
 */
#pragma once

struct exchange;

/* Answers a PKCSReq or RenewalReq whose CSR signature and challenge are good. A stage_result. */
int ca_request_answer(struct exchange *exchange);

/* Answers a CertPoll. A stage_result. */
int ca_request_answer_poll(struct exchange *exchange);
