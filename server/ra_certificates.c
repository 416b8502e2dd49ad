#include "server/ra_certificates.h"

#include "common/clock.h"
#include "common/memory.h"
#include "common/name.h"
#include "server/authority_issue.h"

/* An RA certificate lives for two years (ndes-behaviour 2.3) that begin with a month: what was
 * enrolled so long ago ended two months ago, or nearly three. */
#define LONG_AGO ((2 * INT64_C(366) + 60) * CLOCK_DAY_SECONDS)

enum listed { LISTED_BOTH, LISTED_SWAPPED, LISTED_SIGNING, LISTED_ENCRYPTION };

/* Each differs from the healthy one in one way. */
static const struct {
	int64_t age;      /* seconds since they were enrolled */
	bool exchanged;   /* each has the template of the other, and so its key usage */
	bool previous_ca; /* issued by the CA before the one that issues now */
	enum listed listed;
} rows[] = {
	[RA_CERTIFICATES_VALID] = {0},
	[RA_CERTIFICATES_EXPIRED] = {.age = LONG_AGO},
	[RA_CERTIFICATES_EXPIRED_BUT_SERVED] = {.age = LONG_AGO},
	[RA_CERTIFICATES_MISSING] = {0},
	[RA_CERTIFICATES_KEY_NOT_READABLE] = {0},
	[RA_CERTIFICATES_USER_STORE] = {0},
	[RA_CERTIFICATES_SWAPPED] = {.listed = LISTED_SWAPPED},
	[RA_CERTIFICATES_SIGNING_MISSING] = {.listed = LISTED_ENCRYPTION},
	[RA_CERTIFICATES_ENCRYPTION_MISSING] = {.listed = LISTED_SIGNING},
	[RA_CERTIFICATES_WRONG_KEY_USAGE] = {.exchanged = true},
	[RA_CERTIFICATES_PREVIOUS_CA] = {.previous_ca = true},
};

static int
make(struct certificate *out, const struct authority *authority, enum pki_role role,
	struct bytes subject, int64_t now, struct diag *diag)
{
	enum pki_role other = role == PKI_RA_SIGNING ? PKI_RA_ENCRYPTION : PKI_RA_SIGNING;
	bool exchanged = rows[authority->ra_certificates].exchanged;
	bool previous = rows[authority->ra_certificates].previous_ca;
	int64_t age = rows[authority->ra_certificates].age;
	const struct authority_order order = {
		.role = role,
		.like = exchanged ? other : role,
		.subject = subject,
		.issuer = previous ? &authority->previous : &authority->cas[0],
		.now = now - age,
		/* Those of the pki are healthy ones, of the CA that the pki begins with. */
		.edition = authority->ra_edition,
		.minted = exchanged || age || previous != authority->renewed ||
			authority->ra_edition > 0,
	};

	return authority_issue(out, authority, &order, diag);
}

int
ra_certificates_make(struct authority *authority, const struct settings *settings, int64_t now,
	struct diag *diag)
{
	TEXT_CLEANUP char *text = text_format("C=US,CN=%s-MSCEP-RA", settings->host_name);
	BUFFER_CLEANUP struct buffer subject = {0};
	int result = name_parse(&subject, text, diag);

	authority->ra_certificates = (enum ra_certificates)settings->ra_certificates;
	if (result == DONE)
		result = make(&authority->ra_signing, authority, PKI_RA_SIGNING,
			buffer_bytes(&subject), now, diag);
	if (result == DONE)
		result = make(&authority->ra_encryption, authority, PKI_RA_ENCRYPTION,
			buffer_bytes(&subject), now, diag);
	return result;
}

size_t
ra_certificates_list(
	const struct certificate *out[RA_CERTIFICATES_MAX], const struct authority *authority)
{
	const struct certificate *signing = &authority->ra_signing;
	const struct certificate *encryption = &authority->ra_encryption;
	enum listed listed = rows[authority->ra_certificates].listed;
	size_t count = 0;

	if (listed == LISTED_SWAPPED)
		out[count++] = encryption;
	if (listed != LISTED_ENCRYPTION)
		out[count++] = signing;
	if (listed == LISTED_BOTH || listed == LISTED_ENCRYPTION)
		out[count++] = encryption;
	return count;
}
