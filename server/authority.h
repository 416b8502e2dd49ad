/*
 * A site's certification authority and its RA certificates: the keys, the
 * certificates minted from them, and what AD CS signs.
 *
 * What is minted is a function of the PKI, the settings, the URL and the
 * month: a server started again with the same ones has the same certificates,
 * so that a device which keeps them can go on polling.
 */
#pragma once

#include "common/certificate_plan.h"
#include "common/random.h"
#include "server/ca_signature.h"
#include "server/pki.h"
#include "server/settings.h"

#define AUTHORITY_CHAIN_MAX 4
#define AUTHORITY_CAS_MAX   2

/* One CA as the certificates that it issues see it. */
struct authority_ca {
	const struct certificate *certificate;
	const struct pki *pki;
	enum pki_role role; /* whose key in the pki it has; authority_ca_key */
	char *name;         /* its CN, by which AD CS calls its files */
	char *crl_url;      /* BASE/CertEnroll/NAME.crl, escaped */
	char *issuer_url;   /* BASE/CertEnroll/NAME.crt, escaped */
	struct ca_crl_cache *crl_cache;
};

/* Read-only after authority_new, but for the CRL caches and the RA certificates, which lock themselves; shared by all
 * threads. Keys are borrowed from the pki. */
struct authority {
	const struct pki *pki;
	struct ca_signature signature; /* of the CA, on whatever it signs */
	bool renewed;                  /* ca_generation: next */
	int64_t made_at;               /* when its CAs were set up, seconds since 1970 */
	struct certificate root;
	struct certificate issuing;     /* empty with CA_HIERARCHY_ROOT */
	struct ra_pair *ra;             /* see ra_certificates.h */
	struct certificate next_ca;     /* empty unless it is offered: authority_offers_next */
	struct certificate previous_ca; /* empty unless it has signed what is still about */
	struct authority_ca previous;   /* the same as a CA; no certificate where that is empty */
	struct authority_ca cas[AUTHORITY_CAS_MAX]; /* first the one that issues to devices */
	size_t ca_count;
};

/*
 * Mints the certificates of a site. Those with a limited life begin with the month of the day
 * before `now`. `base_url` is where this server answers ("http://127.0.0.1:8080" or with
 * "/site/NAME"). The built-in root does not depend on clock or URL. Certificates in the pki are
 * taken as they are. The caller frees with authority_free. DONE, REFUSED (a certificate in the pki
 * does not fit) or BROKEN.
 */
int authority_new(struct authority **out, const struct pki *pki, const struct settings *settings,
	const char *base_url, int64_t now, struct diag *diag);

/*
 * The same for a site that has an authority already, under other settings or at another time: its CAs
 * are those that it had, as far as the settings leave them, and the RA certificates are enrolled anew,
 * at `now`. Those of another edition have other serial numbers.
 */
int authority_renew(struct authority **out, const struct authority *earlier, unsigned ra_edition,
	const struct settings *settings, const char *base_url, int64_t now, struct diag *diag);

void authority_free(struct authority *authority);

/* Returns the key of a CA, borrowed from the pki. */
EVP_PKEY *authority_ca_key(const struct authority_ca *ca);

/* Returns the CA that issues to devices, and its key. */
const struct certificate *authority_issuer(const struct authority *authority);
EVP_PKEY *authority_issuer_key(const struct authority *authority);

/* Returns whether a CA with these settings has a next CA to offer: one that has been renewed has
 * taken its place. */
bool authority_offers_next(const struct settings *settings);

/* Fills `out` with the CAs whose CRL and certificate are published, and whose certificates can be
 * renewed: those of the chain, and the previous one. Returns how many. */
size_t authority_published(
	const struct authority_ca *out[AUTHORITY_CAS_MAX + 1], const struct authority *authority);

/* Fills `out` with the chain that GetCACert gives: RA signing, RA encryption, issuing CA, root
 * (ndes-behaviour 2.2), unless the setting ra_certificates says otherwise. Returns how many. */
size_t authority_chain(
	const struct certificate *out[AUTHORITY_CHAIN_MAX], const struct authority *authority);

/*
 * Makes a serial as AD CS does: a first octet of the CA's, the 4-byte request number, 8 random
 * bytes, 6 bytes with the number again (ndes-behaviour 2.3). Writes 19 octets to `out` and returns
 * 19.
 */
size_t authority_serial(uint8_t out[CERTIFICATE_SERIAL_MAX], const struct authority *authority,
	uint32_t request_id, struct random *random);
