/*
 * What AD CS publishes in its folder CertEnroll: the CRL of each CA and its
 * certificate. The URLs in every issued certificate lead there.
 */
#pragma once

#include "common/buffer.h"
#include "common/diag.h"

struct condition;
struct site;

/*
 * Appends the file NAME.crl or NAME.crt of a CA of the site. `name` is the unescaped file name,
 * compared without case as IIS does. A CRL that is not current costs one private-key operation.
 * DONE; REFUSED: there is no such file; BROKEN.
 */
int ca_publication_read(struct buffer *out, const char **content_type, const struct site *site,
	const struct condition *condition, const char *name, int64_t now, struct diag *diag);
