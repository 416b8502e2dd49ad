/* Thousands of what an honest message has one or two of. */
#include <stdio.h>
#include <string.h>

#include "common/cms.h"
#include "common/extension.h"
#include "common/signed_data_writer.h"
#include "tests/bombs/bomb_octets.h"
#include "tests/bombs/bomb_rows.h"

static void
signers(struct buffer *out, const struct bomb_kit *kit, const struct bomb *bomb)
{
	BUFFER_CLEANUP struct buffer one = {0}, all = {0};
	size_t info = der_begin(&one, DER_SEQUENCE);

	der_put_small(&one, 1);
	cms_put_issuer_and_serial(&one, kit->device.issuer, kit->device.serial);
	der_put_algorithm(&one, oid_bytes(OID_SHA256), true);
	der_put_algorithm(&one, oid_bytes(OID_RSA_ENCRYPTION), true);
	der_put_octets(&one, bytes_text("no signature"));
	der_end(&one, info);
	bomb_repeat(&all, buffer_bytes(&one), bomb->count);
	bomb_message_write(out, kit, &(struct bomb_message){.signers = buffer_bytes(&all)});
}

static void
recipients(struct buffer *out, const struct bomb_kit *kit, const struct bomb *bomb)
{
	BUFFER_CLEANUP struct buffer one = {0}, all = {0};
	size_t info = der_begin(&one, DER_SEQUENCE);

	der_put_small(&one, 0);
	cms_put_issuer_and_serial(&one, kit->device.issuer, BYTES("\x7f", 1));
	der_put_algorithm(&one, oid_bytes(OID_RSA_ENCRYPTION), true);
	der_put_octets(&one, bytes_text("no key"));
	der_end(&one, info);
	bomb_repeat(&all, buffer_bytes(&one), bomb->count);
	bomb_message_with_envelope(
		out, kit, &(struct bomb_envelope){.recipients = buffer_bytes(&all)}, BYTES_NONE);
}

static void
certificates(struct buffer *out, const struct bomb_kit *kit, const struct bomb *bomb)
{
	BUFFER_CLEANUP struct buffer all = {0};

	bomb_repeat(&all, buffer_bytes(&kit->device.der), bomb->count);
	bomb_message_write(out, kit, &(struct bomb_message){.certificates = buffer_bytes(&all)});
}

/* Each as large as the message allows, and none the signer's. */
static void
large_certificates(struct buffer *out, const struct bomb_kit *kit, const struct bomb *bomb)
{
	BUFFER_CLEANUP struct buffer extensions = {0}, one = {0}, all = {0};

	for (size_t i = 0; i < 500; i++)
		extension_put(&extensions, OID_CRL_NUMBER, false, BYTES("\x02\x01\x01", 3));
	bomb_certificate_write(&one, kit,
		&(struct bomb_certificate){.serial = BYTES("\x02\x01\x7e", 3),
			.extensions = buffer_bytes(&extensions)});
	bomb_repeat(&all, buffer_bytes(&one), bomb->count);
	bomb_message_write(out, kit, &(struct bomb_message){.certificates = buffer_bytes(&all)});
}

static void
attributes(struct buffer *out, const struct bomb_kit *kit, const struct bomb *bomb)
{
	BUFFER_CLEANUP struct buffer one = {0}, all = {0};

	signed_data_put_attribute(&one, OID_EMAIL_ADDRESS, DER_NULL, BYTES_NONE);
	bomb_repeat(&all, buffer_bytes(&one), bomb->count);
	bomb_message_write(out, kit, &(struct bomb_message){.attributes = buffer_bytes(&all)});
}

static void
put_values(struct buffer *out, enum oid type, size_t count)
{
	size_t attribute = der_begin(out, DER_SEQUENCE), values;

	der_put_oid(out, oid_bytes(type));
	values = der_begin(out, DER_SET);
	bomb_repeat(out, BYTES("\x05\x00", 2), count);
	der_end(out, values);
	der_end(out, attribute);
}

