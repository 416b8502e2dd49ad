/*
 * A client's pkiMessage (RFC 8894 3.2, 3.3): PKCSReq, RenewalReq, CertPoll,
 * GetCert, GetCRL. Decoding goes in three steps, because a server must tell
 * which one failed: the message (NDES event 17), its signature, its envelope
 * (event 18); then what is inside.
 */
#pragma once

#include "common/csr.h"
#include "common/envelope.h"
#include "common/envelope_writer.h"
#include "common/scep.h"
#include "common/signed_data.h"

/* As decoded so far; each step fills its part. All zero before the first step. */
struct scep_request {
	/* scep_request_read */
	struct signed_data message;
	struct certificate signer;
	EVP_PKEY *signer_key;
	char transaction_id[LIMIT_TRANSACTION_ID + 1]; /* text, ended by NUL */
	uint8_t transaction_id_tag;                    /* the string type it came in */
	unsigned message_type;     /* a number that may be in no table of ours */
	struct bytes sender_nonce; /* usually SCEP_NONCE_SIZE bytes; empty when absent */
	struct envelope envelope;  /* closed; has no recipients when the content was absent */
	/* scep_request_open */
	struct buffer message_data; /* the plain content of the envelope */
	/* scep_request_read_data, by message type */
	struct csr csr;       /* PKCSReq, RenewalReq */
	struct bytes issuer;  /* CertPoll, GetCert, GetCRL: Name */
	struct bytes subject; /* CertPoll: Name */
	struct bytes serial;  /* GetCert, GetCRL: content octets */
	/* scep_request_read_csr_key */
	EVP_PKEY *csr_key;
};

#define SCEP_REQUEST_CLEANUP __attribute__((cleanup(scep_request_done)))

void scep_request_done(struct scep_request *request);

/*
 * Step 1: decodes the pkiMessage up to its closed envelope. The signer's certificate is found
 * anywhere in the set by issuer and serial; transactionID, messageType and senderNonce are taken
 * from the signed attributes (each at most once; transactionID and messageType must be there; any
 * string type is taken). The signature is not checked. DONE, REFUSED or BROKEN; what could be read
 * before stays filled, for the journal.
 */
int scep_request_read(struct scep_request *out, struct bytes der, struct diag *diag);

/* Step 2: checks the signature with the signer's key. DONE, REFUSED (changed content, wrong
 * signature, MD5, unknown digest) or BROKEN. */
int scep_request_verify(const struct scep_request *request, struct diag *diag);

/* A certificate and key that messages may be addressed to. */
struct scep_recipient {
	const struct certificate *certificate;
	EVP_PKEY *key;
};

/*
 * Step 3: opens the envelope with the first of `recipients` that one of its first
 * `recipient_limit` RecipientInfos names (NDES is reported to look at the first alone). REFUSED
 * words say to whom it was addressed, and that recipients[0], the RA encryption certificate, was
 * expected. One private-key operation. DONE, REFUSED or BROKEN.
 */
int scep_request_open(struct scep_request *request, const struct scep_recipient *recipients,
	size_t recipient_count, size_t recipient_limit, struct diag *diag);

/*
 * Step 4: decodes message_data as the message type says (UpdateReq like RenewalReq). A type we do
 * not know is DONE with nothing filled. The signature of a CSR is not checked. DONE or REFUSED.
 */
int scep_request_read_data(struct scep_request *request, struct diag *diag);

/* Step 5, for a CSR: its key, which is the signer's where both are the same (a first request), since
 * reading a key anew and preparing it for the next verification costs 10 to 20 microseconds. Fails
 * as key_read_public does. */
int scep_request_read_csr_key(struct scep_request *request, struct diag *diag);

/* What a client is about to send. Views are borrowed. */
struct scep_request_plan {
	unsigned message_type;
	const char *transaction_id;
	struct bytes sender_nonce;
	struct bytes message_data;     /* plain: CSR, IssuerAndSubject, IssuerAndSerialNumber */
	struct envelope_plan envelope; /* to the RA encryption certificate */
	const struct digest_algorithm *digest;
	const struct certificate *signer; /* embedded, and named by the SignerInfo */
	EVP_PKEY *signer_key;
};

/* Appends the DER pkiMessage. One private-key and one public-key operation. DONE, or BROKEN with
 * nothing appended. */
int scep_request_write(struct buffer *out, const struct scep_request_plan *plan, struct diag *diag);

/* Append the messageData of CertPoll, and of GetCert and GetCRL (RFC 8894 3.3.3 to 3.3.5). */
void scep_request_put_issuer_and_subject(
	struct buffer *out, struct bytes issuer, struct bytes subject);
void scep_request_put_issuer_and_serial(
	struct buffer *out, struct bytes issuer, struct bytes serial);
