/* subjectAltName from and to text, held against OpenSSL's GENERAL_NAMES. */
#include <openssl/x509v3.h>
#include <string.h>

#include "common/alternative_name.h"
#include "tests/run_suite.h"
#include "x509_support.h"

OSSL_CLEANUP(GENERAL_NAMES, GENERAL_NAMES)

static const struct {
	const char *text;
	const char *foreign; /* OpenSSL's print of what we make of it */
	const char *ours;    /* alternative_name_text of it */
} readable[] = {
	{"DNS:host.example", "DNS:host.example;", "DNS:host.example"},
	{" dns:a , Email:a@example.org ", "DNS:a;email:a@example.org;",
		"DNS:a,email:a@example.org"},
	{"URI:https://example.org/a?b=c:d", "URI:https://example.org/a?b=c:d;",
		"URI:https://example.org/a?b=c:d"},
	{"URI:urn:a\\,b\\\\c,DNS:d", "URI:urn:a,b\\c;DNS:d;", "URI:urn:a\\,b\\\\c,DNS:d"},
	{"DNS:\\ a\\ ", "DNS: a ;", "DNS:\\ a\\ "},
	{"IP:192.0.2.1,IP:2001:db8::1", "IP Address:192.0.2.1;IP Address:2001:DB8:0:0:0:0:0:1;",
		"IP:192.0.2.1,IP:2001:db8::1"},
	{"UPN:user@example.org", "othername:UPN:user@example.org;", "UPN:user@example.org"},
	{"UPN:J\xc3\xbcrgen", "othername:UPN:J\xc3\xbcrgen;", "UPN:J\xc3\xbcrgen"},
	{"RID:1.2.3,RID:1.3.6.1.5.5.7.3.2",
		"Registered ID:1.2.3;Registered ID:TLS Web Client Authentication;",
		"RID:1.2.3,RID:1.3.6.1.5.5.7.3.2"},
};

static void
append_foreign(struct buffer *out, const GENERAL_NAMES *names)
{
	BIO *bio = BIO_new(BIO_s_mem());
	char *text;
	long size;

	for (int i = 0; i < sk_GENERAL_NAME_num(names); i++) {
		ck_assert_int_eq(GENERAL_NAME_print(bio, sk_GENERAL_NAME_value(names, i)), 1);
		ck_assert_int_eq(BIO_puts(bio, ";"), 1);
	}
	size = BIO_get_mem_data(bio, &text);
	buffer_append(out, BYTES(text, size));
	BIO_free(bio);
}

START_TEST(parses)
{
	BUFFER_CLEANUP struct buffer der = {0}, foreign = {0}, encoded = {0}, text = {0},
				     again = {0};
	CLEANUP(GENERAL_NAMES) GENERAL_NAMES *names = NULL;
	struct diag diag = {0};

	ASSERT_DONE(alternative_name_parse(&der, readable[_i].text, &diag), &diag);
	SUPPORT_DECODE(&names, d2i_GENERAL_NAMES, buffer_bytes(&der));
	append_foreign(&foreign, names);
	ck_assert_str_eq(buffer_text(&foreign), readable[_i].foreign);
	SUPPORT_ENCODE(&encoded, i2d_GENERAL_NAMES, names);
	ck_assert(bytes_equal(buffer_bytes(&encoded), buffer_bytes(&der)));
	ASSERT_DONE(alternative_name_text(&text, buffer_bytes(&der), &diag), &diag);
	ck_assert_str_eq(buffer_text(&text), readable[_i].ours);
	ASSERT_DONE(alternative_name_parse(&again, buffer_text(&text), &diag), &diag);
	ck_assert(bytes_equal(buffer_bytes(&again), buffer_bytes(&der)));
}
END_TEST

