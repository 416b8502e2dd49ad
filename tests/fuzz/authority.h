/* What the client of the fuzz targets knows of the server of the people: the answer to GetCACert. */
#pragma once

#include "client/ca_certificates.h"

/* Appends a certs-only SignedData with the RA's certificates and the CA's. */
void authority_reply(struct buffer *out);

/* Reads it. Ends the process by abort() when that fails. The caller calls ca_certificates_done. */
void authority_read(struct ca_certificates *out);
