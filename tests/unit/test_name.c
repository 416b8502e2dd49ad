/* Distinguished names, held against OpenSSL's printing and its comparison (X509_NAME_cmp). */
#include <string.h>

#include "common/der_writer.h"
#include "common/directory_string.h"
#include "common/name.h"
#include "common/name_parse.h"
#include "tests/run_suite.h"
#include "x509_support.h"

OSSL_CLEANUP(X509_NAME, X509_NAME)

static const struct {
	const char *text;
	const char *foreign; /* OpenSSL's one line of what we make of it */
	const char *ours;    /* name_text of it */
} readable[] = {
	{"", "", ""},
	{"CN=device-1", "CN = device-1", "CN=device-1"},
	{"  CN = a b ,O= c  ", "CN = a b, O = c", "CN=a b, O=c"},
	{"cn=a,dc=example,DC=local", "CN = a, DC = example, DC = local",
		"CN=a, DC=example, DC=local"},
	{"CN=a,O=Example\\, Inc.", "CN = a, O = \"Example, Inc.\"", "CN=a, O=Example\\, Inc."},
	{"CN=a+OU=b,O=c", "CN = a + OU = b, O = c", "CN=a+OU=b, O=c"},
	{"OU=b+CN=a", "CN = a + OU = b", "CN=a+OU=b"},
	{"CN=1\\+1", "CN = \"1+1\"", "CN=1\\+1"},
	{"CN=\\41\\c3\\a4", "CN = A\xc3\xa4", "CN=A\xc3\xa4"},
	{"CN=\\ a\\ ", "CN = \" a \"", "CN=\\ a\\ "},
	{"CN=a\\0ab", "CN = a\\0Ab", "CN=a\\0ab"},
	{"CN=\\#1", "CN = \"#1\"", "CN=\\#1"},
	{"CN=#0c0141", "CN = A", "CN=A"},
	{"CN=#0c0141,O=b", "CN = A, O = b", "CN=A, O=b"},
	{"CN=#030200ff", "CN = #030200FF", "CN=#030200ff"},
	{"2.5.4.3=a", "CN = a", "CN=a"},
	{"1.2.840.113549.1.9.2=router", "unstructuredName = router", "unstructuredName=router"},
	{"1.2.3.4=a", "1.2.3.4 = a", "1.2.3.4=a"},
	{"/CN=x/O=y, z", "CN = x, O = \"y, z\"", "CN=x, O=y\\, z"},
	{"/CN=a\\/b", "CN = a/b", "CN=a/b"},
	{"CN=host/a=b", "CN = host/a=b", "CN=host/a=b"},
	{"CN=,O=a", "CN = , O = a", "CN=, O=a"},
	{"emailAddress=a@example.org", "emailAddress = a@example.org",
		"emailAddress=a@example.org"},
};

static void
append_foreign_line(struct buffer *out, const X509_NAME *name)
{
	BIO *bio = BIO_new(BIO_s_mem());
	char *text;
	long size;

	ck_assert_int_ge(X509_NAME_print_ex(bio, name, 0,
				 XN_FLAG_ONELINE & ~(unsigned long)ASN1_STRFLGS_ESC_MSB),
		0);
	size = BIO_get_mem_data(bio, &text);
	buffer_append(out, BYTES(text, size));
	BIO_free(bio);
}

START_TEST(parses)
{
	BUFFER_CLEANUP struct buffer der = {0}, again = {0}, line = {0}, text = {0};
	CLEANUP(X509_NAME) X509_NAME *foreign = NULL;
	struct diag diag = {0};

	ASSERT_DONE(name_parse(&der, readable[_i].text, &diag), &diag);
	SUPPORT_DECODE(&foreign, d2i_X509_NAME, buffer_bytes(&der));
	append_foreign_line(&line, foreign);
	ck_assert_str_eq(buffer_text(&line), readable[_i].foreign);
	name_text(&text, buffer_bytes(&der));
	ck_assert_str_eq(buffer_text(&text), readable[_i].ours);
	ASSERT_DONE(name_parse(&again, buffer_text(&text), &diag), &diag);
	ck_assert(name_equal(buffer_bytes(&der), buffer_bytes(&again)));
}
END_TEST

