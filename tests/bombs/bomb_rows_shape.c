/* Depth, lengths, chunks, nothing at all, and numbers of the wrong size. */
#include "common/signed_data_writer.h"
#include "tests/bombs/bomb_octets.h"
#include "tests/bombs/bomb_rows.h"

static void
nest(struct buffer *out, const struct bomb_kit *kit, const struct bomb *bomb)
{
	bomb_nest(out, DER_SEQUENCE, bomb->count, BYTES("\x05\x00", 2));
}

static void
nest_indefinite(struct buffer *out, const struct bomb_kit *kit, const struct bomb *bomb)
{
	bomb_nest_indefinite(out, DER_SEQUENCE, bomb->count, BYTES("\x05\x00", 2));
}

/* As many walks over the same elements as nesting allows. */
static void
nest_many(struct buffer *out, const struct bomb_kit *kit, const struct bomb *bomb)
{
	BUFFER_CLEANUP struct buffer inside = {0};

	bomb_repeat(&inside, BYTES("\x05\x00", 2), bomb->count);
	bomb_nest_indefinite(out, DER_SEQUENCE, 30, buffer_bytes(&inside));
}

static void
nest_attribute(struct buffer *out, const struct bomb_kit *kit, const struct bomb *bomb)
{
	BUFFER_CLEANUP struct buffer attribute = {0}, nest = {0};

	bomb_nest(&nest, DER_SET, bomb->count, BYTES("\x05\x00", 2));
	signed_data_put_attribute(
		&attribute, OID_EMAIL_ADDRESS, DER_SEQUENCE | DER_CONSTRUCTED, buffer_bytes(&nest));
	bomb_message_write(out, kit,
		&(struct bomb_message){.attributes = buffer_bytes(&attribute), .unsorted = true});
}

static void
nest_content(struct buffer *out, const struct bomb_kit *kit, const struct bomb *bomb)
{
	BUFFER_CLEANUP struct buffer content = {0};

	bomb_nest_indefinite(&content, DER_OCTET_STRING, bomb->count, BYTES("\x04\x00", 2));
	bomb_message_write(out, kit, &(struct bomb_message){.content = buffer_bytes(&content)});
}

static void
chunk_content(struct buffer *out, const struct bomb_kit *kit, const struct bomb *bomb)
{
	BUFFER_CLEANUP struct buffer chunks = {0}, content = {0};

	bomb_repeat(&chunks, BYTES("\x04\x01\x30", 3), bomb->count);
	bomb_nest_indefinite(&content, DER_OCTET_STRING, 1, buffer_bytes(&chunks));
	bomb_message_write(out, kit, &(struct bomb_message){.content = buffer_bytes(&content)});
}

static void
chunk_content_definite(struct buffer *out, const struct bomb_kit *kit, const struct bomb *bomb)
{
	BUFFER_CLEANUP struct buffer chunks = {0}, content = {0};

	bomb_repeat(&chunks, BYTES("\x04\x00", 2), bomb->count);
	bomb_nest(&content, DER_OCTET_STRING, 20, buffer_bytes(&chunks));
	bomb_message_write(out, kit, &(struct bomb_message){.content = buffer_bytes(&content)});
}

/* In the innermost of nested strings, each of which has to be walked over to find its end. */
static void
chunk_nested_content(struct buffer *out, const struct bomb_kit *kit, const struct bomb *bomb)
{
	BUFFER_CLEANUP struct buffer chunks = {0}, content = {0};

	bomb_repeat(&chunks, BYTES("\x04\x00", 2), bomb->count);
	bomb_nest_indefinite(&content, DER_OCTET_STRING, 24, buffer_bytes(&chunks));
	bomb_message_write(out, kit, &(struct bomb_message){.content = buffer_bytes(&content)});
}

static void
chunk_encrypted(struct buffer *out, const struct bomb_kit *kit, const struct bomb *bomb)
{
	BUFFER_CLEANUP struct buffer chunks = {0}, encrypted = {0};

	bomb_repeat(&chunks, BYTES("\x04\x01\x30", 3), bomb->count);
	bomb_nest_indefinite(&encrypted, DER_CONTEXT(0), 1, buffer_bytes(&chunks));
	bomb_message_with_envelope(out, kit,
		&(struct bomb_envelope){.encrypted = buffer_bytes(&encrypted)}, BYTES_NONE);
}

static void
fill(struct buffer *out, const struct bomb_kit *kit, const struct bomb *bomb)
{
	bomb_message_with_data(out, kit, BYTES(kit->device.der.data, 0));
	bomb_fill(out, DER_OCTET_STRING, 0, bomb->count);
}

/* --- numbers and identifiers ----------------------------------------------------------- */

static void
version_huge(struct buffer *out, const struct bomb_kit *kit, const struct bomb *bomb)
{
	BUFFER_CLEANUP struct buffer version = {0};

	bomb_fill(&version, DER_INTEGER, 0x7f, bomb->count);
	bomb_message_write(out, kit, &(struct bomb_message){.version = buffer_bytes(&version)});
}

