#include "tests/integration/profile_sights.h"

#include <check.h>
#include <stdio.h>
#include <string.h>

#include "common/key.h"

static void
check_status(const struct profile_play *play, const struct profile_seen *seen, const json_t *wanted)
{
	if (seen->response.status != (unsigned)json_integer_value(wanted))
		PROFILE_FAIL(play, "status %u, wanted %d; connection %s; %s%s",
			seen->response.status, (int)json_integer_value(wanted), seen->connection,
			buffer_text((struct buffer *)&seen->response.head),
			seen->judged ? seen->judgement.words : "");
}

static void
check_content_type(
	const struct profile_play *play, const struct profile_seen *seen, const json_t *wanted)
{
	struct bytes found = raw_header(&seen->response, "Content-Type");
	const char *text = json_string_value(wanted);

	if (text ? !bytes_equal(found, bytes_text(text)) : found.data != NULL)
		PROFILE_FAIL(play, "Content-Type \"%.*s\", wanted \"%s\"", (int)found.size,
			(const char *)found.data, text ? text : "none");
}

static void
check_header(const struct profile_play *play, const struct profile_seen *seen, const json_t *wanted)
{
	const char *line = json_string_value(wanted);

	if (!strstr(buffer_text((struct buffer *)&seen->response.head), line))
		PROFILE_FAIL(play, "no header \"%s\" in %s", line,
			buffer_text((struct buffer *)&seen->response.head));
}

static bool
holds(const struct buffer *body, struct bytes text)
{
	return body->size && memmem(body->data, body->size, text.data, text.size) != NULL;
}

/* The pages of NDES are in UTF-16. */
static void
check_body(const struct profile_play *play, const struct profile_seen *seen, const json_t *wanted)
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
		PROFILE_FAIL(play, "the body has no \"%s\": %.*s", text, (int)body->size,
			(const char *)body->data);
}

static void
check_connection(
	const struct profile_play *play, const struct profile_seen *seen, const json_t *wanted)
{
	if (strcmp(seen->connection, json_string_value(wanted)) != 0)
		PROFILE_FAIL(play, "the connection is %s, wanted %s", seen->connection,
			json_string_value(wanted));
}

static void
check_tls(const struct profile_play *play, const struct profile_seen *seen, const json_t *wanted)
{
	const char *words = json_string_value(wanted);
	/* With TLS 1.3 a request may be on its way before its sender is turned away, and who closes on
	 * what it has not read resets (RFC 1122 4.2.2.13). */
	bool closed = strcmp(words, "closed") == 0 && seen->tls.shaken &&
		strcmp(seen->tls.words, "reset") == 0;

	if (strcmp(seen->tls.words, words) != 0 && !closed)
		PROFILE_FAIL(play, "over TLS: %s, wanted %s", seen->tls.words, words);
}

static void
check_delay(const struct profile_play *play, const struct profile_seen *seen, const json_t *wanted)
{
	if (seen->first_byte_ms < json_integer_value(wanted))
		PROFILE_FAIL(play, "the first byte after %d ms, wanted %d at least",
			(int)seen->first_byte_ms, (int)json_integer_value(wanted));
}

static void
check_certrep(
	const struct profile_play *play, const struct profile_seen *seen, const json_t *wanted)
{
	static const struct {
		const char *word;
		unsigned status;
	} words[] = {{"success", SCEP_STATUS_SUCCESS}, {"failure", SCEP_STATUS_FAILURE},
		{"pending", SCEP_STATUS_PENDING}};
	const char *text = json_string_value(wanted);

	if (!seen->judged)
		PROFILE_FAIL(play, "no CertRep, wanted %s; connection %s", text, seen->connection);
	for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++)
		if (strcmp(words[i].word, text) == 0 &&
			words[i].status == seen->judgement.reply.status)
			return;
	PROFILE_FAIL(play, "pkiStatus %u, wanted %s; defect %s; %s", seen->judgement.reply.status,
		text, seen->judgement.defect, seen->judgement.words);
}

static void
check_fail_info(
	const struct profile_play *play, const struct profile_seen *seen, const json_t *wanted)
{
	const struct scep_reply *reply = &seen->judgement.reply;

	if (!reply->has_fail_info || reply->fail_info != json_integer_value(wanted))
		PROFILE_FAIL(play, "failInfo %d, wanted %d",
			reply->has_fail_info ? (int)reply->fail_info : -1,
			(int)json_integer_value(wanted));
}