static const struct {
	const char *text;
	const char *word; /* in the refusal */
} unreadable[] = {
	{"device-1", "TYPE=VALUE"},
	{"CN=a,", "TYPE=VALUE"},
	{",CN=a", "TYPE=VALUE"},
	{"CN=a,,O=b", "character 6"},
	{"CN=a+", "TYPE=VALUE"},
	{"/", "TYPE=VALUE"},
	{"/CN=a/", "TYPE=VALUE"},
	{"XX=a", "unknown type"},
	{"=a", "unknown type"},
	{"9.2.3=a", "unknown type"},
	{"CN=a\\", "backslash"},
	{"CN=a\\00b", "NUL"},
	{"CN=\xff", "UTF-8"},
	{"CN=#0c02", "DER element"},
	{"CN=#0c0141zz", "separator"},
	{"CN=#", "DER element"},
};

START_TEST(refuses_what_is_no_name)
{
	BUFFER_CLEANUP struct buffer der = {0};
	char words[DIAG_TEXT_SIZE];
	struct diag diag = {0};

	ck_assert_msg(
		name_parse(&der, unreadable[_i].text, &diag) == REFUSED, "%s", unreadable[_i].text);
	ck_assert_msg(strstr(diag_text(words, &diag), unreadable[_i].word) != NULL, "%s: \"%s\"",
		unreadable[_i].text, words);
	ck_assert_uint_eq(der.size, 0);
}
END_TEST

static const struct {
	const char *text;
	int type;
} string_types[] = {
	{"CN=device", V_ASN1_PRINTABLESTRING},
	{"CN=device_1", V_ASN1_UTF8STRING},
	{"CN=Ger\xc3\xa4t", V_ASN1_UTF8STRING},
	{"C=US", V_ASN1_PRINTABLESTRING},
	{"DC=local", V_ASN1_IA5STRING},
	{"emailAddress=a@b", V_ASN1_IA5STRING},
	{"emailAddress=\xc3\xa4@b", V_ASN1_UTF8STRING},
};

START_TEST(chooses_string_types)
{
	CLEANUP(X509_NAME) X509_NAME *foreign = NULL;
	BUFFER_CLEANUP struct buffer der = {0};

	ck_assert_int_eq(name_parse(&der, string_types[_i].text, NULL), DONE);
	SUPPORT_DECODE(&foreign, d2i_X509_NAME, buffer_bytes(&der));
	ck_assert_msg(ASN1_STRING_type(X509_NAME_ENTRY_get_data(X509_NAME_get_entry(foreign, 0))) ==
			string_types[_i].type,
		"%s", string_types[_i].text);
}
END_TEST

/* One attribute or two: "CN" and what its value is carried by, then another RDN. */
struct side {
	int type;
	const char *value;
	int set; /* of the second attribute: 0 a new RDN, -1 the same */
	const char *second;
};

