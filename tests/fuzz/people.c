#include "tests/fuzz/people.h"

#include <openssl/core_names.h>
#include <openssl/rand.h>
#include <stdlib.h>

#include "common/certificate_plan.h"
#include "common/name_parse.h"

/* TEST ONLY, public. Small, so that the fuzzer makes many messages in a second. */
static const char ca_key[] = "-----BEGIN RSA PRIVATE KEY-----\n"
			     "MIICXAIBAAKBgQCfMxwP1pFWGyzAjtpj6yaskskCrocr9nmRSLLB+YaksCUweSVL\n"
			     "WOiayHARbS30uQ6DjazzMgx3B08gOerMWZAHDJQT8kLRA4Y47KnqafRIr24c6JyD\n"
			     "TK5qEJqf/gTG3BAsGZMDE4PaXc72coH6RzEpqDKzBRfg28yAn/ZJqkbVywIDAQAB\n"
			     "AoGBAIyuBHk2ed3mS6ipU/GB5f4QBBMbmRVPS+QHovdoggPcKDDqjPtFSN8mimnL\n"
			     "2hVsxpeXxaJusrcoPVLT+1mzN2KuaU0ncFhd7vGf98dl/RAN/qojO58kvGvdOoBy\n"
			     "k3jV91Wa2G7cHCRTywlDvojc4oeAgJUoS0TYRpqvnslqt1CxAkEAzkrTXpjK0GCq\n"
			     "CD8VSW4hRmE6X1kAYBcp/LN7wZqimhRqjvETVq7Z+zuvt7AsRhWmul9BGHIyQxG4\n"
			     "PdnKRn9SgwJBAMWPXdPxmb91W4ynBhj3rdgSDUKRpkt6JeNmf/NarVrx3pL3A2SR\n"
			     "xhWZ0Xl9sdKATwPyBKbuSW/tV/40BwGSbRkCQBMyrXcJOx6nUEuSK1X5FMmq9La4\n"
			     "3qsSnMqynVrIHEfAjKYe01Dm1sxlopWypHwlOa3wfWtb/Ud2l7HR2dwzrycCQCfg\n"
			     "6bK3qS5hlSpOKMfvbxMXib+vQN8pd+5wKVHJMwcRnbkSzYeGeXKwyvz4J2Xzan/E\n"
			     "YbYEkaRbR5DTlbp2gTkCQFFcAEtIQ3Y0ruL8wJxsVzd/YdPCjbGJn08GFDaZLENW\n"
			     "S3WdaHmv7OG2IlNIWwSA5E+aqyaP6JflHgwwEvuBhgM=\n"
			     "-----END RSA PRIVATE KEY-----\n";

static const char ra_signing_key[] =
	"-----BEGIN RSA PRIVATE KEY-----\n"
	"MIICXQIBAAKBgQDRdyvG+bBSvTFASbivy2csnprg1xe5s104obKULqcT/VIY4Il/\n"
	"fua5y2eobZtBWio5NTKi0GckohnBL/XxBME2d2Fz8UXTbmA4YUWgJWWzVtt8Pb4y\n"
	"QiLWSBh5N0Xb4CBNo2By5/4JOGbDob8w4o5ihTjH/zQOSK72F9oGk+EfIQIDAQAB\n"
	"AoGAfcsx0TcWezn/n/omHfzro1JE9Q53wyBCtcX19yPlVw3lBeei65yMd7v+LppU\n"
	"iPTbMqwOEtVRfCCVkv14mBwg47ymZncFLekkxBElGxg20gE9TS1k4/sNK3DHhTcI\n"
	"WpwgN369QK6dGW7H72X/2N63y7cuKfijg5BNNT1EqrTIpKECQQDtui9TV4G2n8GL\n"
	"M2j4WDeSz/DclWGiBR5CiVo6ZesL7DSFE+4+SGfoTbNRyOG0a6JJTsnbI0WHGKry\n"
	"8BD7JtBFAkEA4ZDfZjdy1ggpKUs0msueV8BdKvOMSmgc57yWOQe8qRmaB31YDoDG\n"
	"bYB7gVXdwL2Q0tsXFiZF/jdOa1gXikQnLQJBANdw0Szlc/+OfndpqurN/+dEHdO6\n"
	"aVXM76R7F9MuxDn04Y/tBQ9azRghOq6Wr72zgcqP5a18JKmPOHWcDLefcEUCQQDR\n"
	"NsAeXLukjTkwVdLa6JVbKs6/cdnjgaGdxytGhkiUR2y4Gag8+3AQTKVBFtVxWeIj\n"
	"0JYfMyykV8PiiHh9BC2ZAkAb9VFuRRmDm9809jebeBUxq2d6RBH/axABxgUi+6pr\n"
	"D48Be2n2Y3vpGCDj/p5FGmKMh7whfKsQl2FcwD/tU4kK\n"
	"-----END RSA PRIVATE KEY-----\n";

