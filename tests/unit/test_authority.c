/* The CA and its RA: minted from the built-in keys, judged by OpenSSL's chain verification. */
#include <openssl/x509_vfy.h>
#include <openssl/x509v3.h>
#include <pthread.h>
#include <string.h>

#include "ca_support.h"
#include "common/clock.h"
#include "common/name.h"
#include "server/authority.h"
#include "server/ra_certificates.h"
#include "tests/run_suite.h"

#define NOW  CA_SUPPORT_NOW
#define URL  CA_SUPPORT_URL
#define YEAR (INT64_C(366) * CLOCK_DAY_SECONDS)

/* Of the root that the built-in key has signed: the same in every run and on every machine. Whoever
 * changes it changes what people have in their trust stores. */
#define ROOT_FINGERPRINT "0d24d2d5632f5b802851bae9576b77e0225696a474017608b76faf16c22ba50c"

OSSL_CLEANUP(AUTHORITY_INFO_ACCESS, AUTHORITY_INFO_ACCESS)

/* An authority and what it was made from. */
struct fixture {
	struct pki pki;
	struct settings settings;
	struct authority *authority;
};

static void
fixture_done(struct fixture *fixture)
{
	authority_free(fixture->authority);
	settings_done(&fixture->settings);
	pki_done(&fixture->pki);
}

#define FIXTURE_CLEANUP __attribute__((cleanup(fixture_done)))

static void
fixture_init(struct fixture *fixture, int hierarchy, int64_t now, const char *url)
{
	struct diag diag = {0};

	*fixture = (struct fixture){0};
	settings_init(&fixture->settings);
	fixture->settings.ca_hierarchy = hierarchy;
	fixture->settings.next_ca = NEXT_CA_CONFIGURED;
	ASSERT_DONE(pki_load_built_in(&fixture->pki, &diag), &diag);
	ASSERT_DONE(authority_new(&fixture->authority, &fixture->pki, &fixture->settings, url, now,
			    &diag),
		&diag);
}

static X509 *
decode(const struct certificate *certificate)
{
	X509 *decoded;

	SUPPORT_DECODE(&decoded, d2i_X509, buffer_bytes(&certificate->der));
	return decoded;
}

static int
verify(const struct authority *authority, const struct certificate *certificate, int64_t now)
{
	return ca_support_verify(authority, buffer_bytes(&certificate->der), BYTES_NONE, now);
}

static const int hierarchies[] = {CA_HIERARCHY_ROOT, CA_HIERARCHY_ISSUING};

START_TEST(chain_is_as_getcacert_gives_it)
{
	FIXTURE_CLEANUP struct fixture fixture;
	const struct certificate *chain[AUTHORITY_CHAIN_MAX];
	size_t count;

	fixture_init(&fixture, hierarchies[_i], NOW, URL);
	count = authority_chain(chain, fixture.authority);
	ck_assert_uint_eq(count, hierarchies[_i] == CA_HIERARCHY_ROOT ? 3 : 4);
	ck_assert_uint_eq(chain[0]->key_usage, KEY_USAGE_DIGITAL_SIGNATURE);
	ck_assert_uint_eq(chain[1]->key_usage, KEY_USAGE_KEY_ENCIPHERMENT);
	ck_assert_ptr_eq(chain[2], authority_issuer(fixture.authority));
	ck_assert_ptr_eq(chain[count - 1], &fixture.authority->root);
	for (size_t i = 0; i < count; i++)
		ck_assert_int_eq(verify(fixture.authority, chain[i], NOW), X509_V_OK);
}
END_TEST

