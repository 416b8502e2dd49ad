/*
 * What an enrolment leaves on disk: key.pem, certificate.pem, chain.pem (the
 * certificate and all above it) and ca.pem (the top of the chain), so that
 * "openssl verify -CAfile ca.pem -untrusted chain.pem certificate.pem" holds.
 */
#pragma once

#include "client/enrollment.h"

/* Checks, before anything is sent, that none of the files is in the way. DONE or REFUSED. */
int enrolled_files_check(const struct enrollment *enrollment, struct diag *diag);

/* Writes all four and tells of them. DONE, REFUSED or BROKEN. */
int enrolled_files_write(const struct enrollment *enrollment,
	const struct ca_certificates *authority, struct diag *diag);

/* Writes a new key whose certificate is still pending, so that a later run may ask for it. DONE, or
 * as enrolled_files_write. The diag is left alone when it is DONE. */
int enrolled_files_write_key(const struct enrollment *enrollment, struct diag *diag);
