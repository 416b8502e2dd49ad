#include "server/ca_publication.h"

#include <strings.h>

#include "common/memory.h"
#include "server/ca_crl.h"

static bool
is_file(const char *name, const struct authority_ca *ca, const char *extension)
{
	TEXT_CLEANUP char *file = text_format("%s.%s", ca->name, extension);

	return strcasecmp(name, file) == 0;
}

int
ca_publication_read(struct buffer *out, const char **content_type, const struct site *site,
	const struct condition *condition, const char *name, int64_t now, struct diag *diag)
{
	const struct authority_ca *cas[AUTHORITY_CAS_MAX + 1];
	size_t count = authority_published(cas, condition->authority);

	for (size_t i = 0; i < count; i++) {
		const struct authority_ca *ca = cas[i];

		if (is_file(name, ca, "crl")) {
			*content_type = "application/pkix-crl";
			return ca_crl(out, site, condition, ca, now, diag);
		}
		if (is_file(name, ca, "crt")) {
			*content_type = "application/x-x509-ca-cert";
			buffer_append(out, buffer_bytes(&ca->certificate->der));
			return DONE;
		}
	}
	return diag_refuse(diag, "CertEnroll", NULL, "a file of this CA", "\"%s\"", name);
}
