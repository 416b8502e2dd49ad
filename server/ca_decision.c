#include "server/ca_decision.h"

#include "common/hresult.h"
#include "server/server.h"
#include "server/store.h"

int
ca_decision_approve(
	struct site *site, const char *transaction_id, int64_t now_ms, struct diag *diag)
{
	return store_transaction_approve(
		site->server->store, site->store_name, transaction_id, now_ms, diag);
}

int
ca_decision_deny(struct site *site, const char *transaction_id, int64_t now_ms, struct diag *diag)
{
	return store_transaction_deny(site->server->store, site->store_name, transaction_id,
		SCEP_FAIL_BAD_REQUEST, HRESULT_CERTSRV_E_ADMIN_DENIED_REQUEST, now_ms, diag);
}