static const char ra_encryption_key[] =
	"-----BEGIN RSA PRIVATE KEY-----\n"
	"MIICXQIBAAKBgQDdhOZCrNEF8s+paO6KyjT0j+RLvJZgvQjSLTPYrcwaemASKqmz\n"
	"bWW4e03eMhJr8uVG4FAFHJ8gsDyU40c3DPXn7A1CivSPKcpkmLJzZWCYycB0oTXN\n"
	"hk4LHXq41pI9Eis0c6F0zNBry7wfiBMmSapyQ2feULWPnZBnt8dyDk9W9wIDAQAB\n"
	"AoGBAJxpkbi0k+bSWyTwrbacLqYc0ANWRwxJjefx+PDfTwXHMPzC2Q6TiUao8gOZ\n"
	"cX59hLz1+CqT2hxXtH8guBE7+okWwmen9FAfm+vR+62YlSHEBWeKjJydRkbLukyt\n"
	"goBGYNT9MqKTafslN4H0Qy4aJN9Rqt3Efbzm6MkCnP1bgBBBAkEA8e9DaVRpgdt2\n"
	"7SinGHC4NaOrV/naC+UU+cPZZuV9IOpc8dcE9EyEKlETkeIZqpmU0blCqcflJpwT\n"
	"7UBiGQB8IQJBAOplyl0fvAll/STd0//1b2VD6uTkK/Ca2Zf3YBfEndwJc7OPXawi\n"
	"IGfllpwM0qMcKiTu//E9J7QMMBnenqg+MBcCQQDI4XGHs58nQ6KrqGWV1YIeh5dt\n"
	"pPd3iO6xs/x/g20yN2aVJ4PllOLogAlPx/ynun3m5XyEnIWYWV/yTtMlD1IBAkA2\n"
	"dPOw8wCCxnkrqYXpf6IjysW16/Txb2iCT+y5WOq8Bk4lN3ex2DPjL4nwM2J0lsSL\n"
	"1CMObwDcacB7IieGOvx9AkAYNmf0skei0wd0OUoQhcbQ16jwWCwjhSg6IcthRqjJ\n"
	"lMkp23cOq+2t9gP9UyaR+AyI42wmSEkK7t3DPEv8uGJ7\n"
	"-----END RSA PRIVATE KEY-----\n";

static const char device_key[] =
	"-----BEGIN RSA PRIVATE KEY-----\n"
	"MIICXAIBAAKBgQCvVfY9FHBPpCvwhxGq+DLulw8byQspotTZQIh3JBBa06XEX8YR\n"
	"CYeqwb6HHTMBO6KuLu+KxhftAK3iyKsnriDM5TYF6np5NXz5z9Tsoq88WluIov28\n"
	"RBU7Qu4SQrDbehtbxY3/fgto2iqLVzUH3x3j1gW0CP6BNzWTmLsj0oBVfwIDAQAB\n"
	"AoGAYat19oJbKdIe8+aZre6CmKunK+grAq+E99xd6Fg7kAzUC3b6Y2U2oKU6WBOo\n"
	"5OfucC8PGvPMQiadtnXn+bui4vOk7zvQXOTk/0OQISVpMrTRLEuTO9gJS15iL/jQ\n"
	"l5zuI0QThF2Q85CRkXSwfh+teSps39+VR3h1YmMkZrgUO/ECQQDj6edEdeNWgz4G\n"
	"SrxEHsqHc47Ct9tcvXUGfxqnpLRBtv1e/SjbpN8/Cvt6OsPOy3cuBrBC4SYckiyY\n"
	"tlMgRLe5AkEAxPFcFBf6BQZ7G7/3/kg+npoTNqW90ajiJ43FHd99D9WYid/fHmXU\n"
	"DznUf5D/ayt6msGs82KmzeObyQ6163Ci9wJAVFbuWgs2AYG3piRp3tt2HwHIRo47\n"
	"AuqpL6pBduAgRGEvCcOtJvqwEmhB/01XwGLSy5l2CInAzLna/vgZcst7IQJAZ7Ro\n"
	"tjQB9c952Bz4K7BDOSUM5QPVtqdln0pp99cNdd8V2dRHGyynw/TBzwK9XOOiRgei\n"
	"WO8jwtsN14ulg/rl9QJBALs4uCd2soMlgzucX750p2i9Y93+4MZR0rVeobsG2jbO\n"
	"7zCas3ivyf6ZrIr5nBBlu3+ITZIHDjan5S6fWuCx918=\n"
	"-----END RSA PRIVATE KEY-----\n";

static const char ec_key[] = "-----BEGIN EC PRIVATE KEY-----\n"
			     "MHcCAQEEIJiEGCUAo/SoQyfAqM7/JWkbQ4mpUq2c62uy/1Dl+ii7oAoGCCqGSM49\n"
			     "AwEHoUQDQgAEBCtXCxlZ7m0ph+vh9TLdT6Eb9llhX/4FpR9EWxq9LJIyyTH3s/kO\n"
			     "YEwhHmBBjc/j8D3vGeZup30xmkVu4nPDOg==\n"
			     "-----END EC PRIVATE KEY-----\n";