START_TEST(chain_does_not_verify_when_it_should_not)
{
	FIXTURE_CLEANUP struct fixture fixture;
	CERTIFICATE_CLEANUP struct certificate tampered = {0};
	BUFFER_CLEANUP struct buffer der = {0};
	struct diag diag = {0};

	fixture_init(&fixture, hierarchies[_i], NOW, URL);
	ck_assert_int_eq(verify(fixture.authority, ra_certificates_signing(fixture.authority),
				 NOW + 3 * YEAR),
		X509_V_ERR_CERT_HAS_EXPIRED);
	ck_assert_int_eq(
		verify(fixture.authority, ra_certificates_signing(fixture.authority), NOW - YEAR),
		X509_V_ERR_CERT_NOT_YET_VALID);
	buffer_append(&der, buffer_bytes(&ra_certificates_signing(fixture.authority)->der));
	der.data[der.size - 1] ^= 1;
	ASSERT_DONE(certificate_read(&tampered, buffer_bytes(&der), &diag), &diag);
	ck_assert_int_eq(
		verify(fixture.authority, &tampered, NOW), X509_V_ERR_CERT_SIGNATURE_FAILURE);
}
END_TEST

START_TEST(root_is_the_same_for_ever)
{
	static const struct {
		int64_t now;
		const char *url;
	} runs[] = {{NOW, URL}, {NOW + 10 * YEAR, "http://[::1]:1/site/x"}, {1600000000, URL}};
	BUFFER_CLEANUP struct buffer text = {0};
	FIXTURE_CLEANUP struct fixture fixture;
	uint8_t digest[EVP_MAX_MD_SIZE];
	struct diag diag = {0};

	fixture_init(&fixture, CA_HIERARCHY_ROOT, runs[_i].now, runs[_i].url);
	ASSERT_DONE(certificate_fingerprint(digest, &fixture.authority->root,
			    algorithm_digest_named("SHA-256"), &diag),
		&diag);
	buffer_append_hex(&text, BYTES(digest, 32));
	ck_assert_str_eq(buffer_text(&text), ROOT_FINGERPRINT);
	name_text(&text, fixture.authority->root.subject);
	ck_assert_ptr_nonnull(strstr(buffer_text(&text), "TEST ONLY"));
}
END_TEST

/* Those of the built-in root are the program's, and others are made. */
START_TEST(fingerprints_are_what_openssl_makes)
{
	FIXTURE_CLEANUP struct fixture fixture;
	const struct digest_algorithm *digest;
	uint8_t ours[EVP_MAX_MD_SIZE], theirs[EVP_MAX_MD_SIZE];
	struct diag diag = {0};

	fixture_init(&fixture, CA_HIERARCHY_ISSUING, NOW, URL);
	for (size_t i = 0; (digest = algorithm_digest_at(i)); i++) {
		const struct certificate *const both[] = {
			&fixture.authority->root, authority_issuer(fixture.authority)};

		for (size_t k = 0; k < sizeof(both) / sizeof(both[0]); k++) {
			struct bytes der = buffer_bytes(&both[k]->der);

			ASSERT_DONE(pki_fingerprint(ours, both[k], digest, &diag), &diag);
			ck_assert_int_eq(
				EVP_Digest(der.data, der.size, theirs, NULL, digest->md(), NULL),
				1);
			ck_assert_mem_eq(ours, theirs, digest->size);
		}
	}
}
END_TEST

static void
assert_same(const struct certificate *left, const struct certificate *right, bool same)
{
	ck_assert_int_eq(bytes_equal(buffer_bytes(&left->der), buffer_bytes(&right->der)), same);
	ck_assert_int_eq(bytes_equal(left->serial, right->serial), same);
}

static const struct {
	const char *name;
	int64_t now;
	const char *url;
	bool same;
} restarts[] = {
	{"an hour earlier", NOW - 3600, URL, true},
	{"a day later, in the day of grace", NOW + CLOCK_DAY_SECONDS - 3600, URL, true},
	{"two days later, in another month", NOW + 2 * CLOCK_DAY_SECONDS, URL, false},
	{"at another URL", NOW, "http://127.0.0.1:8081", false},
};

