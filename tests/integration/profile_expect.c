#include "tests/integration/profile_expect.h"

#include <check.h>
#include <poll.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "common/certificate_plan.h"
#include "common/key.h"
#include "common/memory.h"
#include "common/name.h"
#include "server/challenge_intune.h"
#include "tests/integration/profile_logs.h"
#include "tests/integration/reply_judge.h"
#include "tests/integration/tls_client.h"

#define SCEP_PATH "/certsrv/mscep/mscep.dll"
#define HOST                                                                                       \
	" HTTP/1.1\r\nHost: ndes.contoso.com\r\nUser-Agent: Mozilla/4.0 (compatible; Win32; NDES " \
	"client)\r\n\r\n"

/* How long nothing must come for it to be silence. */
#define SILENCE_MS 250

/* What came of a request. */
struct seen {
	struct raw_client client;
	struct raw_response response;
	bool answered;
	int64_t first_byte_ms;
	const char *connection; /* as in `sees` */
	struct reply_judgement judgement;
	bool judged;
	struct tls_outcome tls; /* where `sees` asks for it */
};

#define FAIL(play, ...) refute(play, __LINE__, __VA_ARGS__)

static void __attribute__((format(printf, 3, 4), noreturn))
refute(const struct profile_play *play, int line, const char *format, ...)
{
	char *words = NULL;
	va_list arguments;

	va_start(arguments, format);
	if (vasprintf(&words, format, arguments) < 0)
		words = NULL;
	va_end(arguments);
	ck_abort_msg("%s, expectation %zu (line %d): %s", play->profile->name, play->step + 1, line,
		words);
	abort();
}

/* --- requests ------------------------------------------------------------------ */

/* What a challenge of Intune says. */
struct intune_claims {
	const char *subject;
	int64_t expires_in; /* seconds */
};

static const struct intune_claims intune_good = {"CN=device", 3600};
static const struct intune_claims intune_expired = {"CN=device", -1};
static const struct intune_claims intune_of_another = {"CN=another", 3600};

struct request_kind {
	const char *name;
	const char *target; /* of a plain GET; NULL: a message */
	bool by_get;
	bool is_long;
	bool long_path;
	bool with_password;
	const char *challenge;              /* in place of the password */
	const struct intune_claims *intune; /* in place of the password as well */
	bool ec_key;
	bool raw; /* base64 as it is, a raw + included */
	bool chunked;
	bool renewal;
	bool poll;
	const char *subject;
	bool to_ca;          /* encrypted to the CA's certificate */
	bool foreign_signer; /* a RenewalReq, signed with a certificate that another CA issued */
};

static const struct request_kind kinds[] = {
	{.name = "probe", .target = SCEP_PATH},
	{.name = "GetCACaps", .target = SCEP_PATH "?operation=GetCACaps&message=default"},
	{.name = "GetCACaps by long path", .target = "?operation=GetCACaps", .long_path = true},
	{.name = "GetCACaps by double-escaped path",
		.target = SCEP_PATH "/a%252Fb?operation=GetCACaps"},
	{.name = "GetCACert", .target = SCEP_PATH "?operation=GetCACert&message=default"},
	{.name = "admin_page", .target = "/certsrv/mscep_admin/"},
	{.name = "PKIOperation by GET", .by_get = true},
	{.name = "PKIOperation by long GET", .by_get = true, .is_long = true},
	{.name = "PKIOperation by POST"},
	{.name = "PKIOperation by raw GET", .by_get = true, .raw = true},
	{.name = "PKIOperation by chunked POST", .chunked = true},
	{.name = "PKIOperation with password", .with_password = true},
	{.name = "PKIOperation without challenge", .challenge = "-"},
	{.name = "PKIOperation with unknown password", .challenge = "0123456789ABCDEF"},
	{.name = "PKIOperation with Intune challenge", .intune = &intune_good},
	{.name = "PKIOperation with expired Intune challenge", .intune = &intune_expired},
	{.name = "PKIOperation with another's Intune challenge", .intune = &intune_of_another},
	{.name = "PKIOperation with EC key", .ec_key = true},
	{.name = "PKIOperation without subject", .subject = ""},
	{.name = "PKIOperation encrypted to the CA", .to_ca = true},
	{.name = "renewal", .renewal = true},
	{.name = "renewal with another subject", .renewal = true, .subject = "CN=another"},
	{.name = "renewal with another CA's certificate", .foreign_signer = true},
	{.name = "poll", .poll = true},
};

