#include "tests/integration/tls_client.h"

#include <check.h>
#include <errno.h>
#include <openssl/err.h>
#include <openssl/ssl.h>
#include <openssl/x509.h>
#include <signal.h>
#include <stdio.h>
#include <sys/socket.h>
#include <sys/time.h>

#define NAME "localhost"

static SSL_CTX *
make_context(const struct certificate *root, int64_t now)
{
	const uint8_t *der = root->der.data;
	X509 *trusted = d2i_X509(NULL, &der, (long)root->der.size);
	SSL_CTX *context = SSL_CTX_new(TLS_client_method());

	ck_assert_ptr_nonnull(trusted);
	ck_assert_ptr_nonnull(context);
	ck_assert_int_eq(X509_STORE_add_cert(SSL_CTX_get_cert_store(context), trusted), 1);
	X509_VERIFY_PARAM_set_time(SSL_CTX_get0_param(context), (time_t)now);
	SSL_CTX_set_verify(context, SSL_VERIFY_PEER, NULL);
	ck_assert_int_eq(SSL_CTX_set_min_proto_version(context, TLS1_2_VERSION), 1);
	X509_free(trusted);
	return context;
}

static SSL *
make_session(SSL_CTX *context, int descriptor)
{
	SSL *session = SSL_new(context);

	ck_assert_ptr_nonnull(session);
	ck_assert_int_eq(SSL_set_fd(session, descriptor), 1);
	ck_assert_int_eq(SSL_set1_host(session, NAME), 1);
	ck_assert_int_eq((int)SSL_set_tlsext_host_name(session, NAME), 1);
	return session;
}

static void
set_patience(int descriptor, int ms)
{
	const struct timeval time = {.tv_sec = ms / 1000, .tv_usec = ms % 1000 * 1000};

	setsockopt(descriptor, SOL_SOCKET, SO_RCVTIMEO, &time, sizeof(time));
	setsockopt(descriptor, SOL_SOCKET, SO_SNDTIMEO, &time, sizeof(time));
}

static void
say(struct tls_outcome *out, enum raw_state state, const char *words)
{
	out->state = state;
	snprintf(out->words, sizeof(out->words), "%s", words);
}

/* Tells why a call of OpenSSL did not succeed; errno is that of the socket. */
static void
judge(struct tls_outcome *out, const SSL *session, int result, int error)
{
	unsigned long reason = ERR_peek_error();
	int wrong = SSL_get_error(session, result);

	if (wrong == SSL_ERROR_WANT_READ || wrong == SSL_ERROR_WANT_WRITE)
		say(out, RAW_SILENT, "silent");
	else if (SSL_get_verify_result(session) != X509_V_OK)
		say(out, RAW_CLOSED, X509_verify_cert_error_string(SSL_get_verify_result(session)));
	else if (wrong == SSL_ERROR_ZERO_RETURN) {
		out->bid_farewell = true;
		say(out, RAW_CLOSED, "closed");
	} else if (wrong == SSL_ERROR_SYSCALL && (error == ECONNRESET || error == EPIPE)) {
		out->error = error;
		say(out, RAW_RESET, "reset");
	} else if (wrong == SSL_ERROR_SYSCALL ||
		ERR_GET_REASON(reason) == SSL_R_UNEXPECTED_EOF_WHILE_READING)
		say(out, RAW_CLOSED, "closed");
	else
		say(out, RAW_CLOSED, ERR_reason_error_string(reason));
}

static void
converse(struct tls_outcome *out, SSL *session, struct bytes request)
{
	uint8_t chunk[4096];
	int got;

	ERR_clear_error();
	errno = 0;
	got = SSL_connect(session);
	if (got == 1) {
		out->shaken = true;
		got = SSL_write(session, request.data, (int)request.size);
	}
	while (got > 0 && (got = SSL_read(session, chunk, sizeof(chunk))) > 0)
		buffer_append(&out->received, BYTES(chunk, (size_t)got));
	judge(out, session, got, errno);
	if (out->received.size)
		snprintf(out->words, sizeof(out->words), "answered");
}

void
tls_client_ask_over(struct tls_outcome *out, const struct raw_client *client,
	const struct certificate *root, int64_t now, struct bytes request, int patience_ms)
{
	SSL_CTX *context;
	SSL *session;

	*out = (struct tls_outcome){0};
	if (client->descriptor < 0) {
		out->error = client->error;
		say(out, client->state, "refused");
		return;
	}
	/* OpenSSL writes without MSG_NOSIGNAL. */
	signal(SIGPIPE, SIG_IGN);
	context = make_context(root, now);
	session = make_session(context, client->descriptor);
	set_patience(client->descriptor, patience_ms);
	converse(out, session, request);
	SSL_free(session);
	SSL_CTX_free(context);
}

void
tls_client_ask(struct tls_outcome *out, unsigned port, const struct certificate *root, int64_t now,
	struct bytes request, int patience_ms)
{
	RAW_CLIENT_CLEANUP struct raw_client client = raw_connect("127.0.0.1", port);

	tls_client_ask_over(out, &client, root, now, request, patience_ms);
}

void
tls_outcome_done(struct tls_outcome *outcome)
{
	buffer_done(&outcome->received);
}

void
tls_client_hello(struct buffer *out)
{
	SSL_CTX *context = SSL_CTX_new(TLS_client_method());
	BIO *sent = BIO_new(BIO_s_mem());
	SSL *session;
	char *bytes;
	long size;

	ck_assert_ptr_nonnull(context);
	session = SSL_new(context);
	ck_assert_ptr_nonnull(session);
	SSL_set_bio(session, BIO_new(BIO_s_mem()), sent);
	SSL_set_tlsext_host_name(session, NAME);
	ck_assert_int_ne(SSL_connect(session), 1);
	size = BIO_get_mem_data(sent, &bytes);
	ck_assert_int_gt(size, 100);
	buffer_append(out, BYTES(bytes, (size_t)size));
	SSL_free(session);
	SSL_CTX_free(context);
}