/* certs/root.crt spares the start a signature; without it the same is made. */
START_TEST(built_in_root_is_what_would_be_minted)
{
	FIXTURE_CLEANUP struct fixture fixture;
	struct authority *minted = NULL;
	struct diag diag = {0};

	fixture_init(&fixture, CA_HIERARCHY_ROOT, NOW, URL);
	ck_assert(bytes_equal(
		buffer_bytes(&fixture.pki.root.der), buffer_bytes(&fixture.authority->root.der)));
	certificate_done(&fixture.pki.root);
	ASSERT_DONE(
		authority_new(&minted, &fixture.pki, &fixture.settings, URL, NOW, &diag), &diag);
	ck_assert(bytes_equal(
		buffer_bytes(&minted->root.der), buffer_bytes(&fixture.authority->root.der)));
	authority_free(minted);
}
END_TEST

START_TEST(root_with_another_signature_is_minted)
{
	FIXTURE_CLEANUP struct fixture fixture;
	struct authority *other = NULL;
	struct diag diag = {0};

	fixture_init(&fixture, CA_HIERARCHY_ROOT, NOW, URL);
	fixture.settings.ca_signature = CA_SIGNATURE_SHA1;
	ASSERT_DONE(authority_new(&other, &fixture.pki, &fixture.settings, URL, NOW, &diag), &diag);
	ck_assert_int_eq(oid_find(other->root.signature_oid), OID_SHA1_WITH_RSA);
	ck_assert_int_eq(verify(other, &other->root, NOW), X509_V_OK);
	authority_free(other);
}
END_TEST

static void *
ask_for_signing(void *authority)
{
	return (void *)ra_certificates_signing(authority);
}

/* They are made when they are first asked for, whoever asks. */
START_TEST(ra_certificates_are_made_once)
{
	FIXTURE_CLEANUP struct fixture fixture;
	pthread_t threads[8];

	fixture_init(&fixture, CA_HIERARCHY_ROOT, NOW, URL);
	ck_assert(!atomic_load(&fixture.authority->ra->made));
	for (size_t i = 0; i < ROWS(threads); i++)
		ck_assert_int_eq(
			pthread_create(&threads[i], NULL, ask_for_signing, fixture.authority), 0);
	for (size_t i = 0; i < ROWS(threads); i++) {
		const struct certificate *made;

		ck_assert_int_eq(pthread_join(threads[i], (void **)&made), 0);
		ck_assert_ptr_eq(made, ra_certificates_signing(fixture.authority));
		ck_assert_int_eq(verify(fixture.authority, made, NOW), X509_V_OK);
	}
}
END_TEST

START_TEST(restart_mints_the_same)
{
	FIXTURE_CLEANUP struct fixture first, second;

	fixture_init(&first, CA_HIERARCHY_ISSUING, NOW, URL);
	fixture_init(&second, CA_HIERARCHY_ISSUING, restarts[_i].now, restarts[_i].url);
	assert_same(ra_certificates_signing(first.authority),
		ra_certificates_signing(second.authority), restarts[_i].same);
	assert_same(ra_certificates_encryption(first.authority),
		ra_certificates_encryption(second.authority), restarts[_i].same);
	assert_same(&first.authority->issuing, &second.authority->issuing, restarts[_i].same);
}
END_TEST

/* As in a real RA signing certificate (ndes-behaviour 2.3). */
static const int ra_extensions[] = {NID_undef /* template name */, NID_ext_key_usage, NID_key_usage,
	NID_subject_key_identifier, NID_authority_key_identifier, NID_crl_distribution_points,
	NID_info_access};