static void
attribute_values(struct buffer *out, const struct bomb_kit *kit, const struct bomb *bomb)
{
	BUFFER_CLEANUP struct buffer one = {0};

	put_values(&one, OID_EMAIL_ADDRESS, bomb->count);
	bomb_message_write(out, kit, &(struct bomb_message){.attributes = buffer_bytes(&one)});
}

/* In descending order and with a wrong signature, so that they are sorted and checked once more. */
static void
unsorted_values(struct buffer *out, const struct bomb_kit *kit, const struct bomb *bomb)
{
	BUFFER_CLEANUP struct buffer values = {0}, one = {0};

	for (size_t i = 0; i < bomb->count; i++) {
		const uint8_t octets[2] = {(uint8_t)(~i >> 8), (uint8_t)~i};

		der_put_octets(&values, BYTES(octets, sizeof(octets)));
	}
	signed_data_put_attribute(
		&one, OID_EMAIL_ADDRESS, DER_SET | DER_CONSTRUCTED, buffer_bytes(&values));
	bomb_message_write(out, kit,
		&(struct bomb_message){.attributes = buffer_bytes(&one), .unsorted = true});
}

/* --- names ------------------------------------------------------------------------ */

/* Appends a Name of `rdns` RDNs with `each` attributes, whose numbers begin with `first`. */
static void
put_name(struct buffer *out, size_t rdns, size_t each, const char *text, int first, int step)
{
	BUFFER_CLEANUP struct buffer one = {0};
	size_t rdn = der_begin(&one, DER_SET), attribute, name;

	for (size_t i = 0; i < each; i++) {
		char value[32];

		snprintf(value, sizeof(value), "%s%d", text, first + (int)i * step);
		attribute = der_begin(&one, DER_SEQUENCE);
		der_put_oid(&one, oid_bytes(OID_COMMON_NAME));
		der_put_text(&one, DER_UTF8_STRING, value);
		der_end(&one, attribute);
	}
	der_end(&one, rdn);
	name = der_begin(out, DER_SEQUENCE);
	bomb_repeat(out, buffer_bytes(&one), rdns);
	der_end(out, name);
}

static void
subject_rdns(struct buffer *out, const struct bomb_kit *kit, const struct bomb *bomb)
{
	BUFFER_CLEANUP struct buffer name = {0};

	put_name(&name, bomb->count, 1, "bomb", 0, 1);
	bomb_message_with_csr(out, kit, &(struct bomb_csr){.subject = buffer_bytes(&name)});
}

static void
subject_attributes(struct buffer *out, const struct bomb_kit *kit, const struct bomb *bomb)
{
	BUFFER_CLEANUP struct buffer name = {0};

	put_name(&name, 1, bomb->count, "bomb", 0, 1);
	bomb_message_with_csr(out, kit, &(struct bomb_csr){.subject = buffer_bytes(&name)});
}

/* Certificates of the signer's serial whose issuers differ from its own in the case of letters: each
 * must be compared attribute by attribute, all partners of an RDN in the other order. */
static void
compare_names(struct buffer *out, const struct bomb_kit *kit, const struct bomb *bomb)
{
	BUFFER_CLEANUP struct buffer name = {0}, other = {0}, one = {0}, all = {0},
				     identifier = {0};

	put_name(&name, bomb->count, 16, "bomb", 10, 1);
	put_name(&other, bomb->count, 16, "BOMB", 25, -1);
	other.data[other.size - 1] = 'X'; /* the very last attribute of all has no partner */
	cms_put_issuer_and_serial(&identifier, buffer_bytes(&name), BYTES("\x01", 1));
	bomb_certificate_write(&one, kit, &(struct bomb_certificate){.name = buffer_bytes(&other)});
	bomb_repeat(&all, buffer_bytes(&one), 900000 / one.size < 64 ? 900000 / one.size : 64);
	bomb_message_write(out, kit,
		&(struct bomb_message){.certificates = buffer_bytes(&all),
			.identifier = buffer_bytes(&identifier)});
}

/* --- requests ----------------------------------------------------------------------- */

