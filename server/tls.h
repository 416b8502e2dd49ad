/*
 * TLS as a listener shows it, its faults included. The only file that knows GnuTLS;
 * libmicrohttpd runs the handshakes.
 *
 * What is shown is chosen by the settings that the listener's site has when a ClientHello
 * arrives, or, where they are healthy, by the first label of the name that the client asks for:
 *
 *   expired.localhost, not-yet-valid.localhost, wrong-name.localhost,
 *   unknown-issuer.localhost, missing-intermediate.localhost      that certificate
 *   stall.localhost          the handshake is not answered
 *   reset.localhost          the connection is reset in the handshake
 *   client-certificate.localhost    one is demanded
 *   old-protocols.localhost  TLS 1.0 and 1.1 alone
 */
#pragma once

#include <sys/types.h>

#include "server/site.h"

struct tls;
struct tls_session;

/*
 * Makes what a listener of this site shows; the site is borrowed. `names`: further names for the certificate than localhost's and the machine's,
 * as "DNS:ndes.example,IP:192.0.2.1"; may be empty. Makes a new P-256 key. DONE, REFUSED for names that
 * are none, or BROKEN.
 */
int tls_new(struct tls **out, struct site *site, const char *names, int64_t now, struct diag *diag);

/* Accepts NULL. Every session must have ended. */
void tls_free(struct tls *tls);

/* For libmicrohttpd: its MHD_OPTION_HTTPS_CERT_CALLBACK, and its priorities. */
intptr_t tls_certificate_callback(void);
const char *tls_priorities(void);

/*
 * Takes care of a new connection's session (a gnutls_session_t): its handshake goes by the condition that
 * the site has at its ClientHello. All sessions of one tls belong to one thread. Ended by
 * tls_session_end when the connection is closed.
 */
struct tls_session *tls_session_begin(struct tls *tls, void *session);

/* Accepts NULL. */
void tls_session_end(struct tls_session *session);

/* Sends bytes over a session; as send(2) with MSG_DONTWAIT. */
ssize_t tls_write(void *session, const void *data, size_t size);