START_TEST(ra_certificates_look_like_those_of_ndes)
{
	static const char *const templates[] = {
		"\x1e\x2c\0E\0n\0r\0o\0l\0l\0m\0e\0n\0t\0A\0g\0e\0n\0t\0O\0f\0f\0l\0i\0n\0e",
		"\x1e\x1a\0C\0E\0P\0E\0n\0c\0r\0y\0p\0t\0i\0o\0n"};
	static const size_t template_sizes[] = {46, 28};
	FIXTURE_CLEANUP struct fixture fixture;
	const struct certificate *ra;
	BUFFER_CLEANUP struct buffer subject = {0};
	CLEANUP(X509) X509 *decoded = NULL;
	struct tm begin, end;

	fixture_init(&fixture, CA_HIERARCHY_ISSUING, NOW, URL);
	ra = _i ? ra_certificates_encryption(fixture.authority)
		: ra_certificates_signing(fixture.authority);
	decoded = decode(ra);
	name_text(&subject, ra->subject);
	ck_assert_str_eq(buffer_text(&subject), "C=US, CN=NDES01-MSCEP-RA");
	ck_assert_int_eq(X509_get_ext_count(decoded), ROWS(ra_extensions));
	for (size_t i = 0; i < ROWS(ra_extensions); i++) {
		X509_EXTENSION *extension = X509_get_ext(decoded, (int)i);
		int type = OBJ_obj2nid(X509_EXTENSION_get_object(extension));

		ck_assert_msg(type == ra_extensions[i], "extension %zu is %s", i, OBJ_nid2sn(type));
		ck_assert_int_eq(X509_EXTENSION_get_critical(extension), type == NID_key_usage);
	}
	ck_assert(bytes_equal(support_extension(decoded, "1.3.6.1.4.1.311.20.2"),
		BYTES(templates[_i], template_sizes[_i])));
	ck_assert(support_has_purpose(buffer_bytes(&ra->der), "1.3.6.1.4.1.311.20.2.1"));
	ck_assert_int_eq(X509_get_signature_nid(decoded), NID_sha256WithRSAEncryption);
	begin = clock_split(ra->not_before);
	end = clock_split(ra->not_after);
	ck_assert_int_eq(end.tm_year - begin.tm_year, 2);
	ck_assert_int_eq(end.tm_yday, begin.tm_yday);
}
END_TEST

START_TEST(urls_lead_to_the_issuer)
{
	FIXTURE_CLEANUP struct fixture fixture;
	CLEANUP(X509) X509 *issuing = NULL;
	CLEANUP(AUTHORITY_INFO_ACCESS) AUTHORITY_INFO_ACCESS *access = NULL;
	const ACCESS_DESCRIPTION *description;
	const ASN1_STRING *uri;

	fixture_init(&fixture, CA_HIERARCHY_ISSUING, NOW, URL "/site/lab");
	ck_assert_str_eq(fixture.authority->cas[0].name, "mock-ndes TEST ONLY Issuing CA");
	ck_assert_str_eq(fixture.authority->cas[0].crl_url,
		URL "/site/lab/CertEnroll/mock-ndes%20TEST%20ONLY%20Issuing%20CA.crl");
	ck_assert_str_eq(fixture.authority->cas[1].issuer_url,
		URL "/site/lab/CertEnroll/mock-ndes%20TEST%20ONLY%20Root%20CA.crt");
	issuing = decode(&fixture.authority->issuing);
	access = X509_get_ext_d2i(issuing, NID_info_access, NULL, NULL);
	ck_assert_ptr_nonnull(access);
	description = sk_ACCESS_DESCRIPTION_value(access, 0);
	ck_assert_int_eq(OBJ_obj2nid(description->method), NID_ad_ca_issuers);
	uri = description->location->d.uniformResourceIdentifier;
	ck_assert(bytes_equal(BYTES(ASN1_STRING_get0_data(uri), (size_t)ASN1_STRING_length(uri)),
		bytes_text(fixture.authority->cas[1].issuer_url)));
}
END_TEST

START_TEST(serials_are_as_ad_cs_makes_them)
{
	FIXTURE_CLEANUP struct fixture fixture;
	uint8_t first[CERTIFICATE_SERIAL_MAX], second[CERTIFICATE_SERIAL_MAX];
	struct random random;

	random_init(&random, 1);
	fixture_init(&fixture, CA_HIERARCHY_ROOT, NOW, URL);
	ck_assert_uint_eq(authority_serial(first, fixture.authority, 0x01020304, &random), 19);
	ck_assert_uint_eq(authority_serial(second, fixture.authority, 0x01020304, &random), 19);
	ck_assert_uint_ge(first[0], 0x40);
	ck_assert_uint_lt(first[0], 0x80);
	ck_assert_mem_eq(first + 1, "\x01\x02\x03\x04", 4);
	ck_assert_mem_eq(first + 13, "\0\0\x01\x02\x03\x04", 6);
	ck_assert_mem_eq(first, second, 5);
	ck_assert_mem_ne(first + 5, second + 5, 8);
	ck_assert_mem_eq(
		ra_certificates_signing(fixture.authority)->serial.data, (uint8_t[]){first[0]}, 1);
	ck_assert_mem_eq(
		ra_certificates_signing(fixture.authority)->serial.data + 1, "\0\0\0\x02", 4);
	ck_assert_mem_eq(ra_certificates_encryption(fixture.authority)->serial.data + 13,
		"\0\0\0\0\0\x03", 6);
}
END_TEST