static void
csr_version_huge(struct buffer *out, const struct bomb_kit *kit, const struct bomb *bomb)
{
	BUFFER_CLEANUP struct buffer version = {0};

	bomb_fill(&version, DER_INTEGER, 0x7f, bomb->count);
	bomb_message_with_csr(out, kit, &(struct bomb_csr){.version = buffer_bytes(&version)});
}

static void
serial(struct buffer *out, const struct bomb_kit *kit, struct bytes element)
{
	BUFFER_CLEANUP struct buffer certificate = {0}, identifier = {0};
	size_t mark = der_begin(&identifier, DER_SEQUENCE);

	buffer_append(&identifier, kit->device.issuer);
	buffer_append(&identifier, element);
	der_end(&identifier, mark);
	bomb_certificate_write(&certificate, kit, &(struct bomb_certificate){.serial = element});
	bomb_message_write(out, kit,
		&(struct bomb_message){.certificates = buffer_bytes(&certificate),
			.identifier = buffer_bytes(&identifier)});
}

static void
serial_huge(struct buffer *out, const struct bomb_kit *kit, const struct bomb *bomb)
{
	BUFFER_CLEANUP struct buffer element = {0};

	bomb_fill(&element, DER_INTEGER, 0x7f, bomb->count);
	serial(out, kit, buffer_bytes(&element));
}

static void
serial_empty(struct buffer *out, const struct bomb_kit *kit, const struct bomb *bomb)
{
	serial(out, kit, BYTES("\x02\x00", 2));
}

static void
oid_in_message(struct buffer *out, const struct bomb_kit *kit, const struct bomb *bomb)
{
	size_t mark = der_begin(out, DER_SEQUENCE);

	bomb_fill(out, DER_OBJECT, 0x01, bomb->count);
	der_end(out, mark);
}

static void
oid_in_attribute(struct buffer *out, const struct bomb_kit *kit, const struct bomb *bomb)
{
	BUFFER_CLEANUP struct buffer attribute = {0};
	size_t mark = der_begin(&attribute, DER_SEQUENCE);

	bomb_fill(&attribute, DER_OBJECT, 0x01, bomb->count);
	buffer_append(&attribute, BYTES("\x31\x02\x05\x00", 4));
	der_end(&attribute, mark);
	bomb_message_write(
		out, kit, &(struct bomb_message){.attributes = buffer_bytes(&attribute)});
}

static void
oid_of_cipher(struct buffer *out, const struct bomb_kit *kit, const struct bomb *bomb)
{
	BUFFER_CLEANUP struct buffer cipher = {0};
	size_t mark = der_begin(&cipher, DER_SEQUENCE);

	bomb_fill(&cipher, DER_OBJECT, 0x01, bomb->count);
	der_end(&cipher, mark);
	bomb_message_with_envelope(
		out, kit, &(struct bomb_envelope){.cipher = buffer_bytes(&cipher)}, BYTES_NONE);
}

static void
oid_in_subject(struct buffer *out, const struct bomb_kit *kit, const struct bomb *bomb)
{
	BUFFER_CLEANUP struct buffer subject = {0};
	size_t name = der_begin(&subject, DER_SEQUENCE), rdn = der_begin(&subject, DER_SET),
	       attribute = der_begin(&subject, DER_SEQUENCE);

	bomb_fill(&subject, DER_OBJECT, 0x01, bomb->count);
	der_put_text(&subject, DER_UTF8_STRING, "bomb");
	der_end(&subject, attribute);
	der_end(&subject, rdn);
	der_end(&subject, name);
	bomb_message_with_csr(out, kit, &(struct bomb_csr){.subject = buffer_bytes(&subject)});
}

