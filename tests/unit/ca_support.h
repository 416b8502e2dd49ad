/*
 * A site with a CA for tests of the stage `ca`: built-in PKI, a store in
 * memory, a clock that stands; and exchanges as mscep.dll hands them over.
 */
#pragma once

#include "server/exchange.h"
#include "server/server.h"
#include "x509_support.h"

#define CA_SUPPORT_NOW INT64_C(1769903998) /* 2026-01-31 23:59:58 UTC */
#define CA_SUPPORT_URL "http://127.0.0.1:8080"

struct ca_support {
	struct server server;
	struct condition condition;
	struct site site; /* number 1, "default"; in that condition */
	/* Of two devices: RSA-1024. */
	EVP_PKEY *device_key;
	EVP_PKEY *other_key;
};

#define CA_SUPPORT_CLEANUP __attribute__((cleanup(ca_support_done)))

/* Makes it, with default settings but for the hierarchy. `support` must stay where it is. */
void ca_support_init(struct ca_support *support, int hierarchy);
void ca_support_done(struct ca_support *support);

/* Stands for one pkiMessage. All zero: a PKCSReq "t1" of "CN=device" with the device's key. */
struct ca_message {
	unsigned type;              /* enum scep_message_type; 0: PKCSReq */
	const char *transaction_id; /* NULL: "t1" */
	const char *subject;        /* of PKCS#10 or CertPoll; NULL: "CN=device" */
	const char *issuer;         /* of a CertPoll; NULL: the name of the CA */
	const char *alternative_name;
	uint32_t key_usage;
	EVP_PKEY *key;                    /* NULL: the device's */
	const struct certificate *named;  /* of GetCert and GetCRL: by issuer and serial */
	const struct certificate *signer; /* NULL: the message is not looked at by who signed it */
	int64_t later;                    /* seconds after CA_SUPPORT_NOW */
};

struct exchange *ca_support_exchange(struct ca_support *support, const struct ca_message *message);

static inline void
ca_support_exchange_freep(struct exchange **exchange)
{
	exchange_free(*exchange);
}

#define EXCHANGE_CLEANUP __attribute__((cleanup(ca_support_exchange_freep)))

/* Makes an exchange and runs it through ca_signer_identify, where it has a signer, and
 * the stages `ca` and `ca_issue`. */
struct exchange *ca_support_run(struct ca_support *support, const struct ca_message *message);

/* Issues a certificate for the message, which must succeed. */
void ca_support_issue(
	struct certificate *out, struct ca_support *support, const struct ca_message *message);

/* Revokes it in the store, at CA_SUPPORT_NOW. */
void ca_support_revoke(struct ca_support *support, const struct certificate *certificate);

/*
 * Returns OpenSSL's verdict (X509_V_OK) on a certificate at a time, with only the root trusted,
 * strictly; with `crl` (DER; empty: none) for what its issuer has revoked.
 */
int ca_support_verify(
	const struct authority *authority, struct bytes certificate, struct bytes crl, int64_t now);
