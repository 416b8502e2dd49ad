#include "tests/bombs/bomb_kit.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/certificate_plan.h"
#include "common/name.h"
#include "common/signed_data.h"
#include "server/built_in_keys.h"

#define NOT_BEFORE INT64_C(1600000000)
#define NOT_AFTER  INT64_C(4000000000)

void
bomb_must(bool good, const char *what)
{
	if (good)
		return;
	fprintf(stderr, "bombs: %s cannot be made\n", what);
	exit(2);
}

void
bomb_repeat(struct buffer *out, struct bytes element, size_t count)
{
	buffer_reserve(out, element.size * count);
	for (size_t i = 0; i < count; i++)
		buffer_append(out, element);
}

/* How many octets the head of an element with so much content has. */
static size_t
write_head(uint8_t *out, uint8_t identifier, size_t content)
{
	size_t octets = content < 0x80 ? 0 : content < 0x10000 ? 2 : 4;

	out[0] = identifier;
	out[1] = octets ? (uint8_t)(0x80 | octets) : (uint8_t)content;
	for (size_t i = 0; i < octets; i++)
		out[2 + i] = (uint8_t)(content >> 8 * (octets - 1 - i));
	return 2 + octets;
}

/* The heads are written from the innermost to the outermost, so that it takes no time. */
void
bomb_nest(struct buffer *out, uint8_t tag, size_t depth, struct bytes inside)
{
	size_t room = depth * 6, first = room, head;
	uint8_t *heads = malloc(room + 6), one[6];

	bomb_must(heads != NULL, "a nest");
	for (size_t i = 0; i < depth; i++) {
		head = write_head(one, tag | DER_CONSTRUCTED, room - first + inside.size);
		first -= head;
		memcpy(heads + first, one, head);
	}
	buffer_append(out, BYTES(heads + first, room - first));
	buffer_append(out, inside);
	free(heads);
}

void
bomb_nest_indefinite(struct buffer *out, uint8_t tag, size_t depth, struct bytes inside)
{
	const uint8_t head[] = {tag | DER_CONSTRUCTED, 0x80}, end[2] = {0};

	bomb_repeat(out, BYTES(head, sizeof(head)), depth);
	buffer_append(out, inside);
	bomb_repeat(out, BYTES(end, sizeof(end)), depth);
}

void
bomb_fill(struct buffer *out, uint8_t tag, uint8_t octet, size_t size)
{
	size_t mark = der_begin_primitive(out, tag);

	memset(buffer_append_space(out, size), octet, size);
	der_end(out, mark);
}

void
bomb_name(struct buffer *out, const char *text)
{
	size_t name = der_begin(out, DER_SEQUENCE), rdn = der_begin(out, DER_SET),
	       attribute = der_begin(out, DER_SEQUENCE);

	der_put_oid(out, oid_bytes(OID_COMMON_NAME));
	der_put_text(out, DER_UTF8_STRING, text);
	der_end(out, attribute);
	der_end(out, rdn);
	der_end(out, name);
}

void
bomb_rsa_key(struct buffer *out, size_t modulus_bits, struct bytes exponent)
{
	size_t whole = der_begin(out, DER_SEQUENCE), bits, numbers, modulus;

	der_put_algorithm(out, oid_bytes(OID_RSA_ENCRYPTION), true);
	bits = der_begin_bits(out);
	numbers = der_begin(out, DER_SEQUENCE);
	modulus = der_begin_primitive(out, DER_INTEGER);
	if (modulus_bits > 0)
		buffer_append_byte(out, 0);
	memset(buffer_append_space(out, modulus_bits / 8), BOMB_MODULUS_OCTET, modulus_bits / 8);
	der_end(out, modulus);
	der_put_integer(out, exponent);
	der_end(out, numbers);
	der_end(out, bits);
	der_end(out, whole);
}

static void
make_certificate(struct certificate *out, EVP_PKEY *key, const char *text, uint8_t serial)
{
	BUFFER_CLEANUP struct buffer name = {0}, spki = {0}, der = {0};
	struct certificate_plan plan = {
		.serial = {serial},
		.serial_size = 1,
		.digest = algorithm_digest(oid_bytes(OID_SHA256)),
		.not_before = NOT_BEFORE,
		.not_after = NOT_AFTER,
	};

	bomb_name(&name, text);
	bomb_must(key_write_public(&spki, key, NULL) == DONE, "a public key");
	plan.issuer = plan.subject = buffer_bytes(&name);
	plan.spki = buffer_bytes(&spki);
	bomb_must(certificate_plan_sign(&der, &plan, key, NULL) == DONE &&
			certificate_read(out, buffer_bytes(&der), NULL) == DONE,
		"a certificate");
}

/* Finds the certificate of the RA's encryption key among those that a server gives. */
static void
find_ra(struct bomb_kit *kit, struct bytes ca_certificates)
{
	SIGNED_DATA_CLEANUP struct signed_data list = {0};
	BUFFER_CLEANUP struct buffer spki = {0};

	bomb_must(key_write_public(&spki, kit->ra_key, NULL) == DONE &&
			signed_data_read(&list, ca_certificates, NULL) == DONE,
		"the list of GetCACert");
	for (size_t i = 0; i < list.certificate_count; i++) {
		if (certificate_read(&kit->ra, list.certificates[i], NULL) == DONE &&
			key_same(kit->ra.spki, buffer_bytes(&spki)))
			return;
		certificate_done(&kit->ra);
	}
	bomb_must(false, "a message to the RA, which GetCACert does not list,");
}

void
bomb_kit_init(struct bomb_kit *kit, struct bytes ca_certificates)
{
	*kit = (struct bomb_kit){0};
	bomb_must(
		key_read_rsa_private(&kit->device_key, built_in_keys[PKI_NEXT_CA], NULL) == DONE &&
			key_read_rsa_private(
				&kit->ra_key, built_in_keys[PKI_RA_ENCRYPTION], NULL) == DONE,
		"a key");
	make_certificate(&kit->device, kit->device_key, "bombs", 1);
	if (ca_certificates.size > 0)
		find_ra(kit, ca_certificates);
	else
		make_certificate(&kit->ra, kit->ra_key, "RA of the bombs", 2);
}

void
bomb_kit_done(struct bomb_kit *kit)
{
	certificate_done(&kit->device);
	certificate_done(&kit->ra);
	EVP_PKEY_free(kit->device_key);
	EVP_PKEY_free(kit->ra_key);
	*kit = (struct bomb_kit){0};
}
