#include "server/ca_refusal.h"

#include "common/hresult.h"
#include "server/exchange.h"

static const struct {
	const char *reason;
	enum scep_fail_info fail_info;
	int32_t error;
	enum ndes_event event;
} rows[] = {
	[CA_REFUSAL_TEMPLATE] = {"template-unknown", SCEP_FAIL_BAD_REQUEST,
		HRESULT_CERTSRV_E_UNSUPPORTED_CERT_TYPE, NDES_EVENT_FAIL_SUBMIT},
	[CA_REFUSAL_KEY_SIZE] = {"key-too-small", SCEP_FAIL_BAD_REQUEST,
		HRESULT_CERTSRV_E_KEY_LENGTH, NDES_EVENT_FAIL_SUBMIT},
	[CA_REFUSAL_SUBJECT] = {"subject-missing", SCEP_FAIL_BAD_REQUEST,
		HRESULT_CERTSRV_E_BAD_REQUESTSUBJECT, NDES_EVENT_FAIL_SUBMIT},
	[CA_REFUSAL_CA_EXPIRED] = {"ca-expired", SCEP_FAIL_BAD_REQUEST, HRESULT_CERT_E_EXPIRED,
		NDES_EVENT_FAIL_SUBMIT},
	[CA_REFUSAL_RENEWAL_SUBJECT] = {"renewal-other-subject", SCEP_FAIL_BAD_REQUEST,
		HRESULT_CERTSRV_E_BAD_REQUESTSUBJECT, NDES_EVENT_FAIL_SUBMIT},
	[CA_REFUSAL_SIGNER_SELF_SIGNED] = {"renewal-signer-self-signed", SCEP_FAIL_BAD_REQUEST,
		HRESULT_CERT_E_UNTRUSTEDROOT, NDES_EVENT_FAIL_SUBMIT},
	[CA_REFUSAL_SIGNER_FOREIGN] = {"renewal-signer-foreign", SCEP_FAIL_BAD_REQUEST,
		HRESULT_CERT_E_UNTRUSTEDROOT, NDES_EVENT_FAIL_SUBMIT},
	[CA_REFUSAL_SIGNER_EXPIRED] = {"renewal-signer-expired", SCEP_FAIL_BAD_REQUEST,
		HRESULT_CERT_E_EXPIRED, NDES_EVENT_FAIL_SUBMIT},
	[CA_REFUSAL_SIGNER_REVOKED] = {"renewal-signer-revoked", SCEP_FAIL_BAD_REQUEST,
		HRESULT_CRYPT_E_REVOKED, NDES_EVENT_FAIL_SUBMIT},
	[CA_REFUSAL_TRANSACTION_IN_USE] = {"transaction-in-use", SCEP_FAIL_BAD_REQUEST,
		HRESULT_E_INVALIDARG, NDES_EVENT_NONE},
	[CA_REFUSAL_TRANSACTION_UNKNOWN] = {"transaction-unknown", SCEP_FAIL_BAD_CERT_ID,
		HRESULT_ERROR_NOT_FOUND, NDES_EVENT_NONE},
	[CA_REFUSAL_TRANSACTION_OTHER] = {"transaction-other-request", SCEP_FAIL_BAD_CERT_ID,
		HRESULT_E_INVALIDARG, NDES_EVENT_NONE},
	[CA_REFUSAL_CERTIFICATE_UNKNOWN] = {"certificate-unknown", SCEP_FAIL_BAD_CERT_ID,
		HRESULT_CRYPT_E_NOT_FOUND, NDES_EVENT_NONE},
};

int
ca_refuse(struct exchange *exchange, enum ca_refusal refusal)
{
	exchange_refuse(exchange, rows[refusal].fail_info, rows[refusal].error, rows[refusal].event,
		rows[refusal].reason);
	return STAGE_NEXT;
}
