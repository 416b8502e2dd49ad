#include "server/message_type.h"

#include <stddef.h>

#include "common/scep.h"
#include "server/ca_lookup.h"
#include "server/ca_request.h"

static const struct message_type types[] = {
	{SCEP_RENEWAL_REQ, true, ca_request_answer},
	{SCEP_PKCS_REQ, true, ca_request_answer},
	{SCEP_CERT_POLL, false, ca_request_answer_poll},
	{SCEP_GET_CERT, false, ca_lookup_answer_certificate},
	{SCEP_GET_CRL, false, ca_lookup_answer_crl},
};

const struct message_type *
message_type_find(unsigned number)
{
	for (size_t i = 0; i < sizeof(types) / sizeof(types[0]); i++)
		if (types[i].number == number)
			return &types[i];
	return NULL;
}