static const struct bomb rows[] = {
	{"nested-100000-deep", BOMB_FOR_SERVER, nest, 100000, "SEQUENCE; expected OBJECT ID"},
	{"nested-100000-deep-indefinite", BOMB_FOR_SERVER, nest_indefinite, 100000,
		"nests over 32 deep"},
	{"nested-elements-300000", BOMB_FOR_SERVER, nest_many, 300000, "holds over 16384 elements"},
	{"attribute-nested-20000-deep", BOMB_FOR_SERVER, nest_attribute, 20000, "it does not fit"},
	{"content-nested-100000-deep", BOMB_FOR_SERVER, nest_content, 100000, "nests over 32 deep"},
	{"content-of-1000000-chunks", BOMB_FOR_SERVER, chunk_content, 1000000, "at most 1 MiB"},
	{"content-of-300000-chunks", BOMB_FOR_SERVER, chunk_content, 300000, "over 16384 elements"},
	{"content-of-5000-chunks", BOMB_FOR_SERVER, chunk_content, 5000, "in over 4096 pieces"},
	{"content-of-500000-chunks-definite", BOMB_FOR_SERVER, chunk_content_definite, 500000,
		"in over 4096 pieces"},
	{"content-of-500000-chunks-nested", BOMB_FOR_SERVER, chunk_nested_content, 500000,
		"over 16384 elements"},
	{"encrypted-in-300000-chunks", BOMB_FOR_SERVER, chunk_encrypted, 300000,
		"over 16384 elements"},
	{"length-of-2-gigabytes", BOMB_FOR_SERVER, bomb_octets_alone, 1, "a length beyond the data",
		BOMB_OCTETS("\x30\x84\x7f\xff\xff\xff\x06\x01\x2a")},
	{"length-of-64-bits", BOMB_FOR_SERVER, bomb_octets_alone, 1,
		"a length field beyond the data",
		BOMB_OCTETS("\x30\x88\xff\xff\xff\xff\xff\xff\xff\xff\x06\x01\x2a")},
	{"content-of-4-gigabytes", BOMB_FOR_SERVER, bomb_octets_in_message, 1,
		"a length beyond the data",
		BOMB_PART(message, content, "\x24\x84\xff\xff\xff\xf0")},
	{"message-of-29-megabytes", BOMB_FOR_SERVER, fill, 29000000, "at most 1 MiB"},
	{"no-byte", BOMB_FOR_SERVER, bomb_octets_alone, 1, "the end; expected SEQUENCE",
		BOMB_OCTETS("")},
	{"empty-sequence", BOMB_FOR_SERVER, bomb_octets_alone, 1, "the end; expected OBJECT ID",
		BOMB_OCTETS("\x30\x00")},
	{"empty-content", BOMB_FOR_SERVER, bomb_octets_in_message, 1,
		"EnvelopedData (at byte 0): the end", BOMB_PART(message, content, "\x04\x00")},
	{"empty-version", BOMB_FOR_SERVER, bomb_octets_in_message, 1, "an INTEGER of no octets",
		BOMB_PART(message, version, "\x02\x00")},
	{"empty-certificate", BOMB_FOR_SERVER, bomb_octets_in_message, 1,
		"certificate (at byte 2): the end", BOMB_PART(message, certificates, "\x30\x00")},
	{"empty-issuer-and-serial", BOMB_FOR_SERVER, bomb_octets_in_message, 1,
		"an INTEGER of no octets",
		BOMB_PART(message, identifier, "\x30\x04\x30\x00\x02\x00")},
	{"empty-key-identifier", BOMB_FOR_SERVER, bomb_octets_in_message, 1,
		"1 certificates, none of that name", BOMB_PART(message, identifier, "\x80\x00")},
	{"empty-signer-info", BOMB_FOR_SERVER, bomb_octets_in_message, 1,
		"the end; expected INTEGER", BOMB_PART(message, signers, "\x30\x00")},
	{"empty-attribute", BOMB_FOR_SERVER, bomb_octets_in_message, 1,
		"the end; expected OBJECT ID", BOMB_PART(message, attributes, "\x30\x00")},
	{"empty-recipient-info", BOMB_FOR_SERVER, bomb_octets_in_envelope, 1,
		"the end; expected INTEGER", BOMB_PART(envelope, recipients, "\x30\x00")},
	{"empty-encrypted-content", BOMB_FOR_SERVER, bomb_octets_in_envelope, 1,
		"whole blocks of the cipher", BOMB_PART(envelope, encrypted, "\x80\x00")},
	{"empty-message-data", BOMB_FOR_SERVER, bomb_octets_as_data, 1,
		"certification request (at byte 0): the end", BOMB_OCTETS("")},
	{"empty-csr", BOMB_FOR_SERVER, bomb_octets_as_data, 1,
		"certification request (at byte 2): the end", BOMB_OCTETS("\x30\x00")},
	{"empty-csr-key", BOMB_FOR_SERVER, bomb_octets_in_csr, 1,
		"SubjectPublicKeyInfo (at byte 2): the end", BOMB_PART(csr, spki, "\x30\x00")},
	{"version-negative", BOMB_FOR_SERVER, bomb_octets_in_message, 1,
		"an INTEGER from 0 to 2147483647", BOMB_PART(message, version, "\x02\x01\xff")},
	{"version-of-900000-octets", BOMB_FOR_SERVER, version_huge, 900000, "one of 900000 octets"},
	{"csr-version-of-900000-octets", BOMB_FOR_SERVER, csr_version_huge, 900000,
		"one of 900000 octets"},
	{"serial-of-300000-octets", BOMB_FOR_SERVER, serial_huge, 300000,
		"a serial number of 300000 octets, over 256"},
	{"serial-of-no-octet", BOMB_FOR_SERVER, serial_empty, 0, "an INTEGER of no octets"},
	{"oid-of-900000-octets", BOMB_FOR_SERVER, oid_in_message, 900000, "over 64"},
	{"oid-of-900000-octets-in-attribute", BOMB_FOR_SERVER, oid_in_attribute, 900000, "over 64"},
	{"oid-of-900000-octets-of-cipher", BOMB_FOR_SERVER, oid_of_cipher, 900000, "over 64"},
	{"oid-of-900000-octets-in-subject", BOMB_FOR_SERVER, oid_in_subject, 900000, "over 64"},
};

const struct bomb_rows bomb_rows_shape = BOMB_ROWS(rows);