static const struct {
	struct side left;
	struct side right;
	bool equal;
} pairs[] = {
	{{V_ASN1_PRINTABLESTRING, "Device One"}, {V_ASN1_UTF8STRING, "device  one "}, true},
	{{V_ASN1_PRINTABLESTRING, "Device One"}, {V_ASN1_UTF8STRING, "deviceone"}, false},
	{{V_ASN1_PRINTABLESTRING, "a"}, {V_ASN1_BMPSTRING, "A"}, true},
	{{V_ASN1_UNIVERSALSTRING, "\xc3\xa4"}, {V_ASN1_T61STRING, "\xc3\xa4"}, true},
	{{V_ASN1_UTF8STRING, "\xc3\xa4"}, {V_ASN1_UTF8STRING, "\xc3\xa5"}, false},
	{{V_ASN1_IA5STRING, "  a"}, {V_ASN1_UTF8STRING, "a"}, true},
	{{V_ASN1_UTF8STRING, "a"}, {V_ASN1_UTF8STRING, "b"}, false},
	{{V_ASN1_UTF8STRING, "a", 0, "o"}, {V_ASN1_BMPSTRING, "A", 0, "O"}, true},
	{{V_ASN1_UTF8STRING, "a", 0, "o"}, {V_ASN1_UTF8STRING, "a", -1, "o"}, false},
	{{V_ASN1_UTF8STRING, "a", 0, "o"}, {V_ASN1_UTF8STRING, "a"}, false},
	{{V_ASN1_UTF8STRING, "a", -1, "o"}, {V_ASN1_PRINTABLESTRING, "A", -1, "O"}, true},
	{{V_ASN1_UTF8STRING, "a", -1, "o"}, {V_ASN1_UTF8STRING, "a", -1, "p"}, false},
	{{V_ASN1_UTF8STRING, ""}, {V_ASN1_PRINTABLESTRING, ""}, true},
	{{V_ASN1_UTF8STRING, ""}, {V_ASN1_UTF8STRING, "a"}, false},
};

static X509_NAME *
build(struct buffer *der, const struct side *side)
{
	X509_NAME *name = X509_NAME_new();
	ASN1_STRING *value = NULL;

	ck_assert_int_gt(ASN1_mbstring_copy(&value, (const uint8_t *)side->value, -1, MBSTRING_UTF8,
				 ASN1_tag2bit(side->type)),
		0);
	ck_assert_int_eq(X509_NAME_add_entry_by_NID(name, NID_commonName, side->type, value->data,
				 value->length, -1, 0),
		1);
	if (side->second)
		ck_assert_int_eq(
			X509_NAME_add_entry_by_NID(name, NID_organizationName, V_ASN1_UTF8STRING,
				(const uint8_t *)side->second, -1, -1, side->set),
			1);
	ASN1_STRING_free(value);
	SUPPORT_ENCODE(der, i2d_X509_NAME, name);
	return name;
}

START_TEST(compares)
{
	BUFFER_CLEANUP struct buffer left = {0}, right = {0};
	CLEANUP(X509_NAME) X509_NAME *foreign_left = build(&left, &pairs[_i].left);
	CLEANUP(X509_NAME) X509_NAME *foreign_right = build(&right, &pairs[_i].right);

	ck_assert_msg(name_equal(buffer_bytes(&left), buffer_bytes(&right)) == pairs[_i].equal,
		"row %d", _i);
	ck_assert_int_eq(name_equal(buffer_bytes(&right), buffer_bytes(&left)), pairs[_i].equal);
	/* OpenSSL leaves TeletexString and UniversalString out of its folding. */
	if (pairs[_i].left.type != V_ASN1_UNIVERSALSTRING)
		ck_assert_int_eq(X509_NAME_cmp(foreign_left, foreign_right) == 0, pairs[_i].equal);
}
END_TEST

/* Attributes of one type in one RDN are told apart by their partners, not by their number. */
START_TEST(pairs_attributes_of_a_set)
{
	BUFFER_CLEANUP struct buffer aab = {0}, abb = {0}, same = {0};

	ck_assert_int_eq(name_parse(&aab, "OU=a+OU=A+OU=b", NULL), DONE);
	ck_assert_int_eq(name_parse(&abb, "OU=a+OU=b+OU=B", NULL), DONE);
	ck_assert_int_eq(name_parse(&same, "OU=B+OU=a+OU=A", NULL), DONE);
	ck_assert(!name_equal(buffer_bytes(&aab), buffer_bytes(&abb)));
	ck_assert(name_equal(buffer_bytes(&aab), buffer_bytes(&same)));
}
END_TEST