/* Certificates are valid for longer than any date that a target calls today. */
#define NOT_BEFORE (PEOPLE_NOW - 1000000000)
#define NOT_AFTER  (PEOPLE_NOW + 1000000000)

static const struct {
	const char *pem;
	const char *subject;
	uint32_t key_usage;
	bool is_ca;
} rows[PERSON_COUNT] = {
	[PERSON_CA] = {ca_key, "CN=Fuzzing CA (TEST ONLY)",
		KEY_USAGE_KEY_CERT_SIGN | KEY_USAGE_CRL_SIGN, true},
	[PERSON_RA_SIGNING] = {ra_signing_key, "CN=ndes,O=TEST ONLY", KEY_USAGE_DIGITAL_SIGNATURE,
		false},
	[PERSON_RA_ENCRYPTION] = {ra_encryption_key, "CN=ndes,O=TEST ONLY",
		KEY_USAGE_KEY_ENCIPHERMENT, false},
	[PERSON_DEVICE] = {device_key, "CN=device-1", 0, false},
	[PERSON_EC_DEVICE] = {ec_key, "CN=device-2", 0, false},
};

static struct person people[PERSON_COUNT];

static void
must(bool held)
{
	if (!held)
		abort();
}

/* --- randomness ----------------------------------------------------------------- */

#define DRAWN_SIZE 4096 /* bytes that libcrypto may draw for one input */

/* libcrypto's generator for tests, which gives what it was given; none where it is not built in. */
static void
use_test_generator(void)
{
	if (RAND_set_DRBG_type(NULL, "TEST-RAND", NULL, NULL, NULL) != 1)
		abort();
}

static void
give(EVP_RAND_CTX *generator, uint8_t *drawn)
{
	unsigned strength = 256;
	const OSSL_PARAM parameters[] = {
		OSSL_PARAM_construct_uint(OSSL_RAND_PARAM_STRENGTH, &strength),
		OSSL_PARAM_construct_octet_string(OSSL_RAND_PARAM_TEST_ENTROPY, drawn, DRAWN_SIZE),
		OSSL_PARAM_construct_end(),
	};

	must(generator && EVP_RAND_CTX_set_params(generator, parameters) == 1 &&
		EVP_RAND_instantiate(generator, 256, 0, NULL, 0, NULL) == 1);
}

void
people_draw(unsigned seed)
{
	uint8_t drawn[DRAWN_SIZE];

	for (size_t i = 0; i < sizeof(drawn); i++) {
		seed = seed * 1664525 + 1013904223;
		drawn[i] = (uint8_t)(seed >> 24);
	}
	give(RAND_get0_public(NULL), drawn);
	give(RAND_get0_private(NULL), drawn);
}

/* --- people -------------------------------------------------------------------- */

static void
make_certificate(enum person_role role)
{
	const struct person *issuer = &people[PERSON_CA];
	BUFFER_CLEANUP struct buffer subject = {0}, issuer_name = {0}, spki = {0}, der = {0};
	struct certificate_plan plan = {
		.serial = {1, (uint8_t)role},
		.serial_size = 2,
		.digest = algorithm_digest_named("SHA-256"),
		.not_before = NOT_BEFORE,
		.not_after = NOT_AFTER,
		.key_usage = rows[role].key_usage,
		.is_ca = rows[role].is_ca,
		.subject_key_identifier = true,
		.authority_key_identifier = issuer->certificate.subject_key_identifier,
	};

	must(name_parse(&subject, rows[role].subject, NULL) == DONE &&
		name_parse(&issuer_name, rows[PERSON_CA].subject, NULL) == DONE &&
		key_write_public(&spki, people[role].key, NULL) == DONE);
	plan.subject = buffer_bytes(&subject);
	plan.issuer = buffer_bytes(&issuer_name);
	plan.spki = buffer_bytes(&spki);
	must(certificate_plan_sign(&der, &plan, issuer->key, NULL) == DONE &&
		certificate_read(&people[role].certificate, buffer_bytes(&der), NULL) == DONE);
}

void
people_start(void)
{
	use_test_generator();
	people_draw(0);
	for (size_t i = 0; i < PERSON_COUNT; i++) {
		must(key_read_pem(&people[i].key, bytes_text(rows[i].pem), NULL) == DONE);
		make_certificate((enum person_role)i);
	}
}

const struct person *
people_get(enum person_role role)
{
	return &people[role];
}

const struct person *
people_find(const struct cms_identifier *identifier)
{
	for (size_t i = 0; i < PERSON_COUNT; i++)
		if (cms_identifies(identifier, &people[i].certificate))
			return &people[i];
	return NULL;
}

const struct person *
people_find_key(struct bytes spki)
{
	for (size_t i = 0; i < PERSON_COUNT; i++)
		if (key_same(spki, people[i].certificate.spki))
			return &people[i];
	return NULL;
}
