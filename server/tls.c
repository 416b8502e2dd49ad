#include "server/tls.h"

#include <errno.h>
#include <gnutls/abstract.h>
#include <gnutls/gnutls.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/socket.h>
#include <unistd.h>

#include "common/memory.h"
#include "server/tls_certificate.h"

#define SERVER_NAME_MAX 256

/* NORMAL alone has TLS 1.0 and 1.1 too. */
#define MODERN_PROTOCOLS "NORMAL:-VERS-ALL:+VERS-TLS1.3:+VERS-TLS1.2"
#define OLD_PROTOCOLS    "NORMAL:-VERS-ALL:+VERS-TLS1.1:+VERS-TLS1.0:+SHA1:+SIGN-ALL:%COMPAT"

/* RFC 6066 3: the extension that names the server, and what stands before the name in it: the size of
 * the list, the kind of name, the size of the name. */
#define EXTENSION_SERVER_NAME 0
#define SERVER_NAME_OFFSET    5

/* A certificate as GnuTLS wants it, made when it is first shown. */
struct shown {
	gnutls_pcert_st chain[TLS_CERTIFICATE_CHAIN_MAX];
	unsigned count;
};

/* The certificates below one CA. A handshake holds those that it shows, while the site may have got
 * another CA. */
struct showcase {
	struct condition *condition; /* whose CA it is */
	struct shown shown[TLS_CERTIFICATE_COUNT];
	unsigned holders;
};

struct tls {
	struct site *site;
	char *names;
	int64_t now;
	EVP_PKEY *key;
	gnutls_privkey_t private_key;
	struct showcase *showcase; /* of the CA that the last handshake met */
};

/* A connection; the last two are NULL before its ClientHello. */
struct tls_session {
	struct tls *tls;
	struct condition *condition;
	struct showcase *showcase;
};

/* What a client can ask for by its name. */
static const struct {
	const char *label;
	int certificate;
	int handshake;
	bool client_certificate;
	bool old_protocols;
} labels[] = {
	{"expired", TLS_CERTIFICATE_EXPIRED, TLS_HANDSHAKE_NORMAL, false},
	{"not-yet-valid", TLS_CERTIFICATE_NOT_YET_VALID, TLS_HANDSHAKE_NORMAL, false},
	{"wrong-name", TLS_CERTIFICATE_WRONG_NAME, TLS_HANDSHAKE_NORMAL, false},
	{"unknown-issuer", TLS_CERTIFICATE_UNKNOWN_ISSUER, TLS_HANDSHAKE_NORMAL, false},
	{"missing-intermediate", TLS_CERTIFICATE_MISSING_INTERMEDIATE, TLS_HANDSHAKE_NORMAL, false},
	{"stall", TLS_CERTIFICATE_VALID, TLS_HANDSHAKE_STALL, false},
	{"reset", TLS_CERTIFICATE_VALID, TLS_HANDSHAKE_RESET, false},
	{"client-certificate", TLS_CERTIFICATE_VALID, TLS_HANDSHAKE_NORMAL, true},
	{"old-protocols", TLS_CERTIFICATE_VALID, TLS_HANDSHAKE_NORMAL, false, true},
};
#define LABEL_COUNT (sizeof(labels) / sizeof(labels[0]))

/* --- what is shown ----------------------------------------------------------------- */

static int
import(struct shown *shown, const struct tls_certificate_chain *chain)
{
	for (size_t i = 0; i < chain->count; i++) {
		const struct buffer *der = &chain->certificates[i].der;
		gnutls_datum_t datum = {der->data, (unsigned)der->size};

		if (gnutls_pcert_import_x509_raw(
			    &shown->chain[i], &datum, GNUTLS_X509_FMT_DER, 0) != 0)
			return BROKEN;
		shown->count++;
	}
	return DONE;
}

static int
show(const struct tls *tls, struct showcase *showcase, int kind, struct diag *diag)
{
	struct tls_certificate_chain chain;
	int result;

	if (showcase->shown[kind].count)
		return DONE;
	result = tls_certificate_mint(
		&chain, kind, showcase->condition->authority, tls->key, tls->names, tls->now, diag);
	if (result == DONE)
		result = import(&showcase->shown[kind], &chain);
	tls_certificate_chain_done(&chain);
	return result;
}

static void
showcase_release(struct showcase *showcase)
{
	if (!showcase || --showcase->holders > 0)
		return;
	for (size_t i = 0; i < TLS_CERTIFICATE_COUNT; i++)
		for (size_t j = 0; j < showcase->shown[i].count; j++)
			gnutls_pcert_deinit(&showcase->shown[i].chain[j]);
	condition_release(showcase->condition);
	free(showcase);
}