START_TEST(finds_attributes)
{
	BUFFER_CLEANUP struct buffer der = {0}, out = {0};

	ck_assert_int_eq(
		name_parse(&der, "O=o,CN=first+serialNumber=7,CN=second,DC=#020105", NULL), DONE);
	ck_assert(name_find(&out, buffer_bytes(&der), OID_COMMON_NAME));
	ck_assert_str_eq(buffer_text(&out), "first");
	buffer_clear(&out);
	ck_assert(name_find(&out, buffer_bytes(&der), OID_SERIAL_NUMBER));
	ck_assert_str_eq(buffer_text(&out), "7");
	ck_assert(!name_find(&out, buffer_bytes(&der), OID_COUNTRY));
	ck_assert(!name_find(&out, buffer_bytes(&der), OID_DOMAIN_COMPONENT));
	ck_assert(!name_find(&out, BYTES_NONE, OID_COMMON_NAME));
}
END_TEST

static const struct {
	struct bytes der;
	const char *text;
} broken[] = {
	{{NULL, 0}, "(not a Name: )"},
	{{(const uint8_t *)"\x30\x02\x31\x00", 4}, "(not a Name: 30023100)"},
	{{(const uint8_t *)"\x30\x00\x00", 3}, "(not a Name: 300000)"},
	{{(const uint8_t *)"\x30\x0a\x31\x08\x30\x06\x06\x04\x55\x04\x03\x0c", 12},
		"(not a Name: 300a3108300606045504030c)"},
	{{(const uint8_t *)"\x30\x14\x31\x12\x30\x10\x06\x03\x55\x04\x03\x0c\x09"
			   "123456789\x05",
		 23},
		"(not a Name: 30143112301006035504030c09313233)"},
};

START_TEST(shows_broken_names)
{
	BUFFER_CLEANUP struct buffer out = {0};

	buffer_append_text(&out, "-> ");
	name_text(&out, broken[_i].der);
	ck_assert_str_eq(buffer_text(&out) + 3, broken[_i].text);
	ck_assert(!name_find(&out, broken[_i].der, OID_COMMON_NAME));
	ck_assert(!name_equal(broken[_i].der, BYTES("\x30\x00", 2)));
}
END_TEST

START_TEST(bounds_an_rdn)
{
	BUFFER_CLEANUP struct buffer der = {0}, line = {0};
	size_t name = der_begin(&der, DER_SEQUENCE), rdn = der_begin(&der, DER_SET);

	for (size_t i = 0; i <= LIMIT_RDN_ATTRIBUTES; i++) {
		size_t attribute = der_begin(&der, DER_SEQUENCE);

		der_put_oid(&der, oid_bytes(OID_COMMON_NAME));
		der_put_text(&der, DER_UTF8_STRING, "a");
		der_end(&der, attribute);
	}
	der_end(&der, rdn);
	der_end(&der, name);
	name_text(&line, buffer_bytes(&der));
	ck_assert_ptr_nonnull(strstr(buffer_text(&line), "(not a Name: "));
}
END_TEST

/* What directory_string_put makes of a text for each type. */
static const struct {
	uint8_t tag;
	const char *text;
	struct bytes content; /* NULL: refused */
} strings[] = {
	{DER_PRINTABLE_STRING, "a", {(const uint8_t *)"a", 1}},
	{DER_PRINTABLE_STRING, "", {(const uint8_t *)"", 0}},
	{DER_PRINTABLE_STRING, "a_b", {NULL, 0}},
	{DER_IA5_STRING, "a_b", {(const uint8_t *)"a_b", 3}},
	{DER_IA5_STRING, "\xc3\xa4", {NULL, 0}},
	{DER_TELETEX_STRING, "\xc3\xa4", {(const uint8_t *)"\xe4", 1}},
	{DER_TELETEX_STRING, "\xe2\x82\xac", {NULL, 0}},
	{DER_BMP_STRING, "A\xe2\x82\xac", {(const uint8_t *)"\0A\x20\xac", 4}},
	{DER_BMP_STRING, "\xf0\x9f\x98\x80", {NULL, 0}},
	{DER_UNIVERSAL_STRING, "\xf0\x9f\x98\x80", {(const uint8_t *)"\0\x01\xf6\0", 4}},
	{DER_UTF8_STRING, "\xc3", {NULL, 0}},
	{DER_OCTET_STRING, "a", {NULL, 0}},
	{DER_CONTEXT(1), "a", {NULL, 0}},
};