START_TEST(next_ca_follows_under_the_same_name)
{
	FIXTURE_CLEANUP struct fixture fixture;
	const struct certificate *next, *issuer;
	struct diag diag = {0};

	fixture_init(&fixture, hierarchies[_i], NOW, URL);
	next = &fixture.authority->next_ca;
	issuer = authority_issuer(fixture.authority);
	ck_assert(next->is_ca);
	ck_assert(name_equal(next->subject, issuer->subject));
	ck_assert(!key_same(next->spki, issuer->spki));
	/* A root signs itself, an issuing CA is renewed by the root above it. */
	ASSERT_DONE(certificate_verify(next,
			    pki_key(&fixture.pki,
				    hierarchies[_i] == CA_HIERARCHY_ROOT ? PKI_NEXT_CA : PKI_ROOT),
			    &diag),
		&diag);
}
END_TEST

START_TEST(certificates_of_challenges_are_minted_once)
{
	static const enum pki_role roles[] = {PKI_CHALLENGE_SIGNING, PKI_CHALLENGE_ENCRYPTION};
	FIXTURE_CLEANUP struct fixture fixture, other;
	const struct certificate *first, *second, *elsewhere;
	struct diag diag = {0};

	fixture_init(&fixture, CA_HIERARCHY_ROOT, NOW, URL);
	fixture_init(&other, CA_HIERARCHY_ISSUING, NOW + YEAR, "http://[::1]:1");
	ASSERT_DONE(pki_challenge_certificate(&first, &fixture.pki, roles[_i], &diag), &diag);
	ASSERT_DONE(pki_challenge_certificate(&second, &fixture.pki, roles[_i], &diag), &diag);
	ASSERT_DONE(pki_challenge_certificate(&elsewhere, &other.pki, roles[_i], &diag), &diag);
	ck_assert_ptr_eq(first, second);
	assert_same(first, elsewhere, true);
	ck_assert_uint_eq(
		first->key_usage, _i ? KEY_USAGE_KEY_ENCIPHERMENT : KEY_USAGE_DIGITAL_SIGNATURE);
	ASSERT_DONE(certificate_verify(first, pki_key(&fixture.pki, roles[_i]), &diag), &diag);
}
END_TEST

/* Certificates given with the pki that do not fit: each puts one of the minted ones in a wrong
 * place. */
static const struct {
	const char *name;
	int hierarchy;
	enum pki_role place;
	enum pki_role from; /* whose certificate is misplaced */
	const char *words;
	int donor; /* its hierarchy */
} misfits[] = {
	{"an RA of another hierarchy", CA_HIERARCHY_ROOT, PKI_RA_SIGNING, PKI_RA_SIGNING,
		"ra-signing.crt (setting ca_hierarchy): issuer", CA_HIERARCHY_ISSUING},
	{"the two RA exchanged", CA_HIERARCHY_ISSUING, PKI_RA_ENCRYPTION, PKI_RA_SIGNING,
		"keyEncipherment alone", CA_HIERARCHY_ISSUING},
	{"an RA as the issuing CA", CA_HIERARCHY_ISSUING, PKI_ISSUING, PKI_RA_SIGNING,
		"issuing.crt", CA_HIERARCHY_ISSUING},
	{"an RA as the root", CA_HIERARCHY_ROOT, PKI_ROOT, PKI_RA_SIGNING, "root.crt",
		CA_HIERARCHY_ISSUING},
	{"a root as the issuing CA", CA_HIERARCHY_ISSUING, PKI_ISSUING, PKI_NEXT_CA, "issuing.crt",
		CA_HIERARCHY_ROOT},
};

