/*
 * The CRL of a CA. It is signed when it is asked for, and kept until its period
 * has passed or another certificate has been revoked.
 */
#pragma once

#include "common/buffer.h"
#include "common/diag.h"
#include "server/site.h"

/*
 * Appends the current CRL of one of the site's CAs (condition->authority->cas). Its thisUpdate is 10
 * minutes before it was signed and its nextUpdate a tenth of the period after the next one is due,
 * as AD CS dates them. Safe from any thread; at most one private-key operation, with no lock held.
 * DONE or BROKEN.
 */
int ca_crl(struct buffer *out, const struct site *site, const struct condition *condition,
	const struct authority_ca *ca, int64_t now, struct diag *diag);

/* As ca_crl, for "certutil -CRL": signs a new one, with a greater number and new dates, though the one
 * that is kept be right; from now on that is the current one. One private-key operation. */
int ca_crl_publish(struct buffer *out, const struct site *site, const struct condition *condition,
	const struct authority_ca *ca, int64_t now, struct diag *diag);
