/*
 * A CertRep (RFC 8894 3.3.2): written from a plan that says every byte that
 * differs between servers, and read as a careful client reads it.
 */
#pragma once

#include "common/envelope.h"
#include "common/envelope_writer.h"
#include "common/scep.h"
#include "common/signed_data.h"
#include "common/signed_data_writer.h"

/* What stands in eContent. */
enum scep_reply_content {
	SCEP_CONTENT_ENVELOPE,  /* the sealed messageData */
	SCEP_CONTENT_ABSENT,    /* RFC 8894 3.3.2.2 */
	SCEP_CONTENT_ZERO_BYTE, /* one byte 00, as NDES sends on FAILURE */
};

/* Views are borrowed until the reply has been written. */
struct scep_reply_plan {
	unsigned message_type; /* 3 */
	unsigned status;       /* enum scep_status */
	unsigned fail_info;    /* enum scep_fail_info; written with FAILURE alone */
	bool without_message_type;
	bool without_status;
	bool without_fail_info;
	const char *transaction_id;   /* NULL: left out */
	uint8_t transaction_id_tag;   /* PrintableString unless said otherwise */
	struct bytes sender_nonce;    /* empty: left out */
	struct bytes recipient_nonce; /* the request's senderNonce; empty: left out */
	const char *server_message;   /* 1.3.6.1.4.1.311.21.38 UTF8String; NULL: left out */
	bool has_error;             /* 1.3.6.1.4.1.311.21.33 PrintableString: the signed decimal */
	int32_t error;              /* an HRESULT */
	const char *fail_info_text; /* RFC 8894 3.2.1.4 failInfoText; NULL: left out */
	enum scep_reply_content content;
	struct bytes message_data;     /* plain: a certs-only SignedData */
	struct envelope_plan envelope; /* with SCEP_CONTENT_ENVELOPE */
	const struct digest_algorithm *digest;
	bool digest_parameters_null;
	bool signature_names_digest;
	int64_t signing_time;                                         /* 0: none */
	struct bytes certificates[SIGNED_DATA_PLAN_CERTIFICATES_MAX]; /* NDES embeds none */
	size_t certificate_count;
	const struct certificate *signer; /* the RA signing certificate */
	EVP_PKEY *signer_key;
};

/* Appends the DER CertRep. One private-key and at most one public-key operation. DONE, or BROKEN
 * with nothing appended. */
int scep_reply_write(struct buffer *out, const struct scep_reply_plan *plan, struct diag *diag);

/* As read. Owns what it holds. All zero before. */
struct scep_reply {
	struct signed_data message;
	char transaction_id[LIMIT_TRANSACTION_ID + 1];
	unsigned message_type;
	unsigned status;
	bool has_fail_info;
	unsigned fail_info;
	struct bytes sender_nonce;
	struct bytes recipient_nonce;
	bool has_error;
	int32_t error;                /* 1.3.6.1.4.1.311.21.33 */
	struct buffer server_message; /* 1.3.6.1.4.1.311.21.38 as text */
	struct buffer fail_info_text;
	struct envelope envelope;   /* closed; no recipients unless SUCCESS */
	struct buffer message_data; /* scep_reply_open: the certs-only SignedData */
	struct signed_data answer;  /* scep_reply_open: its certificates and crls */
};

#define SCEP_REPLY_CLEANUP __attribute__((cleanup(scep_reply_done)))

void scep_reply_done(struct scep_reply *reply);

/*
 * Decodes a CertRep up to its closed envelope. The content of a FAILURE or PENDING reply is not
 * looked at, since NDES puts a zero byte there. DONE or REFUSED.
 */
int scep_reply_read(struct scep_reply *out, struct bytes der, struct diag *diag);

/* Returns the index in `certificates` of the one that the SignerInfo names, or -1. */
int scep_reply_find_signer(
	const struct scep_reply *reply, const struct certificate *certificates, size_t count);

/* Opens the envelope with the key of the certificate that signed the request, and decodes the
 * certs-only SignedData within. DONE, REFUSED or BROKEN. */
int scep_reply_open(struct scep_reply *reply, const struct certificate *recipient, EVP_PKEY *key,
	struct diag *diag);

/* The same with the challenge password, for a key that cannot decrypt (RFC 8894 3.1). */
int scep_reply_open_with_password(
	struct scep_reply *reply, struct bytes password, struct diag *diag);