static const struct {
	const char *text;
	const char *word; /* of the refusal */
} unreadable[] = {
	{"", "separated by commas"},
	{"host.example", "host.example"},
	{"DNS:", "host name"},
	{"DNS:a,", "separated by commas"},
	{"DNS:a,,DNS:b", "separated by commas"},
	{"DNS:h\xc3\xb6st", "ASCII"},
	{"DNS:a\tb", "ASCII"},
	{"host:a", "DNS:"},
	{"DNSX:a", "DNS:"},
	{"IP:192.0.2.256", "IPv4"},
	{"IP:192.0.2.0/24", "IPv6"},
	{"UPN:", "principal"},
	{"UPN:\xff", "UTF-8"},
	{"RID:1.2.", "dotted"},
	{"RID:clientAuth", "dotted"},
};

START_TEST(refuses_what_is_no_name)
{
	BUFFER_CLEANUP struct buffer der = {0};
	char words[DIAG_TEXT_SIZE];
	struct diag diag = {0};

	ck_assert_msg(alternative_name_parse(&der, unreadable[_i].text, &diag) == REFUSED, "%s",
		unreadable[_i].text);
	ck_assert_msg(strstr(diag_text(words, &diag), unreadable[_i].word) != NULL, "%s: \"%s\"",
		unreadable[_i].text, words);
	ck_assert_uint_eq(der.size, 0);
}
END_TEST

#define DER(text)                                                                                  \
	{                                                                                          \
		(const uint8_t *)(text), sizeof(text) - 1                                          \
	}

/* Names that have no text form, or one that could not be read back. */
static const struct {
	struct bytes der;
	const char *text; /* NULL: refused */
} decoded[] = {
	{DER("\x30\x00"), ""},
	{DER("\x30\x04\xa4\x02\x30\x00"), "[4]:3000"},
	{DER("\x30\x07\x82\x01\x61\xa4\x02\x30\x00"), "DNS:a,[4]:3000"},
	{DER("\x30\x03\x82\x01\x0a"), "[2]:0a"},
	{DER("\x30\x03\x82\x01\xe4"), "[2]:e4"},
	{DER("\x30\x02\x82\x00"), "[2]:"},
	{DER("\x30\x05\xa2\x03\x16\x01\x61"), "[2]:160161"},
	{DER("\x30\x05\x87\x03\x01\x02\x03"), "[7]:010203"},
	{DER("\x30\x0a\x87\x08\xc0\x00\x02\x00\xff\xff\xff\x00"), "[7]:c0000200ffffff00"},
	{DER("\x30\x0b\xa0\x09\x06\x02\x2a\x03\xa0\x03\x0c\x01\x61"), "[0]:06022a03a0030c0161"},
	{DER("\x30\x13\xa0\x11\x06\x0a\x2b\x06\x01\x04\x01\x82\x37\x14\x02\x03\xa0\x03\x02\x01"
	     "\x61"),
		"[0]:060a2b060104018237140203a003020161"},
	{DER("\x30\x02\x88\x00"), "[8]:"},
	{DER("\x30\x03\x82\x02\x61"), NULL},
	{DER("\x30\x00\x00"), NULL},
	{DER("\x31\x00"), NULL},
	{DER(""), NULL},
};

START_TEST(shows)
{
	BUFFER_CLEANUP struct buffer out = {0};
	struct diag diag = {0};
	int outcome;

	buffer_append_text(&out, "-> ");
	outcome = alternative_name_text(&out, decoded[_i].der, &diag);
	ck_assert_msg(outcome == (decoded[_i].text ? DONE : REFUSED), "row %d", _i);
	ck_assert_str_eq(buffer_text(&out) + 3, decoded[_i].text ? decoded[_i].text : "");
	ck_assert_int_eq(diag.found[0] != '\0', decoded[_i].text == NULL);
}
END_TEST

int
main(void)
{
	Suite *suite = suite_create("alternative_name");
	TCase *text = tcase_create("text");

	tcase_add_loop_test(text, parses, 0, ROWS(readable));
	tcase_add_loop_test(text, refuses_what_is_no_name, 0, ROWS(unreadable));
	tcase_add_loop_test(text, shows, 0, ROWS(decoded));
	suite_add_tcase(suite, text);
	return run_suite(suite);
}