/* Appends "CN=a" so many times, with the separator between them. */
static char *
repeat(struct buffer *out, size_t count, char separator)
{
	for (size_t i = 0; i < count; i++) {
		if (i > 0)
			buffer_append_byte(out, (uint8_t)separator);
		buffer_append_text(out, "CN=a");
	}
	return buffer_text(out);
}

/* As many as are read and shown, and no more. */
START_TEST(parses_so_many)
{
	const size_t most = _i ? LIMIT_RDN_ATTRIBUTES : LIMIT_RDNS;
	BUFFER_CLEANUP struct buffer text = {0}, longer = {0}, name = {0}, shown = {0};
	struct diag diag = {0};
	struct bytes taken;
	struct der der;

	ASSERT_DONE(name_parse(&name, repeat(&text, most, ",+"[_i]), &diag), &diag);
	der = der_start(buffer_bytes(&name), "name", &diag);
	ck_assert(name_take(&der, &taken));
	name_text(&shown, taken);
	ck_assert_str_eq(
		strncmp(buffer_text(&shown), "CN=a", 4) == 0 ? "a name" : buffer_text(&shown),
		"a name");
	buffer_clear(&name);
	ck_assert_int_eq(name_parse(&name, repeat(&longer, most + 1, ",+"[_i]), &diag), REFUSED);
	ck_assert_uint_eq(name.size, 0);
	ck_assert_ptr_nonnull(strstr(diag.wanted, "at most"));
}
END_TEST

START_TEST(writes_strings)
{
	BUFFER_CLEANUP struct buffer out = {0};
	struct der_element element;
	struct der der;
	bool written = directory_string_put(&out, strings[_i].tag, bytes_text(strings[_i].text));

	ck_assert_msg(written == (strings[_i].content.data != NULL), "row %d", _i);
	if (!written) {
		ck_assert_uint_eq(out.size, 0);
		return;
	}
	der = der_start(buffer_bytes(&out), "test", NULL);
	ck_assert(der_take(&der, strings[_i].tag, &element) && der_finish(&der));
	ck_assert(bytes_equal(element.content, strings[_i].content));
	ck_assert(!directory_string_put(&out, strings[_i].tag, BYTES("a\0", 2)));
}
END_TEST

int
main(void)
{
	Suite *suite = suite_create("name");
	TCase *text = tcase_create("text"), *matching = tcase_create("matching");

	tcase_add_loop_test(text, parses, 0, ROWS(readable));
	tcase_add_loop_test(text, refuses_what_is_no_name, 0, ROWS(unreadable));
	tcase_add_loop_test(text, parses_so_many, 0, 2);
	tcase_add_loop_test(text, chooses_string_types, 0, ROWS(string_types));
	tcase_add_loop_test(text, shows_broken_names, 0, ROWS(broken));
	tcase_add_test(text, bounds_an_rdn);
	tcase_add_loop_test(text, writes_strings, 0, ROWS(strings));
	tcase_add_loop_test(matching, compares, 0, ROWS(pairs));
	tcase_add_test(matching, pairs_attributes_of_a_set);
	tcase_add_test(matching, finds_attributes);
	suite_add_tcase(suite, text);
	suite_add_tcase(suite, matching);
	return run_suite(suite);
}