/* Returns the one for the CA of a condition, held once more. */
static struct showcase *
showcase_hold(struct tls *tls, struct condition *condition)
{
	struct showcase *showcase = tls->showcase;

	if (!showcase || showcase->condition->authority != condition->authority) {
		showcase_release(showcase);
		showcase = tls->showcase = memory_new(1, sizeof(*showcase));
		showcase->condition = condition_hold(condition);
		showcase->holders = 1;
	}
	showcase->holders++;
	return showcase;
}

static int
import_key(struct tls *tls, struct diag *diag)
{
	BUFFER_CLEANUP struct buffer pem = {0};
	gnutls_datum_t datum;

	if (key_generate_ec(&tls->key, "P-256", diag) != DONE ||
		key_write_pem(&pem, tls->key, diag) != DONE)
		return BROKEN;
	datum = (gnutls_datum_t){pem.data, (unsigned)pem.size};
	if (gnutls_privkey_init(&tls->private_key) != 0 ||
		gnutls_privkey_import_x509_raw(
			tls->private_key, &datum, GNUTLS_X509_FMT_PEM, NULL, 0) != 0)
		return diag_break(diag, "TLS", "GnuTLS cannot read the server's key");
	return DONE;
}

/* Puts the name of this machine before the names that were given, where it is one for the DNS. */
static char *
add_host(const char *names)
{
	static const char letters[] =
		"abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-.";
	char host[HOST_NAME_MAX + 1] = "";

	if (gethostname(host, HOST_NAME_MAX) != 0 || !*host || host[strspn(host, letters)])
		return text_copy(names);
	return text_format("DNS:%s%s%s", host, *names ? "," : "", names);
}

/* What would be refused in a handshake is refused at start. */
static int
show_first(struct tls *tls, struct diag *diag)
{
	struct condition *condition = site_hold_condition(tls->site);
	struct showcase *showcase = showcase_hold(tls, condition);
	int result = show(tls, showcase, condition->settings.tls_certificate, diag);

	showcase_release(showcase);
	condition_release(condition);
	return result;
}

int
tls_new(struct tls **out, struct site *site, const char *names, int64_t now, struct diag *diag)
{
	struct tls *tls = memory_new(1, sizeof(*tls));
	int result;

	tls->site = site;
	tls->names = add_host(names);
	tls->now = now;
	result = import_key(tls, diag);
	if (result == DONE)
		result = show_first(tls, diag);
	if (result == DONE)
		*out = tls;
	else
		tls_free(tls);
	return result;
}

void
tls_free(struct tls *tls)
{
	if (!tls)
		return;
	showcase_release(tls->showcase);
	if (tls->private_key)
		gnutls_privkey_deinit(tls->private_key);
	EVP_PKEY_free(tls->key);
	free(tls->names);
	free(tls);
}

/* --- handshakes --------------------------------------------------------------------- */

/* Returns the index in labels of a name's first label, or LABEL_COUNT. */
static size_t
match_label(const char *name, size_t size)
{
	for (size_t i = 0; i < LABEL_COUNT; i++) {
		size_t length = strlen(labels[i].label);

		if (size > length && strncasecmp(name, labels[i].label, length) == 0 &&
			name[length] == '.')
			return i;
	}
	return LABEL_COUNT;
}

/* Returns the index in labels of the name that the client asked for, or LABEL_COUNT. */
static size_t
find_label(gnutls_session_t session)
{
	char name[SERVER_NAME_MAX];
	size_t size = sizeof(name);
	unsigned type;

	if (gnutls_server_name_get(session, name, &size, &type, 0) != 0)
		return LABEL_COUNT;
	return match_label(name, strlen(name));
}

/* The settings win; a healthy one leaves the choice to the client's name. */
static int
choose_certificate(const struct tls_session *tls, gnutls_session_t session)
{
	int kind = tls->condition->settings.tls_certificate;
	size_t label = find_label(session);

	return kind == TLS_CERTIFICATE_VALID && label < LABEL_COUNT ? labels[label].certificate
								    : kind;
}

static int
on_certificate(gnutls_session_t session, const gnutls_datum_t *issuers, int issuer_count,
	const gnutls_pk_algorithm_t *algorithms, int algorithm_count, gnutls_pcert_st **chain,
	unsigned *count, gnutls_privkey_t *key)
{
	const struct tls_session *tls = gnutls_db_get_ptr(session);
	int kind = choose_certificate(tls, session);
	struct shown *shown = &tls->showcase->shown[kind];

	if (show(tls->tls, tls->showcase, kind, NULL) != DONE)
		return GNUTLS_E_INTERNAL_ERROR;
	*chain = shown->chain;
	*count = shown->count;
	*key = tls->tls->private_key;
	return 0;
}

