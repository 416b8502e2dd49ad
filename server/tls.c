#include "server/tls.h"

#include <errno.h>
#include <gnutls/abstract.h>
#include <gnutls/gnutls.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/socket.h>

#include "common/memory.h"
#include "server/tls_certificate.h"

#define SERVER_NAME_MAX 256

/* A certificate as GnuTLS wants it, made when it is first shown. */
struct shown {
	gnutls_pcert_st chain[TLS_CERTIFICATE_CHAIN_MAX];
	unsigned count;
};

struct tls {
	struct condition *condition;
	char *names;
	int64_t now;
	EVP_PKEY *key;
	gnutls_privkey_t private_key;
	struct shown shown[TLS_CERTIFICATE_COUNT];
};

/* What a client can ask for by its name. */
static const struct {
	const char *label;
	int certificate;
	int handshake;
	bool client_certificate;
} labels[] = {
	{"expired", TLS_CERTIFICATE_EXPIRED, TLS_HANDSHAKE_NORMAL, false},
	{"not-yet-valid", TLS_CERTIFICATE_NOT_YET_VALID, TLS_HANDSHAKE_NORMAL, false},
	{"wrong-name", TLS_CERTIFICATE_WRONG_NAME, TLS_HANDSHAKE_NORMAL, false},
	{"unknown-issuer", TLS_CERTIFICATE_UNKNOWN_ISSUER, TLS_HANDSHAKE_NORMAL, false},
	{"missing-intermediate", TLS_CERTIFICATE_MISSING_INTERMEDIATE, TLS_HANDSHAKE_NORMAL, false},
	{"stall", TLS_CERTIFICATE_VALID, TLS_HANDSHAKE_STALL, false},
	{"reset", TLS_CERTIFICATE_VALID, TLS_HANDSHAKE_RESET, false},
	{"client-certificate", TLS_CERTIFICATE_VALID, TLS_HANDSHAKE_NORMAL, true},
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
show(struct tls *tls, int kind, struct diag *diag)
{
	struct tls_certificate_chain chain;
	int result;

	if (tls->shown[kind].count)
		return DONE;
	result = tls_certificate_mint(
		&chain, kind, tls->condition->authority, tls->key, tls->names, tls->now, diag);
	if (result == DONE)
		result = import(&tls->shown[kind], &chain);
	tls_certificate_chain_done(&chain);
	return result;
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

int
tls_new(struct tls **out, struct condition *condition, const char *names, int64_t now,
	struct diag *diag)
{
	struct tls *tls = memory_new(1, sizeof(*tls));
	int result;

	tls->condition = condition_hold(condition);
	tls->names = text_copy(names);
	tls->now = now;
	result = import_key(tls, diag);
	if (result == DONE)
		result = show(tls, condition->settings.tls_certificate, diag);
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
	for (size_t i = 0; i < TLS_CERTIFICATE_COUNT; i++)
		for (size_t j = 0; j < tls->shown[i].count; j++)
			gnutls_pcert_deinit(&tls->shown[i].chain[j]);
	if (tls->private_key)
		gnutls_privkey_deinit(tls->private_key);
	EVP_PKEY_free(tls->key);
	condition_release(tls->condition);
	free(tls->names);
	free(tls);
}

/* --- handshakes --------------------------------------------------------------------- */

/* Returns the index in labels of the name that the client asked for, or LABEL_COUNT. */
static size_t
find_label(gnutls_session_t session)
{
	char name[SERVER_NAME_MAX];
	size_t size = sizeof(name);
	unsigned type;

	if (gnutls_server_name_get(session, name, &size, &type, 0) != 0)
		return LABEL_COUNT;
	for (size_t i = 0; i < LABEL_COUNT; i++) {
		size_t length = strlen(labels[i].label);

		if (strncasecmp(name, labels[i].label, length) == 0 && name[length] == '.')
			return i;
	}
	return LABEL_COUNT;
}

/* The settings win; a healthy one leaves the choice to the client's name. */
static int
choose_certificate(const struct tls *tls, gnutls_session_t session)
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
	struct tls *tls = gnutls_db_get_ptr(session);
	int kind = choose_certificate(tls, session);

	if (show(tls, kind, NULL) != DONE)
		return GNUTLS_E_INTERNAL_ERROR;
	*chain = tls->shown[kind].chain;
	*count = tls->shown[kind].count;
	*key = tls->private_key;
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

	connect(gnutls_transport_get_int(session), &nowhere, sizeof(nowhere));
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

static int
on_client_hello(gnutls_session_t session)
{
	const struct tls *tls = gnutls_db_get_ptr(session);
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
tls_priorities(const struct tls *tls)
{
	return tls->condition->settings.tls_protocols == TLS_PROTOCOLS_OLD
		? "NORMAL:-VERS-ALL:+VERS-TLS1.1:+VERS-TLS1.0:+SHA1:+SIGN-ALL:%COMPAT"
		: "NORMAL";
}

/* The pointer for a store of sessions, which a test server does not keep, leads back here. */
void
tls_begin(struct tls *tls, void *session)
{
	gnutls_db_set_ptr(session, tls);
	gnutls_handshake_set_post_client_hello_function(session, on_client_hello);
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
