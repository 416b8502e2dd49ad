/* What a server may send to break its clients. */
#include <stdlib.h>

#include "common/crl.h"
#include "common/signed_data_writer.h"
#include "tests/bombs/bomb_parts.h"
#include "tests/bombs/bomb_rows.h"

/* A CRL of the RA with so many entries. */
static void
put_crl(struct buffer *out, const struct bomb_kit *kit, size_t count)
{
	struct crl_plan plan = {
		.issuer = kit->ra.subject,
		.number = 1,
		.this_update = 1600000000,
		.next_update = 1700000000,
		.digest = algorithm_digest(oid_bytes(OID_SHA256)),
		.entry_count = count,
	};
	struct crl_entry *entries = calloc(count ? count : 1, sizeof(*entries));

	bomb_must(entries != NULL, "a CRL");
	for (size_t i = 0; i < count; i++)
		entries[i] = (struct crl_entry){
			.serial = BYTES("\x01\x02\x03\x04", 4), .revoked_at = 1600000000};
	plan.entries = entries;
	bomb_must(crl_plan_sign(out, &plan, kit->ra_key, NULL) == DONE, "a CRL");
	free(entries);
}

static void
reply_of_crl(struct buffer *out, const struct bomb_kit *kit, const struct bomb *bomb)
{
	BUFFER_CLEANUP struct buffer crl = {0}, answer = {0};

	put_crl(&crl, kit, bomb->count);
	certs_only_write(&answer, NULL, 0, buffer_bytes(&crl));
	bomb_reply_with_answer(out, kit, buffer_bytes(&answer));
}

static void
reply_of_crls(struct buffer *out, const struct bomb_kit *kit, const struct bomb *bomb)
{
	BUFFER_CLEANUP struct buffer crl = {0}, crls = {0}, answer = {0};

	put_crl(&crl, kit, 1);
	bomb_repeat(&crls, buffer_bytes(&crl), bomb->count);
	certs_only_write(&answer, NULL, 0, buffer_bytes(&crls));
	bomb_reply_with_answer(out, kit, buffer_bytes(&answer));
}

/* certs-only, RFC 8894 3.4, with so many certificates. */
static void
put_certificates(struct buffer *out, const struct bomb_kit *kit, size_t count)
{
	struct bytes *list = calloc(count, sizeof(*list));

	bomb_must(list != NULL, "a list");
	for (size_t i = 0; i < count; i++)
		list[i] = buffer_bytes(&kit->ra.der);
	certs_only_write(out, list, count, BYTES_NONE);
	free(list);
}

static void
reply_of_certificates(struct buffer *out, const struct bomb_kit *kit, const struct bomb *bomb)
{
	BUFFER_CLEANUP struct buffer answer = {0};

	put_certificates(&answer, kit, bomb->count);
	bomb_reply_with_answer(out, kit, buffer_bytes(&answer));
}

static void
reply_in_chunks(struct buffer *out, const struct bomb_kit *kit, const struct bomb *bomb)
{
	BUFFER_CLEANUP struct buffer chunks = {0}, content = {0};

	bomb_repeat(&chunks, BYTES("\x04\x01\x30", 3), bomb->count);
	bomb_nest_indefinite(&content, DER_OCTET_STRING, 1, buffer_bytes(&chunks));
	bomb_message_write(
		out, kit, &(struct bomb_message){.reply = true, .content = buffer_bytes(&content)});
}

static void
reply_nested(struct buffer *out, const struct bomb_kit *kit, const struct bomb *bomb)
{
	BUFFER_CLEANUP struct buffer nest = {0};

	bomb_nest(&nest, DER_SEQUENCE, bomb->count, BYTES("\x05\x00", 2));
	bomb_reply_with_answer(out, kit, buffer_bytes(&nest));
}

static void
list_of_certificates(struct buffer *out, const struct bomb_kit *kit, const struct bomb *bomb)
{
	put_certificates(out, kit, bomb->count);
}

static void
list_nested(struct buffer *out, const struct bomb_kit *kit, const struct bomb *bomb)
{
	bomb_nest_indefinite(out, DER_SEQUENCE, bomb->count, BYTES("\x05\x00", 2));
}

static void
list_of_key(struct buffer *out, const struct bomb_kit *kit, const struct bomb *bomb)
{
	BUFFER_CLEANUP struct buffer spki = {0}, certificate = {0};
	struct bytes list[1];

	bomb_rsa_key(&spki, bomb->count, BYTES("\x03", 1));
	bomb_certificate_write(
		&certificate, kit, &(struct bomb_certificate){.spki = buffer_bytes(&spki)});
	list[0] = buffer_bytes(&certificate);
	certs_only_write(out, list, 1, BYTES_NONE);
}

static const struct bomb rows[] = {
	{"reply-of-crl-of-30000", BOMB_FOR_CLIENT, reply_of_crl, 30000, NULL},
	{"reply-of-crl-of-1000000", BOMB_FOR_CLIENT, reply_of_crl, 1000000, "at most 1 MiB"},
	{"reply-of-2000-crls", BOMB_FOR_CLIENT, reply_of_crls, 2000, NULL},
	{"reply-of-1000-certificates", BOMB_FOR_CLIENT, reply_of_certificates, 1000,
		"more than 64 certificates"},
	{"reply-in-300000-chunks", BOMB_FOR_CLIENT, reply_in_chunks, 300000, "over 16384 elements"},
	{"reply-nested-100000-deep", BOMB_FOR_CLIENT, reply_nested, 100000, "expected OBJECT ID"},
	{"list-of-5000-certificates", BOMB_IN_CERTIFICATES, list_of_certificates, 5000,
		"at most 1 MiB"},
	{"list-nested-1000000-deep", BOMB_IN_CERTIFICATES, list_nested, 1000000, "at most 1 MiB"},
	{"list-of-rsa-16384", BOMB_IN_CERTIFICATES, list_of_key, 16384, "one of 16384 bits"},
};

const struct bomb_rows bomb_rows_client = BOMB_ROWS(rows);
