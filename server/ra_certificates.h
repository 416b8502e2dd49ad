/*
 * The two certificates of the registration authority: how each way in which they
 * can be wrong (the setting ra_certificates) is minted, and how it shows in
 * GetCACert. Whether mscep.dll starts with them is for ndes_service.h.
 */
#pragma once

#include "server/authority.h"

#define RA_CERTIFICATES_MAX 2

/* Makes both, at `now`, below the authority's first CA or the one before it, under the one subject
 * that they share (ndes-behaviour 2.3). DONE, REFUSED (one of the pki does not fit) or BROKEN. */
int ra_certificates_make(struct authority *authority, const struct settings *settings, int64_t now,
	struct diag *diag);

/* Fills `out` with those that GetCACert gives, in its order. Returns how many. */
size_t ra_certificates_list(
	const struct certificate *out[RA_CERTIFICATES_MAX], const struct authority *authority);