static void
csr_attributes(struct buffer *out, const struct bomb_kit *kit, const struct bomb *bomb)
{
	BUFFER_CLEANUP struct buffer one = {0}, all = {0};

	put_values(&one, OID_UNSTRUCTURED_NAME, 1);
	bomb_repeat(&all, buffer_bytes(&one), bomb->count);
	bomb_message_with_csr(out, kit, &(struct bomb_csr){.attributes = buffer_bytes(&all)});
}

/* Appends a CSR's attribute extensionRequest around these Extension elements. */
static void
put_extension_request(struct buffer *out, struct bytes extensions)
{
	size_t attribute = der_begin(out, DER_SEQUENCE), values;

	der_put_oid(out, oid_bytes(OID_EXTENSION_REQUEST));
	values = der_begin(out, DER_SET);
	der_put(out, DER_SEQUENCE | DER_CONSTRUCTED, extensions);
	der_end(out, values);
	der_end(out, attribute);
}

static void
with_extensions(struct buffer *out, const struct bomb_kit *kit, struct bytes extensions)
{
	BUFFER_CLEANUP struct buffer request = {0};

	put_extension_request(&request, extensions);
	bomb_message_with_csr(out, kit, &(struct bomb_csr){.attributes = buffer_bytes(&request)});
}

static void
csr_extensions(struct buffer *out, const struct bomb_kit *kit, const struct bomb *bomb)
{
	BUFFER_CLEANUP struct buffer one = {0}, all = {0};

	extension_put(&one, OID_CRL_NUMBER, false, BYTES("\x02\x01\x01", 3));
	bomb_repeat(&all, buffer_bytes(&one), bomb->count);
	with_extensions(out, kit, buffer_bytes(&all));
}

static void
alternative_names(struct buffer *out, const struct bomb_kit *kit, const struct bomb *bomb)
{
	BUFFER_CLEANUP struct buffer names = {0}, extension = {0};
	size_t sequence = der_begin(&names, DER_SEQUENCE);

	for (size_t i = 0; i < bomb->count; i++) {
		char host[40];

		snprintf(host, sizeof(host), "host-%zu.bombs.example", i);
		der_put_text(&names, DER_CONTEXT(2), host);
	}
	der_end(&names, sequence);
	extension_put(&extension, OID_SUBJECT_ALT_NAME, false, buffer_bytes(&names));
	with_extensions(out, kit, buffer_bytes(&extension));
}

static void
purposes(struct buffer *out, const struct bomb_kit *kit, const struct bomb *bomb)
{
	BUFFER_CLEANUP struct buffer list = {0}, extension = {0};
	size_t sequence = der_begin(&list, DER_SEQUENCE);

	bomb_repeat(&list, BYTES("\x06\x02\x2a\x03", 4), bomb->count);
	der_end(&list, sequence);
	extension_put(&extension, OID_EXTENDED_KEY_USAGE, false, buffer_bytes(&list));
	with_extensions(out, kit, buffer_bytes(&extension));
}

static void
put_long_csr(struct buffer *out, const struct bomb_kit *kit, size_t count)
{
	BUFFER_CLEANUP struct buffer text = {0}, attribute = {0};

	memset(buffer_append_space(&text, count), 'x', count);
	signed_data_put_attribute(
		&attribute, OID_UNSTRUCTURED_NAME, DER_UTF8_STRING, buffer_bytes(&text));
	bomb_csr_write(out, kit, &(struct bomb_csr){.attributes = buffer_bytes(&attribute)});
}

static void
long_value(struct buffer *out, const struct bomb_kit *kit, const struct bomb *bomb)
{
	BUFFER_CLEANUP struct buffer csr = {0};

	put_long_csr(&csr, kit, bomb->count);
	bomb_message_with_data(out, kit, buffer_bytes(&csr));
}

static void
long_value_in_triple_des(struct buffer *out, const struct bomb_kit *kit, const struct bomb *bomb)
{
	BUFFER_CLEANUP struct buffer csr = {0};

	put_long_csr(&csr, kit, bomb->count);
	bomb_message_with_envelope(out, kit,
		&(struct bomb_envelope){.cipher_oid = OID_DES_EDE3_CBC}, buffer_bytes(&csr));
}