static const struct request_kind *
find_kind(const struct profile_play *play, const json_t *expectation)
{
	const char *name = json_string_value(json_object_get(expectation, "request"));

	for (size_t i = 0; name && i < sizeof(kinds) / sizeof(kinds[0]); i++)
		if (strcmp(kinds[i].name, name) == 0)
			return &kinds[i];
	FAIL(play, "no request is called \"%s\"", name ? name : "");
}

/* 26 segments of 200 bytes: more than request filtering takes unless it is told to, and nothing that
 * http.sys minds. */
static void
append_long_path(struct buffer *out)
{
	buffer_append_text(out, SCEP_PATH);
	for (int i = 0; i < 26; i++)
		buffer_append_format(out, "/%0200d", i);
}

/* Names enough for a message that is 9 kB of URL. */
static char *
long_names(void)
{
	struct buffer out = {0};

	for (int i = 0; i < 230; i++)
		buffer_append_format(&out, "%sDNS:device-%03d.contoso.com", i ? "," : "", i);
	return buffer_text(&out);
}

/* What a message borrows. */
struct message_parts {
	char *names;
	struct buffer data;
	struct buffer challenge;
	EVP_PKEY *key;
};

static void
parts_done(struct message_parts *parts)
{
	free(parts->names);
	buffer_done(&parts->data);
	buffer_done(&parts->challenge);
	EVP_PKEY_free(parts->key);
}

static const char *
mint_challenge(struct message_parts *parts, const struct profile_play *play,
	const struct intune_claims *intune)
{
	const struct server *server = play->deployment.server;
	char words[DIAG_TEXT_SIZE], identifier[32];
	struct diag diag = {0};
	struct challenge_claims claims = {
		.identifier = identifier,
		.subject = (char *)intune->subject,
		.expires_at = clock_now(&server->clock) + intune->expires_in,
	};

	snprintf(identifier, sizeof(identifier), "challenge-%zu", play->pending);
	if (challenge_intune_mint(&parts->challenge, &server->pki, &claims, &diag) != DONE)
		FAIL(play, "%s", diag_text(words, &diag));
	return buffer_text(&parts->challenge);
}

/* Gives the device a certificate for its key that another CA issued. */
static void
use_foreign_certificate(struct profile_play *play)
{
	struct device *device = &play->device;
	const struct certificate *own = &device->signer;
	EVP_PKEY *key = play->deployment.server->pki.keys[PKI_NEXT_CA];
	BUFFER_CLEANUP struct buffer issuer = {0}, der = {0};
	struct certificate_plan plan = {
		.serial = {7},
		.serial_size = 1,
		.digest = algorithm_digest_named("SHA-256"),
		.not_before = own->not_before,
		.not_after = own->not_after,
		.subject = own->subject,
		.spki = own->spki,
		.key_usage = KEY_USAGE_DIGITAL_SIGNATURE | KEY_USAGE_KEY_ENCIPHERMENT,
	};

	ck_assert_int_eq(name_parse(&issuer, "CN=CA of somebody else", NULL), DONE);
	plan.issuer = buffer_bytes(&issuer);
	ck_assert_int_eq(certificate_plan_sign(&der, &plan, key, NULL), DONE);
	certificate_done(&device->signer);
	ck_assert_int_eq(certificate_read(&device->signer, buffer_bytes(&der), NULL), DONE);
}

/* Fills the message of a kind. */
static void
fill_message(struct device_message *message, struct message_parts *parts, struct profile_play *play,
	const struct request_kind *kind)
{
	struct device *device = &play->device;

	*message = (struct device_message){.by_get = kind->by_get,
		.raw_query = kind->raw,
		.chunked = kind->chunked,
		.subject = kind->subject,
		.to_ca = kind->to_ca};
	if (!kind->poll)
		snprintf(play->transaction, sizeof(play->transaction), "transaction-%zu",
			++play->pending);
	message->transaction_id = play->transaction;
	if (kind->is_long)
		message->san = parts->names = long_names();
	if (kind->with_password)
		message->challenge = play->password;
	if (kind->challenge)
		message->challenge = kind->challenge;
	if (kind->intune)
		message->challenge = mint_challenge(parts, play, kind->intune);
	if (kind->ec_key) {
		ck_assert_int_eq(key_generate_ec(&parts->key, "P-256", NULL), DONE);
		message->csr_key = parts->key;
	}
	if (kind->renewal) {
		if (device->certificate.der.size == 0)
			FAIL(play, "a renewal needs a certificate that was issued before");
		device_use_certificate(device);
		message->challenge = "-";
	}
	if (kind->foreign_signer) {
		use_foreign_certificate(play);
		message->message_type = SCEP_RENEWAL_REQ;
		message->challenge = "-";
	}
	if (kind->poll) {
		message->message_type = SCEP_CERT_POLL;
		scep_request_put_issuer_and_subject(
			&parts->data, device->ca.subject, device->signer.subject);
		message->data = buffer_bytes(&parts->data);
	}
}

