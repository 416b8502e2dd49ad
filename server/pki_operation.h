/*
 * The operation PKIOperation up to the decoded message: what mscep.dll does
 * before it asks anybody (ndes-behaviour 2.4).
 */
#pragma once

struct exchange;

/* Fills exchange->message. Returns STAGE_NEXT with the disposition saying how the message fares,
 * STAGE_ANSWERED where NDES sends no CertRep, or STAGE_BROKE. */
int pki_operation_run(struct exchange *exchange);

/* The same for an operation that nobody knows: a readable message is refused with badRequest. */
int pki_operation_run_unknown(struct exchange *exchange);

/* Answers a message to which no CertRep can be encrypted, for a reason that exchange->diag puts
 * into words: NDES's event 13. Returns STAGE_ANSWERED. */
int pki_operation_fail_to_encrypt(struct exchange *exchange, const char *reason);
