/*
 * A hand-made exchange for tests of what is written about one: its site, its
 * server with a clock that stands, its HTTP exchange. A test fills the parts
 * that it is about.
 */
#pragma once

#include "server/exchange.h"
#include "server/ra_certificates.h"
#include "server/server.h"

/* 2026-01-31T23:59:58.750Z */
#define EXCHANGE_SUPPORT_NOW_MS INT64_C(1769903998750)

#define EXCHANGE_SUPPORT_HEADERS_MAX 128

struct exchange_support {
	struct server server;
	struct site site;           /* number 1, "default" */
	struct authority authority; /* of which there is the RA */
	struct ra_pair ra;          /* an encryption certificate, once there is a message */
	EVP_PKEY *key;              /* everybody's, once there is a message */
	struct settings settings;
	struct request_header headers[EXCHANGE_SUPPORT_HEADERS_MAX];
	struct http_exchange http;
	struct scep_request scep; /* of the exchange */
	struct exchange exchange;
};

/*
 * Makes number 17: GetCACaps by GET from 127.0.0.1:51234 to 127.0.0.1:80, the second on connection
 * 4, answered 200 by mscep.dll after 3.214 ms with 186 bytes. `support` must stay where it is.
 */
void exchange_support_init(struct exchange_support *support);

/* Replaces the request target; `target` is borrowed. */
void exchange_support_target(struct exchange_support *support, const char *target);

/* Adds a request header; both texts are borrowed. */
void exchange_support_header(struct exchange_support *support, const char *name, const char *value);

/*
 * Makes it a PKCSReq by POST that has been read and opened: CN=device-1 with a new RSA-1024 key,
 * self-signed, transactionID "8D2F", SHA-256, AES-128-CBC to the RA encryption certificate;
 * `challenge` (NULL: none), SAN "DNS:device-1.example", digitalSignature and keyEncipherment.
 * Nothing has been judged yet.
 */
void exchange_support_pkcs_req(struct exchange_support *support, const char *challenge);

/* Has NDES issue: disposition SUCCESS, request 12, a certificate, and a reply of some bytes. */
void exchange_support_issue(struct exchange_support *support);

/* The serial of the certificate that exchange_support_issue makes, in hexadecimal. */
#define EXCHANGE_SUPPORT_SERIAL "680000000c010203040506070800000000000c"

/* Releases what the parts own. */
void exchange_support_done(struct exchange_support *support);
