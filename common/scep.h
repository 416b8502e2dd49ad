/*
 * The words of RFC 8894 that both sides share: message types, statuses,
 * failure reasons, capabilities.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "common/buffer.h"

#define SCEP_NONCE_SIZE 16

/* messageType, RFC 8894 3.2.1.2; 18 is of the drafts. */
enum scep_message_type {
	SCEP_CERT_REP = 3,
	SCEP_RENEWAL_REQ = 17,
	SCEP_UPDATE_REQ = 18,
	SCEP_PKCS_REQ = 19,
	SCEP_CERT_POLL = 20,
	SCEP_GET_CERT = 21,
	SCEP_GET_CRL = 22,
};

/* pkiStatus, RFC 8894 3.2.1.3. */
enum scep_status {
	SCEP_STATUS_SUCCESS = 0,
	SCEP_STATUS_FAILURE = 2,
	SCEP_STATUS_PENDING = 3,
};

/* failInfo, RFC 8894 3.2.1.4. */
enum scep_fail_info {
	SCEP_FAIL_BAD_ALG = 0,
	SCEP_FAIL_BAD_MESSAGE_CHECK = 1,
	SCEP_FAIL_BAD_REQUEST = 2,
	SCEP_FAIL_BAD_TIME = 3,
	SCEP_FAIL_BAD_CERT_ID = 4,
};

/* What GetCACaps can announce, RFC 8894 3.5.2. */
enum scep_capability {
	SCEP_CAP_AES = 1 << 0,
	SCEP_CAP_DES3 = 1 << 1,
	SCEP_CAP_GET_NEXT_CA_CERT = 1 << 2,
	SCEP_CAP_POST_PKI_OPERATION = 1 << 3,
	SCEP_CAP_RENEWAL = 1 << 4,
	SCEP_CAP_SHA1 = 1 << 5,
	SCEP_CAP_SHA256 = 1 << 6,
	SCEP_CAP_SHA384 = 1 << 7, /* not in the RFC; strongSwan looks for it */
	SCEP_CAP_SHA512 = 1 << 8,
	SCEP_CAP_STANDARD = 1 << 9, /* implies AES, POSTPKIOperation, SHA-256 */
	SCEP_CAP_UPDATE = 1 << 10,  /* of the drafts */
};

/* Return the RFC's word ("PKCSReq", "PENDING", "badRequest"), or "unknown". */
const char *scep_message_type_name(unsigned type);
const char *scep_status_name(unsigned status);
const char *scep_fail_info_name(unsigned fail_info);

/* Returns the names of all message types in turn, each with its number; NULL behind the last. */
const char *scep_message_type_name_at(int64_t *number, size_t index);

/* Returns the keyword of one capability ("POSTPKIOperation"), or NULL. */
const char *scep_capability_name(unsigned capability);

/* Returns the enum scep_capability bits of a GetCACaps body: one keyword a line, CR LF or LF,
 * case and unknown words ignored (RFC 8894 3.5.2). */
unsigned scep_capabilities_read(struct bytes body);
