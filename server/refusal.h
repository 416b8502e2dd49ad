/*
 * What mscep.dll and AD CS refuse with a CertRep, one row each: the word for the
 * journal, and the failInfo, HRESULT and NDES event that the refusal shows as
 * (ndes-behaviour 2.4, 2.8, 6.1). Challenges have their rows in challenge.c.
 */
#pragma once

struct exchange;

enum refusal {
	/* mscep.dll */
	REFUSAL_DIGEST,    /* of the pkiMessage: one that we do not take, MD5 above all */
	REFUSAL_SIGNATURE, /* of the pkiMessage */
	REFUSAL_MESSAGE_TYPE,
	REFUSAL_OPERATION,
	REFUSAL_MESSAGE_DATA,
	REFUSAL_CSR_KEY,
	REFUSAL_CSR_SIGNATURE,
	/* AD CS */
	REFUSAL_TEMPLATE, /* no such template */
	REFUSAL_KEY_SIZE,
	REFUSAL_SUBJECT, /* neither a subject nor a subjectAltName */
	REFUSAL_NAME,    /* a subject that the CA may not issue to */
	REFUSAL_CA_EXPIRED,
	REFUSAL_RENEWAL_SUBJECT,    /* another subject than the signer's */
	REFUSAL_SIGNER_SELF_SIGNED, /* of a RenewalReq */
	REFUSAL_SIGNER_FOREIGN,     /* of a RenewalReq */
	REFUSAL_SIGNER_EXPIRED,
	REFUSAL_SIGNER_REVOKED,
	REFUSAL_TRANSACTION_IN_USE, /* by another key */
	REFUSAL_TRANSACTION_UNKNOWN,
	REFUSAL_TRANSACTION_OTHER, /* the CertPoll's names are not those of the request */
	REFUSAL_CERTIFICATE_UNKNOWN,
	REFUSAL_CA_STOPPED,
	REFUSAL_DENIED,
	REFUSAL_DATABASE_FULL, /* the CA cannot write what it would issue (ca_database.h) */
	REFUSAL_REVOCATION_OFFLINE,
};

/* Refuses the message; the words stand in exchange->diag. Returns STAGE_NEXT, so that a check can
 * return it. */
int refusal_give(struct exchange *exchange, enum refusal refusal);
