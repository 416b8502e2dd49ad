#include "server/ca_signature.h"

/* A CA whose signatures are not like this is what iOS calls "The Registration Authority's response
 * is invalid" (ndes-behaviour I8). */
static const struct {
	const char *digest;
	bool pss;
} rows[] = {
	[CA_SIGNATURE_SHA256] = {"SHA-256", false},
	[CA_SIGNATURE_SHA1] = {"SHA-1", false},
	[CA_SIGNATURE_PSS] = {"SHA-256", true},
};

struct ca_signature
ca_signature_of(const struct settings *settings)
{
	return (struct ca_signature){algorithm_digest_named(rows[settings->ca_signature].digest),
		rows[settings->ca_signature].pss};
}