static void
check_error(const struct profile_play *play, const struct profile_seen *seen, const json_t *wanted)
{
	char found[16];

	snprintf(found, sizeof(found), "0x%08x", (unsigned)seen->judgement.reply.error);
	if (strcmp(found, json_string_value(wanted)) != 0)
		PROFILE_FAIL(play, "error %s, wanted %s", found, json_string_value(wanted));
}

static void
check_defect(const struct profile_play *play, const struct profile_seen *seen, const json_t *wanted)
{
	const char *text = wanted ? json_string_value(wanted) : "none";

	if (!seen->judged || strcmp(seen->judgement.defect, text) != 0)
		PROFILE_FAIL(play, "a careful client objects to: %s, wanted %s; %s",
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
		PROFILE_FAIL(play, "%s %s, wanted %s", what, buffer_text(&hex),
			json_string_value(wanted));
}

static void
check_body_begins(
	const struct profile_play *play, const struct profile_seen *seen, const json_t *wanted)
{
	struct bytes body = buffer_bytes(&seen->response.body);
	size_t size = json_string_length(wanted) / 2;

	check_octets(play, "the body begins with",
		BYTES(body.data, size < body.size ? size : body.size), wanted);
}

/* What a client finds that takes the body for UTF-8. */
static void
check_utf8_lacks(
	const struct profile_play *play, const struct profile_seen *seen, const json_t *wanted)
{
	if (holds(&seen->response.body, bytes_text(json_string_value(wanted))))
		PROFILE_FAIL(play, "the body has \"%s\" in UTF-8", json_string_value(wanted));
}

static void
check_content(
	const struct profile_play *play, const struct profile_seen *seen, const json_t *wanted)
{
	check_octets(play, "the content is", seen->judgement.reply.message.content, wanted);
}

static void
check_embedded(
	const struct profile_play *play, const struct profile_seen *seen, const json_t *wanted)
{
	size_t count = seen->judgement.reply.message.certificate_count;

	if (!seen->judged || count != (size_t)json_integer_value(wanted))
		PROFILE_FAIL(play, "%zu certificates beside the signature, wanted %d", count,
			(int)json_integer_value(wanted));
}

static void
check_key_transport(
	const struct profile_play *play, const struct profile_seen *seen, const json_t *wanted)
{
	const struct envelope *envelope = &seen->judgement.reply.envelope;
	bool oaep = envelope->recipient_count == 1 &&
		envelope->recipients[0].transport == KEY_TRANSPORT_OAEP;

	if (oaep != (strcmp(json_string_value(wanted), "oaep") == 0))
		PROFILE_FAIL(play, "the key is wrapped with %s", oaep ? "OAEP" : "PKCS#1 v1.5");
}

/* Reads GetCACert's list. */
static void
read_list(struct signed_data *out, const struct profile_play *play, const struct profile_seen *seen)
{
	if (signed_data_read(out, buffer_bytes(&seen->response.body), NULL) != DONE)
		PROFILE_FAIL(play, "the body is no list of certificates");
}

static void
check_certificates(
	const struct profile_play *play, const struct profile_seen *seen, const json_t *wanted)
{
	SIGNED_DATA_CLEANUP struct signed_data list = {0};

	read_list(&list, play, seen);
	if (list.certificate_count != (size_t)json_integer_value(wanted))
		PROFILE_FAIL(play, "%zu certificates, wanted %d", list.certificate_count,
			(int)json_integer_value(wanted));
}

/* Whose key the CA's certificate in the list has: that of the "first" CA, or of the "next". */
static void
check_ca_key(const struct profile_play *play, const struct profile_seen *seen, const json_t *wanted)
{
	bool next = strcmp(json_string_value(wanted), "next") == 0, found = false;
	EVP_PKEY *key = pki_key(&play->deployment.server->pki, next ? PKI_NEXT_CA : PKI_ROOT);
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
		PROFILE_FAIL(play, "no CA certificate with the %s key", json_string_value(wanted));
}

static const struct {
	const char *name;
	void (*check)(const struct profile_play *play, const struct profile_seen *seen,
		const json_t *wanted);
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
check_sight(const struct profile_play *play, const struct profile_seen *seen, const char *name,
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
	PROFILE_FAIL(play, "nothing to be seen is called \"%s\"", name);
}

void
profile_sights_check(
	const struct profile_play *play, const struct profile_seen *seen, const json_t *sees)
{
	const char *name;
	json_t *wanted;

	if (json_object_size(sees) == 0)
		PROFILE_FAIL(play, "nothing is to be seen");
	json_object_foreach((json_t *)sees, name, wanted)
		check_sight(play, seen, name, wanted);
	if (json_object_get(sees, "certrep") && !json_object_get(sees, "defect"))
		check_defect(play, seen, NULL);
}