/* --- what comes ----------------------------------------------------------------- */

/* Waits for something to read; false: nothing comes. */
static bool
wait_readable(const struct raw_client *client, int ms)
{
	struct pollfd state = {.fd = client->descriptor, .events = POLLIN};

	return client->descriptor >= 0 && poll(&state, 1, ms) > 0;
}

static bool
wants_silence(const json_t *sees)
{
	const char *connection = json_string_value(json_object_get(sees, "connection"));

	return connection && strcmp(connection, "silent") == 0;
}

static const char *
connection_word(struct seen *seen)
{
	struct raw_client *client = &seen->client;

	if (client->state == RAW_RESET)
		return "reset";
	if (!seen->answered)
		return client->state == RAW_REFUSED ? "refused"
			: seen->response.status     ? "truncated"
			: client->received.size     ? "garbage"
			: seen->response.head.size  ? "garbage"
						    : "closed";
	if (raw_header(&seen->response, "Connection").data == NULL)
		return wait_readable(client, 0) ? "closed" : "open";
	raw_read_end(client);
	return client->state == RAW_RESET ? "reset" : "closed";
}

static void
send_and_read(struct seen *seen, const struct profile_play *play, struct bytes request,
	const json_t *sees)
{
	int64_t begun = clock_monotonic_ns();

	seen->client = raw_connect("127.0.0.1", play->deployment.port);
	raw_send(&seen->client, request);
	if (wants_silence(sees)) {
		seen->connection =
			wait_readable(&seen->client, SILENCE_MS) ? "not silent" : "silent";
		raw_close(&seen->client);
		return;
	}
	wait_readable(&seen->client, RAW_PATIENCE_MS);
	seen->first_byte_ms = (clock_monotonic_ns() - begun) / 1000000;
	seen->answered = raw_read(&seen->response, &seen->client);
	seen->connection = connection_word(seen);
}

/* Sends the same over TLS, where it is to be seen what comes of that. */
static void
ask_over_tls(struct seen *seen, const struct profile_play *play, struct bytes request,
	const json_t *sees)
{
	const char *wanted = json_string_value(json_object_get(sees, "tls"));
	const struct server *server = play->deployment.server;

	if (wanted)
		tls_client_ask(&seen->tls, play->deployment.tls_port,
			&server->sites.sites[0]->condition->authority->root,
			clock_now(&server->clock), request,
			strcmp(wanted, "silent") == 0 ? SILENCE_MS : RAW_PATIENCE_MS);
}

/* Takes the password off the admin page, which is in UTF-16, as Fleet does. */
static void
take_password(struct profile_play *play, const struct buffer *page)
{
	static const char before[] = "The enrollment challenge password is: <B> ";
	BUFFER_CLEANUP struct buffer text = {0};
	const char *found;

	for (size_t i = 0; i + 1 < page->size; i += 2)
		buffer_append_byte(&text, page->data[i]);
	found = strstr(buffer_text(&text), before);
	if (found)
		snprintf(play->password, sizeof(play->password), "%.*s",
			(int)strcspn(found + strlen(before), " "), found + strlen(before));
}

static void
perform(struct seen *seen, struct profile_play *play, const struct request_kind *kind,
	const json_t *sees)
{
	__attribute__((cleanup(parts_done))) struct message_parts parts = {0};
	BUFFER_CLEANUP struct buffer request = {0};
	struct device_message message = {0};

	*seen = (struct seen){0};
	if (kind->target) {
		buffer_append_text(&request, "GET ");
		if (kind->long_path)
			append_long_path(&request);
		buffer_append_format(&request, "%s%s", kind->target, HOST);
	} else {
		fill_message(&message, &parts, play, kind);
		device_write_request(&request, &play->device, &message);
	}
	send_and_read(seen, play, buffer_bytes(&request), sees);
	ask_over_tls(seen, play, buffer_bytes(&request), sees);
	take_password(play, &seen->response.body);
	if (kind->target || !seen->answered)
		return;
	seen->judged = true;
	reply_judge(&seen->judgement, &play->device, &seen->response, &message,
		clock_now(&play->deployment.server->clock));
}