static void
ordinary(struct buffer *out, const struct bomb_kit *kit, const struct bomb *bomb)
{
	BUFFER_CLEANUP struct buffer csr = {0};

	bomb_csr_write(&csr, kit, &(struct bomb_csr){0});
	bomb_message_with_envelope(out, kit, &(struct bomb_envelope){.cipher_oid = OID_AES_256_CBC},
		buffer_bytes(&csr));
}

static const struct bomb rows[] = {
	{"ordinary", BOMB_FOR_SERVER, ordinary, 0, NULL},
	{"signers-5000", BOMB_FOR_SERVER, signers, 5000, "more than one; expected one SignerInfo"},
	{"recipients-5000", BOMB_FOR_SERVER, recipients, 5000, "more than 16 recipients"},
	{"certificates-1000", BOMB_FOR_SERVER, certificates, 1000, "more than 64 certificates"},
	{"certificates-60-large", BOMB_FOR_SERVER, large_certificates, 60,
		"60 certificates, none of that name"},
	{"attributes-5000", BOMB_FOR_SERVER, attributes, 5000, "more than 64 signed attributes"},
	{"attribute-values-400000", BOMB_FOR_SERVER, attribute_values, 400000, NULL},
	{"attribute-values-16000-unsorted", BOMB_FOR_SERVER, unsorted_values, 16000,
		"it does not fit"},
	{"unsigned-attributes-100000", BOMB_FOR_SERVER, bomb_octets_in_message, 100000, NULL,
		BOMB_PART(message, unsigned_attributes, "\x30\x05\x06\x01\x2a\x31\x00")},
	{"digest-algorithms-150000", BOMB_FOR_SERVER, bomb_octets_in_message, 150000, NULL,
		BOMB_PART(message, digest_algorithms, "\x30\x03\x06\x01\x2a")},
	{"crls-150000", BOMB_FOR_SERVER, bomb_octets_in_message, 150000, NULL,
		BOMB_PART(message, crls, "\x30\x03\x06\x01\x2a")},
	{"nonce-of-900000-octets", BOMB_FOR_SERVER, bomb_octets_in_message, 900000,
		"or at most 1024", BOMB_PART(message, nonce, "n")},
	{"transaction-id-of-900000-octets", BOMB_FOR_SERVER, bomb_octets_in_message, 900000,
		"a text of 1 to 256 bytes", BOMB_PART(message, transaction_id, "t")},
	{"subject-of-5000-rdns", BOMB_FOR_SERVER, subject_rdns, 5000, "more than 256 RDNs"},
	{"subject-of-50000-rdns", BOMB_FOR_SERVER, subject_rdns, 50000, "more than 256 RDNs"},
	{"subject-of-5000-attributes", BOMB_FOR_SERVER, subject_attributes, 5000,
		"more than 16 attributes"},
	{"issuers-of-30-rdns-compared", BOMB_FOR_SERVER, compare_names, 30,
		"certificates, none of that name"},
	{"issuers-of-1000-rdns-compared", BOMB_FOR_SERVER, compare_names, 1000,
		"certificates, none of that name"},
	{"csr-attributes-30000", BOMB_FOR_SERVER, csr_attributes, 30000, NULL},
	{"csr-extensions-30000", BOMB_FOR_SERVER, csr_extensions, 30000, NULL},
	{"alternative-names-10000", BOMB_FOR_SERVER, alternative_names, 10000, NULL},
	{"alternative-names-30000", BOMB_FOR_SERVER, alternative_names, 30000, NULL},
	{"purposes-200000", BOMB_FOR_SERVER, purposes, 200000, "more than 256 purposes"},
	{"csr-value-of-1000000-octets", BOMB_FOR_SERVER, long_value, 1000000, NULL},
	{"csr-value-in-triple-des", BOMB_FOR_SERVER, long_value_in_triple_des, 1000000, NULL},
};

const struct bomb_rows bomb_rows_many = BOMB_ROWS(rows);
