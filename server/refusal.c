#include "server/refusal.h"

#include "common/hresult.h"
#include "server/exchange.h"

static const struct {
	const char *reason;
	enum scep_fail_info fail_info;
	int32_t error;
	enum ndes_event event;
} rows[] = {
	[REFUSAL_DIGEST] = {"digest-not-supported", SCEP_FAIL_BAD_ALG, HRESULT_NTE_BAD_ALGID,
		NDES_EVENT_NONE},
	[REFUSAL_SIGNATURE] = {"signature-wrong", SCEP_FAIL_BAD_MESSAGE_CHECK,
		HRESULT_NTE_BAD_SIGNATURE, NDES_EVENT_NONE},
	[REFUSAL_MESSAGE_TYPE] = {"message-type-unknown", SCEP_FAIL_BAD_REQUEST,
		HRESULT_E_INVALIDARG, NDES_EVENT_NONE},
	[REFUSAL_OPERATION] = {"operation-unknown", SCEP_FAIL_BAD_REQUEST, HRESULT_E_INVALIDARG,
		NDES_EVENT_NONE},
	[REFUSAL_MESSAGE_DATA] = {"message-data-malformed", SCEP_FAIL_BAD_REQUEST,
		HRESULT_E_INVALIDARG, NDES_EVENT_NONE},
	[REFUSAL_CSR_KEY] = {"csr-key-not-supported", SCEP_FAIL_BAD_ALG, HRESULT_NTE_BAD_ALGID,
		NDES_EVENT_NONE},
	[REFUSAL_CSR_SIGNATURE] = {"csr-signature-wrong", SCEP_FAIL_BAD_MESSAGE_CHECK,
		HRESULT_NTE_BAD_SIGNATURE, NDES_EVENT_NONE},
	[REFUSAL_TEMPLATE] = {"template-unknown", SCEP_FAIL_BAD_REQUEST,
		HRESULT_CERTSRV_E_UNSUPPORTED_CERT_TYPE, NDES_EVENT_FAIL_SUBMIT},
	[REFUSAL_KEY_SIZE] = {"key-too-small", SCEP_FAIL_BAD_REQUEST, HRESULT_CERTSRV_E_KEY_LENGTH,
		NDES_EVENT_FAIL_SUBMIT},
	[REFUSAL_SUBJECT] = {"subject-missing", SCEP_FAIL_BAD_REQUEST,
		HRESULT_CERTSRV_E_BAD_REQUESTSUBJECT, NDES_EVENT_FAIL_SUBMIT},
	[REFUSAL_NAME] = {"name-not-permitted", SCEP_FAIL_BAD_REQUEST, HRESULT_CERT_E_INVALID_NAME,
		NDES_EVENT_FAIL_SUBMIT},
	[REFUSAL_CA_EXPIRED] = {"ca-expired", SCEP_FAIL_BAD_REQUEST, HRESULT_CERT_E_EXPIRED,
		NDES_EVENT_FAIL_SUBMIT},
	[REFUSAL_RENEWAL_SUBJECT] = {"renewal-other-subject", SCEP_FAIL_BAD_REQUEST,
		HRESULT_CERTSRV_E_BAD_REQUESTSUBJECT, NDES_EVENT_FAIL_SUBMIT},
	[REFUSAL_SIGNER_SELF_SIGNED] = {"renewal-signer-self-signed", SCEP_FAIL_BAD_REQUEST,
		HRESULT_CERT_E_UNTRUSTEDROOT, NDES_EVENT_FAIL_SUBMIT},
	[REFUSAL_SIGNER_FOREIGN] = {"renewal-signer-foreign", SCEP_FAIL_BAD_REQUEST,
		HRESULT_CERT_E_UNTRUSTEDROOT, NDES_EVENT_FAIL_SUBMIT},
	[REFUSAL_SIGNER_EXPIRED] = {"renewal-signer-expired", SCEP_FAIL_BAD_REQUEST,
		HRESULT_CERT_E_EXPIRED, NDES_EVENT_FAIL_SUBMIT},
	[REFUSAL_SIGNER_REVOKED] = {"renewal-signer-revoked", SCEP_FAIL_BAD_REQUEST,
		HRESULT_CRYPT_E_REVOKED, NDES_EVENT_FAIL_SUBMIT},
	[REFUSAL_TRANSACTION_IN_USE] = {"transaction-in-use", SCEP_FAIL_BAD_REQUEST,
		HRESULT_E_INVALIDARG, NDES_EVENT_NONE},
	[REFUSAL_TRANSACTION_UNKNOWN] = {"transaction-unknown", SCEP_FAIL_BAD_CERT_ID,
		HRESULT_ERROR_NOT_FOUND, NDES_EVENT_NONE},
	[REFUSAL_TRANSACTION_OTHER] = {"transaction-other-request", SCEP_FAIL_BAD_CERT_ID,
		HRESULT_E_INVALIDARG, NDES_EVENT_NONE},
	[REFUSAL_CERTIFICATE_UNKNOWN] = {"certificate-unknown", SCEP_FAIL_BAD_CERT_ID,
		HRESULT_CRYPT_E_NOT_FOUND, NDES_EVENT_NONE},
	[REFUSAL_DENIED] = {"denied", SCEP_FAIL_BAD_REQUEST, HRESULT_CERTSRV_E_ADMIN_DENIED_REQUEST,
		NDES_EVENT_NONE},
	[REFUSAL_CA_STOPPED] = {"ca-stopped", SCEP_FAIL_BAD_REQUEST,
		HRESULT_RPC_S_SERVER_UNAVAILABLE, NDES_EVENT_FAIL_SUBMIT},
	[REFUSAL_DATABASE_FULL] = {"database-full", SCEP_FAIL_BAD_REQUEST, HRESULT_JET_errDiskFull,
		NDES_EVENT_FAIL_SUBMIT},
	[REFUSAL_REVOCATION_OFFLINE] = {"revocation-offline", SCEP_FAIL_BAD_REQUEST,
		HRESULT_CRYPT_E_REVOCATION_OFFLINE, NDES_EVENT_FAIL_SUBMIT},
};

/* What a standalone CA refuses of a renewal is an event of its own (ndes-behaviour 2.8); that it stands
 * in place of 31, and not beside it, is a guess. */
static enum ndes_event
event_of(const struct exchange *exchange, enum refusal refusal)
{
	bool renews = exchange->message.renewal ||
		exchange->message.scep->message_type == SCEP_RENEWAL_REQ;

	if (rows[refusal].event == NDES_EVENT_FAIL_SUBMIT && renews &&
		exchange->settings->ca_type == CA_TYPE_STANDALONE)
		return NDES_EVENT_RENEWAL_FAILED;
	return rows[refusal].event;
}

int
refusal_give(struct exchange *exchange, enum refusal refusal)
{
	exchange_refuse(exchange, rows[refusal].fail_info, rows[refusal].error,
		event_of(exchange, refusal), rows[refusal].reason);
	return STAGE_NEXT;
}