static void
seen_done(struct seen *seen)
{
	raw_close(&seen->client);
	raw_response_done(&seen->response);
	reply_judgement_done(&seen->judgement);
	tls_outcome_done(&seen->tls);
}

/* --- what must be seen ------------------------------------------------------------ */

static void
check_status(const struct profile_play *play, const struct seen *seen, const json_t *wanted)
{
	if (seen->response.status != (unsigned)json_integer_value(wanted))
		FAIL(play, "status %u, wanted %d; connection %s; %s%s", seen->response.status,
			(int)json_integer_value(wanted), seen->connection,
			buffer_text((struct buffer *)&seen->response.head),
			seen->judged ? seen->judgement.words : "");
}

static void
check_content_type(const struct profile_play *play, const struct seen *seen, const json_t *wanted)
{
	struct bytes found = raw_header(&seen->response, "Content-Type");
	const char *text = json_string_value(wanted);

	if (text ? !bytes_equal(found, bytes_text(text)) : found.data != NULL)
		FAIL(play, "Content-Type \"%.*s\", wanted \"%s\"", (int)found.size,
			(const char *)found.data, text ? text : "none");
}

static void
check_header(const struct profile_play *play, const struct seen *seen, const json_t *wanted)
{
	const char *line = json_string_value(wanted);

	if (!strstr(buffer_text((struct buffer *)&seen->response.head), line))
		FAIL(play, "no header \"%s\" in %s", line,
			buffer_text((struct buffer *)&seen->response.head));
}

static bool
holds(const struct buffer *body, struct bytes text)
{
	return body->size && memmem(body->data, body->size, text.data, text.size) != NULL;
}

/* The pages of NDES are in UTF-16. */
static void
check_body(const struct profile_play *play, const struct seen *seen, const json_t *wanted)
{
	const struct buffer *body = &seen->response.body;
	const char *text = json_string_value(wanted);
	BUFFER_CLEANUP struct buffer utf16 = {0};
	bool found;

	for (size_t i = 0; text[i]; i++)
		buffer_append(&utf16, BYTES(((const uint8_t[]){(uint8_t)text[i], 0}), 2));
	found = *text ? holds(body, bytes_text(text)) || holds(body, buffer_bytes(&utf16))
		      : body->size == 0;

	if (!found)
		FAIL(play, "the body has no \"%s\": %.*s", text, (int)body->size,
			(const char *)body->data);
}

static void
check_connection(const struct profile_play *play, const struct seen *seen, const json_t *wanted)
{
	if (strcmp(seen->connection, json_string_value(wanted)) != 0)
		FAIL(play, "the connection is %s, wanted %s", seen->connection,
			json_string_value(wanted));
}

static void
check_tls(const struct profile_play *play, const struct seen *seen, const json_t *wanted)
{
	const char *words = json_string_value(wanted);
	/* With TLS 1.3 a request may be on its way before its sender is turned away, and who closes on
	 * what it has not read resets (RFC 1122 4.2.2.13). */
	bool closed = strcmp(words, "closed") == 0 && seen->tls.shaken &&
		strcmp(seen->tls.words, "reset") == 0;

	if (strcmp(seen->tls.words, words) != 0 && !closed)
		FAIL(play, "over TLS: %s, wanted %s", seen->tls.words, words);
}

static void
check_delay(const struct profile_play *play, const struct seen *seen, const json_t *wanted)
{
	if (seen->first_byte_ms < json_integer_value(wanted))
		FAIL(play, "the first byte after %d ms, wanted %d at least",
			(int)seen->first_byte_ms, (int)json_integer_value(wanted));
}

static void
check_certrep(const struct profile_play *play, const struct seen *seen, const json_t *wanted)
{
	static const struct {
		const char *word;
		unsigned status;
	} words[] = {{"success", SCEP_STATUS_SUCCESS}, {"failure", SCEP_STATUS_FAILURE},
		{"pending", SCEP_STATUS_PENDING}};
	const char *text = json_string_value(wanted);

	if (!seen->judged)
		FAIL(play, "no CertRep, wanted %s; connection %s", text, seen->connection);
	for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++)
		if (strcmp(words[i].word, text) == 0 &&
			words[i].status == seen->judgement.reply.status)
			return;
	FAIL(play, "pkiStatus %u, wanted %s; defect %s; %s", seen->judgement.reply.status, text,
		seen->judgement.defect, seen->judgement.words);
}

