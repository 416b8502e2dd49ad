/*
 * One certificate of the deployment's own: that of the pki, if it has one that
 * fits its place, or a minted one.
 */
#pragma once

#include "server/authority.h"

/* What is wanted. Borrowed. */
struct authority_order {
	enum pki_role role;   /* whose key it is for */
	enum pki_role like;   /* whose template and key usage it has: mostly the same */
	struct bytes subject; /* Name, of a minted one */
	const struct authority_ca *issuer; /* NULL: it signs itself */
	int64_t now;                       /* when it is enrolled, seconds since 1970 */
	unsigned edition;                  /* as in mint.h */
	bool minted;                       /* also where the pki has one */
};

/* Fills `out`, which the caller releases. DONE; REFUSED with words when the pki's certificate does
 * not fit; or BROKEN. */
int authority_issue(struct certificate *out, const struct authority *authority,
	const struct authority_order *order, struct diag *diag);