START_TEST(refuses_certificates_that_do_not_fit)
{
	FIXTURE_CLEANUP struct fixture fixture, donor;
	struct authority *authority = NULL;
	const struct certificate *given;
	struct diag diag = {0};
	char text[DIAG_TEXT_SIZE];

	fixture_init(&donor, misfits[_i].donor, NOW, URL);
	fixture_init(&fixture, misfits[_i].hierarchy, NOW, URL);
	given = misfits[_i].from == PKI_NEXT_CA ? &donor.authority->next_ca
						: ra_certificates_signing(donor.authority);
	certificate_copy(&fixture.pki.certificates[misfits[_i].place], given);
	ck_assert_msg(authority_new(&authority, &fixture.pki, &fixture.settings, URL, NOW, &diag) ==
			REFUSED,
		"%s", misfits[_i].name);
	ck_assert_msg(strstr(diag_text(text, &diag), misfits[_i].words), "%s", text);
}
END_TEST

START_TEST(takes_certificates_that_fit)
{
	FIXTURE_CLEANUP struct fixture fixture, donor;
	struct authority *authority = NULL;
	struct diag diag = {0};

	fixture_init(&donor, CA_HIERARCHY_ISSUING, NOW, URL);
	fixture_init(&fixture, CA_HIERARCHY_ISSUING, NOW, URL);
	certificate_copy(&fixture.pki.certificates[PKI_ROOT], &donor.authority->root);
	certificate_copy(&fixture.pki.certificates[PKI_ISSUING], &donor.authority->issuing);
	certificate_copy(&fixture.pki.certificates[PKI_RA_SIGNING],
		ra_certificates_signing(donor.authority));
	/* At another time and place they would have been minted otherwise. */
	ASSERT_DONE(authority_new(&authority, &fixture.pki, &fixture.settings, "http://[::1]:1",
			    NOW + YEAR / 2, &diag),
		&diag);
	assert_same(&authority->issuing, &donor.authority->issuing, true);
	assert_same(
		ra_certificates_signing(authority), ra_certificates_signing(donor.authority), true);
	assert_same(ra_certificates_encryption(authority),
		ra_certificates_encryption(donor.authority), false);
	ck_assert_int_eq(verify(authority, ra_certificates_encryption(authority), NOW + YEAR / 2),
		X509_V_OK);
	authority_free(authority);
}
END_TEST

int
main(void)
{
	Suite *suite = suite_create("authority");
	TCase *tcase = tcase_create("authority");

	tcase_add_loop_test(tcase, chain_is_as_getcacert_gives_it, 0, ROWS(hierarchies));
	tcase_add_loop_test(tcase, chain_does_not_verify_when_it_should_not, 0, ROWS(hierarchies));
	tcase_add_loop_test(tcase, root_is_the_same_for_ever, 0, 3);
	tcase_add_test(tcase, built_in_root_is_what_would_be_minted);
	tcase_add_test(tcase, fingerprints_are_what_openssl_makes);
	tcase_add_test(tcase, root_with_another_signature_is_minted);
	tcase_add_test(tcase, ra_certificates_are_made_once);
	tcase_add_loop_test(tcase, restart_mints_the_same, 0, ROWS(restarts));
	tcase_add_loop_test(tcase, ra_certificates_look_like_those_of_ndes, 0, 2);
	tcase_add_test(tcase, urls_lead_to_the_issuer);
	tcase_add_test(tcase, serials_are_as_ad_cs_makes_them);
	tcase_add_loop_test(tcase, next_ca_follows_under_the_same_name, 0, ROWS(hierarchies));
	tcase_add_loop_test(tcase, certificates_of_challenges_are_minted_once, 0, 2);
	tcase_add_loop_test(tcase, refuses_certificates_that_do_not_fit, 0, ROWS(misfits));
	tcase_add_test(tcase, takes_certificates_that_fit);
	suite_add_tcase(suite, tcase);
	return run_suite(suite);
}
