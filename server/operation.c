#include "server/operation.h"

#include <string.h>

#include "server/exchange.h"
#include "server/get_ca.h"
#include "server/pki_operation.h"

static const struct operation operations[] = {
	{"GetCACaps", false, get_ca_caps_run, NULL},
	{"GetCACert", false, get_ca_cert_run, NULL},
	{"GetNextCACert", true, get_next_ca_cert_run, authority_offers_next},
	{"PKIOperation", true, pki_operation_run, NULL},
};

const struct operation *
operation_find(bool *present, const struct exchange *exchange)
{
	struct bytes value;

	*present = request_parameter(&value, &exchange->http->request, "operation");
	for (size_t i = 0; *present && i < sizeof(operations) / sizeof(operations[0]); i++) {
		const struct operation *row = &operations[i];

		if (bytes_equal(value, bytes_text(row->name)) &&
			(!row->exists || row->exists(exchange->settings)))
			return row;
	}
	return NULL;
}
