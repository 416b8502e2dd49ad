#include "tests/fuzz/authority.h"

#include <stdio.h>
#include <stdlib.h>

#include "common/signed_data_writer.h"
#include "tests/fuzz/people.h"

void
authority_reply(struct buffer *out)
{
	const struct bytes certificates[] = {
		buffer_bytes(&people_get(PERSON_RA_SIGNING)->certificate.der),
		buffer_bytes(&people_get(PERSON_RA_ENCRYPTION)->certificate.der),
		buffer_bytes(&people_get(PERSON_CA)->certificate.der),
	};

	certs_only_write(
		out, certificates, sizeof(certificates) / sizeof(certificates[0]), BYTES_NONE);
}

void
authority_read(struct ca_certificates *out)
{
	HTTP_REPLY_CLEANUP struct http_reply reply = {.status = 200};

	snprintf(reply.content_type, sizeof(reply.content_type), "application/x-x509-ca-ra-cert");
	authority_reply(&reply.body);
	if (ca_certificates_read(out, &reply, NULL) != DONE)
		abort();
}