static void
check_fail_info(const struct profile_play *play, const struct seen *seen, const json_t *wanted)
{
	const struct scep_reply *reply = &seen->judgement.reply;

	if (!reply->has_fail_info || reply->fail_info != json_integer_value(wanted))
		FAIL(play, "failInfo %d, wanted %d",
			reply->has_fail_info ? (int)reply->fail_info : -1,
			(int)json_integer_value(wanted));
}

static void
check_error(const struct profile_play *play, const struct seen *seen, const json_t *wanted)
{
	char found[16];

	snprintf(found, sizeof(found), "0x%08x", (unsigned)seen->judgement.reply.error);
	if (strcmp(found, json_string_value(wanted)) != 0)
		FAIL(play, "error %s, wanted %s", found, json_string_value(wanted));
}

static void
check_defect(const struct profile_play *play, const struct seen *seen, const json_t *wanted)
{
	const char *text = wanted ? json_string_value(wanted) : "none";

	if (!seen->judged || strcmp(seen->judgement.defect, text) != 0)
		FAIL(play, "a careful client objects to: %s, wanted %s; %s",
			seen->judged ? seen->judgement.defect : "no answer", text,
			seen->judgement.words);
}

/* --- what is healthy and breaks clients all the same --------------------------------- */

/* Compares octets with what is wanted in hexadecimal. */
static void
check_octets(
	const struct profile_play *play, const char *what, struct bytes found, const json_t *wanted)
{
	BUFFER_CLEANUP struct buffer hex = {0};

	buffer_append_hex(&hex, found);
	if (strcmp(buffer_text(&hex), json_string_value(wanted)) != 0)
		FAIL(play, "%s %s, wanted %s", what, buffer_text(&hex), json_string_value(wanted));
}

static void
check_body_begins(const struct profile_play *play, const struct seen *seen, const json_t *wanted)
{
	struct bytes body = buffer_bytes(&seen->response.body);
	size_t size = json_string_length(wanted) / 2;

	check_octets(play, "the body begins with",
		BYTES(body.data, size < body.size ? size : body.size), wanted);
}

/* What a client finds that takes the body for UTF-8. */
static void
check_utf8_lacks(const struct profile_play *play, const struct seen *seen, const json_t *wanted)
{
	if (holds(&seen->response.body, bytes_text(json_string_value(wanted))))
		FAIL(play, "the body has \"%s\" in UTF-8", json_string_value(wanted));
}

static void
check_content(const struct profile_play *play, const struct seen *seen, const json_t *wanted)
{
	check_octets(play, "the content is", seen->judgement.reply.message.content, wanted);
}

static void
check_embedded(const struct profile_play *play, const struct seen *seen, const json_t *wanted)
{
	size_t count = seen->judgement.reply.message.certificate_count;

	if (!seen->judged || count != (size_t)json_integer_value(wanted))
		FAIL(play, "%zu certificates beside the signature, wanted %d", count,
			(int)json_integer_value(wanted));
}

static void
check_key_transport(const struct profile_play *play, const struct seen *seen, const json_t *wanted)
{
	const struct envelope *envelope = &seen->judgement.reply.envelope;
	bool oaep = envelope->recipient_count == 1 &&
		envelope->recipients[0].transport == KEY_TRANSPORT_OAEP;

	if (oaep != (strcmp(json_string_value(wanted), "oaep") == 0))
		FAIL(play, "the key is wrapped with %s", oaep ? "OAEP" : "PKCS#1 v1.5");
}

/* Reads GetCACert's list. */
static void
read_list(struct signed_data *out, const struct profile_play *play, const struct seen *seen)
{
	if (signed_data_read(out, buffer_bytes(&seen->response.body), NULL) != DONE)
		FAIL(play, "the body is no list of certificates");
}

static void
check_certificates(const struct profile_play *play, const struct seen *seen, const json_t *wanted)
{
	SIGNED_DATA_CLEANUP struct signed_data list = {0};

	read_list(&list, play, seen);
	if (list.certificate_count != (size_t)json_integer_value(wanted))
		FAIL(play, "%zu certificates, wanted %d", list.certificate_count,
			(int)json_integer_value(wanted));
}