intptr_t
tls_certificate_callback(void)
{
	return (intptr_t)on_certificate;
}

static void
reset(gnutls_session_t session)
{
	static const struct sockaddr nowhere = {.sa_family = AF_UNSPEC};

	(void)connect(gnutls_transport_get_int(session), &nowhere, sizeof(nowhere));
}

/* Sends nothing and says that all is sent, so that both sides wait for the other. */
static ssize_t
swallow(gnutls_transport_ptr_t socket, const giovec_t *pieces, int count)
{
	ssize_t size = 0;

	for (int i = 0; i < count; i++)
		size += (ssize_t)pieces[i].iov_len;
	return size;
}

/* Takes one extension of a ClientHello; the sizes in it are GnuTLS's to judge afterwards. */
static int
on_extension(void *context, unsigned type, const unsigned char *data, unsigned size)
{
	gnutls_session_t session = context;
	size_t label = LABEL_COUNT;

	if (type == EXTENSION_SERVER_NAME && size > SERVER_NAME_OFFSET)
		label = match_label(
			(const char *)data + SERVER_NAME_OFFSET, size - SERVER_NAME_OFFSET);
	if (label < LABEL_COUNT && labels[label].old_protocols)
		return gnutls_priority_set_direct(session, OLD_PROTOCOLS, NULL);
	return 0;
}

/* A second ClientHello, behind a HelloRetryRequest, goes on under the condition of the first. */
static void
settle_condition(struct tls_session *tls)
{
	if (tls->condition)
		return;
	tls->condition = site_hold_condition(tls->tls->site);
	tls->showcase = showcase_hold(tls->tls, tls->condition);
}

/* The version is settled before GnuTLS has read the name, so it is read here, ahead of it. */
static int
before_client_hello(gnutls_session_t session, unsigned type, unsigned when, unsigned incoming,
	const gnutls_datum_t *message)
{
	struct tls_session *tls = gnutls_db_get_ptr(session);

	settle_condition(tls);
	if (tls->condition->settings.tls_protocols == TLS_PROTOCOLS_OLD)
		return gnutls_priority_set_direct(session, OLD_PROTOCOLS, NULL);
	gnutls_ext_raw_parse(session, on_extension, message, GNUTLS_EXT_RAW_FLAG_TLS_CLIENT_HELLO);
	return 0;
}

static int
on_client_hello(gnutls_session_t session)
{
	const struct tls_session *tls = gnutls_db_get_ptr(session);
	const struct settings *settings = &tls->condition->settings;
	size_t label = find_label(session);
	int handshake = settings->tls_handshake;
	bool demand = settings->tls_client_certificate == TLS_CLIENT_CERTIFICATE_DEMANDED;

	if (label < LABEL_COUNT) {
		if (handshake == TLS_HANDSHAKE_NORMAL)
			handshake = labels[label].handshake;
		demand |= labels[label].client_certificate;
	}
	if (demand)
		gnutls_certificate_server_set_request(session, GNUTLS_CERT_REQUIRE);
	if (handshake == TLS_HANDSHAKE_RESET) {
		reset(session);
		return GNUTLS_E_PREMATURE_TERMINATION;
	}
	if (handshake == TLS_HANDSHAKE_STALL)
		gnutls_transport_set_vec_push_function(session, swallow);
	return 0;
}

const char *
tls_priorities(void)
{
	return MODERN_PROTOCOLS;
}

/* The pointer for a store of sessions, which a test server does not keep, leads back here. */
struct tls_session *
tls_session_begin(struct tls *tls, void *session)
{
	struct tls_session *begun = memory_new(1, sizeof(*begun));

	begun->tls = tls;
	gnutls_db_set_ptr(session, begun);
	gnutls_handshake_set_hook_function(
		session, GNUTLS_HANDSHAKE_CLIENT_HELLO, GNUTLS_HOOK_PRE, before_client_hello);
	gnutls_handshake_set_post_client_hello_function(session, on_client_hello);
	return begun;
}

void
tls_session_end(struct tls_session *session)
{
	if (!session)
		return;
	showcase_release(session->showcase);
	condition_release(session->condition);
	free(session);
}

ssize_t
tls_write(void *session, const void *data, size_t size)
{
	ssize_t written = gnutls_record_send(session, data, size);

	if (written >= 0)
		return written;
	errno = written == GNUTLS_E_AGAIN || written == GNUTLS_E_INTERRUPTED ? EAGAIN : EPIPE;
	return -1;
}
