/*
 * For what AD CS refuses, one row each: the word for the journal, and the
 * failInfo, HRESULT and NDES event that the refusal shows as (ndes-behaviour
 * 2.4, 2.8, 6.1).
 */
#pragma once

struct exchange;

enum ca_refusal {
	CA_REFUSAL_TEMPLATE, /* no such template */
	CA_REFUSAL_KEY_SIZE,
	CA_REFUSAL_SUBJECT, /* neither a subject nor a subjectAltName */
	CA_REFUSAL_CA_EXPIRED,
	CA_REFUSAL_RENEWAL_SUBJECT,    /* another subject than the signer's */
	CA_REFUSAL_SIGNER_SELF_SIGNED, /* of a RenewalReq */
	CA_REFUSAL_SIGNER_FOREIGN,     /* of a RenewalReq */
	CA_REFUSAL_SIGNER_EXPIRED,
	CA_REFUSAL_SIGNER_REVOKED,
	CA_REFUSAL_TRANSACTION_IN_USE, /* by another key */
	CA_REFUSAL_TRANSACTION_UNKNOWN,
	CA_REFUSAL_TRANSACTION_OTHER, /* the CertPoll's names are not those of the request */
	CA_REFUSAL_CERTIFICATE_UNKNOWN,
};

/* Refuses the message; the words stand in exchange->diag. Returns STAGE_NEXT, so that a check can
 * return it. */
int ca_refuse(struct exchange *exchange, enum ca_refusal refusal);