/* Whose key the CA's certificate in the list has: that of the "first" CA, or of the "next". */
static void
check_ca_key(const struct profile_play *play, const struct seen *seen, const json_t *wanted)
{
	bool next = strcmp(json_string_value(wanted), "next") == 0, found = false;
	EVP_PKEY *key = play->deployment.server->pki.keys[next ? PKI_NEXT_CA : PKI_ROOT];
	SIGNED_DATA_CLEANUP struct signed_data list = {0};
	BUFFER_CLEANUP struct buffer spki = {0};

	read_list(&list, play, seen);
	ck_assert_int_eq(key_write_public(&spki, key, NULL), DONE);
	for (size_t i = 0; i < list.certificate_count; i++) {
		CERTIFICATE_CLEANUP struct certificate one = {0};

		ck_assert_int_eq(certificate_read(&one, list.certificates[i], NULL), DONE);
		found |= one.is_ca && key_same(one.spki, buffer_bytes(&spki));
	}
	if (!found)
		FAIL(play, "no CA certificate with the %s key", json_string_value(wanted));
}

static const struct {
	const char *name;
	void (*check)(
		const struct profile_play *play, const struct seen *seen, const json_t *wanted);
} sights[] = {
	{"status", check_status},
	{"content_type", check_content_type},
	{"header", check_header},
	{"body", check_body},
	{"connection", check_connection},
	{"tls", check_tls},
	{"at_least_ms", check_delay},
	{"certrep", check_certrep},
	{"fail_info", check_fail_info},
	{"error", check_error},
	{"defect", check_defect},
	{"body_begins", check_body_begins},
	{"utf8_lacks", check_utf8_lacks},
	{"content", check_content},
	{"embedded_certificates", check_embedded},
	{"key_transport", check_key_transport},
	{"certificates", check_certificates},
	{"ca_key", check_ca_key},
};

static void
check_sight(const struct profile_play *play, const struct seen *seen, const char *name,
	const json_t *wanted)
{
	for (size_t i = 0; i < sizeof(sights) / sizeof(sights[0]); i++) {
		if (strcmp(sights[i].name, name) != 0)
			continue;
		if (!json_is_array(wanted)) {
			sights[i].check(play, seen, wanted);
			return;
		}
		for (size_t j = 0; j < json_array_size(wanted); j++)
			sights[i].check(play, seen, json_array_get(wanted, j));
		return;
	}
	FAIL(play, "nothing to be seen is called \"%s\"", name);
}

static void
check_sights(const struct profile_play *play, const struct seen *seen, const json_t *sees)
{
	const char *name;
	json_t *wanted;

	if (json_object_size(sees) == 0)
		FAIL(play, "nothing is to be seen");
	json_object_foreach((json_t *)sees, name, wanted)
		check_sight(play, seen, name, wanted);
	if (json_object_get(sees, "certrep") && !json_object_get(sees, "defect"))
		check_defect(play, seen, NULL);
}

/* --- the play ---------------------------------------------------------------------- */

void
profile_play_start(struct profile_play *play, const struct profile *profile)
{
	static const char *const settings[] = {"apply=as_real", NULL};
	struct site *site;

	*play = (struct profile_play){.profile = profile};
	deployment_start_with_fault(&play->deployment, profile->name, settings);
	site = play->deployment.server->sites.sites[0];
	device_init_offline(&play->device, site->condition->authority,
		clock_now(&play->deployment.server->clock), 0);
}

void
profile_play_stop(struct profile_play *play)
{
	device_done(&play->device);
	deployment_stop(&play->deployment);
}

static void
play_once(struct profile_play *play, const json_t *expectation)
{
	const json_t *sees = json_object_get(expectation, "sees");
	const struct request_kind *kind = find_kind(play, expectation);
	struct profile_logs logs;
	struct seen seen;
	char *words;

	profile_logs_mark(&logs, &play->deployment);
	perform(&seen, play, kind, sees);
	check_sights(play, &seen, sees);
	seen_done(&seen);
	words = profile_logs_check(&logs, &play->deployment, json_object_get(expectation, "logs"));
	if (!words)
		words = profile_logs_check_files(
			&play->deployment, json_object_get(expectation, "files"));
	if (words)
		FAIL(play, "%s", words);
}

void
profile_play_expect(struct profile_play *play, const json_t *expectation)
{
	json_int_t times = json_integer_value(json_object_get(expectation, "times"));

	for (json_int_t i = 0; i < (times ? times : 1); i++)
		play_once(play, expectation);
	play->step++;
}
