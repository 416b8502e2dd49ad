/*
 * The database of AD CS on a full disk, which is our store that could not be
 * written. The message is refused as by a CA that runs and cannot issue: a
 * CertRep with FAILURE and ESE's number for a full disk. That number is
 * Microsoft's (0xC8000000 and the number that ESE negates, as certutil shows
 * it); that NDES passes it on is inferred from how it passes on the CA's other
 * errors (ndes-behaviour 6.1, event 31), no capture of it is known.
 */
#pragma once

struct exchange;

/*
 * Takes what a stage returned. Where that is STAGE_BROKE because the store could not be written, the
 * exchange goes on to its refusal (STAGE_NEXT), or, when it has no pkiMessage to reply to, is answered
 * with IIS's HTTP 500 (STAGE_ANSWERED); what was answered already stays as it is. Else returns
 * `result`.
 */
int ca_database_answer(struct exchange *exchange, int result);
