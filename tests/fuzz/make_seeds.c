/*
 * Makes the first inputs of the targets for messages, with our own encoders:
 * make_seeds DIRECTORY writes TARGET/NAME below it. What is committed in
 * corpus/ came from here, but for what fuzzing found.
 */
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>

#include "common/alternative_name.h"
#include "common/certificate_plan.h"
#include "common/cms_indefinite.h"
#include "common/crl.h"
#include "common/file.h"
#include "common/memory.h"
#include "common/name_parse.h"
#include "common/scep_reply.h"
#include "common/scep_request.h"
#include "tests/fuzz/people.h"

#define COUNT(table) (sizeof(table) / sizeof((table)[0]))

static const char *directory;

static void
must(int result, const struct diag *diag, const char *name)
{
	char words[DIAG_TEXT_SIZE];

	if (result == DONE)
		return;
	fprintf(stderr, "make_seeds: %s: %s\n", name, diag_text(words, diag));
	exit(EXIT_FAILURE);
}

static void
save(const char *target, const char *name, const struct buffer *content)
{
	TEXT_CLEANUP char *folder = text_format("%s/%s", directory, target),
			  *path = text_format("%s/%s", folder, name);
	int descriptor;

	mkdir(folder, 0777);
	descriptor = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0666);
	if (descriptor < 0 || file_write_and_close(descriptor, buffer_bytes(content)) != 0) {
		fprintf(stderr, "make_seeds: %s cannot be written\n", path);
		exit(EXIT_FAILURE);
	}
}

/* --- requests ------------------------------------------------------------------ */

struct csr_row {
	const char *name;
	enum person_role role;
	const char *subject;
	const char *challenge;
	uint8_t challenge_tag;
	const char *names; /* subjectAltName */
	uint32_t key_usage;
	const char *digest;
};

static const struct csr_row csrs[] = {
	{"plain", PERSON_DEVICE, "CN=device-1", PEOPLE_CHALLENGE, 0, NULL, 0, "SHA-256"},
	{"sha1", PERSON_DEVICE, "CN=device-1", PEOPLE_CHALLENGE, 0, NULL, 0, "SHA-1"},
	{"sha512", PERSON_DEVICE, "CN=device-1", NULL, 0, NULL, 0, "SHA-512"},
	{"ec", PERSON_EC_DEVICE, "CN=device-2", PEOPLE_CHALLENGE, 0, NULL, 0, "SHA-256"},
	{"extensions", PERSON_DEVICE, "CN=device-1", PEOPLE_CHALLENGE, 0,
		"DNS:device-1.example,email:a@example.org,URI:https://example.org/,IP:192.0.2.1,"
		"UPN:user@example.org,RID:1.2.3",
		KEY_USAGE_DIGITAL_SIGNATURE | KEY_USAGE_KEY_ENCIPHERMENT, "SHA-256"},
	{"subject", PERSON_DEVICE, "C=US,O=Example\\, Inc.,OU=a+OU=b,DC=local,CN=d\xc3\xa9vice", "",
		0, NULL, 0, "SHA-256"},
	{"empty-subject", PERSON_DEVICE, "", PEOPLE_CHALLENGE, 0, "DNS:a", 0, "SHA-256"},
	{"utf8-challenge", PERSON_DEVICE, "CN=device-1", "\xe2\x82\xac\xf0\x9f\x94\x91",
		DER_UTF8_STRING, NULL, 0, "SHA-256"},
	{"bmp-challenge", PERSON_DEVICE, "CN=device-1", "\xe2\x82\xac", DER_BMP_STRING, NULL, 0,
		"SHA-256"},
	{"universal-challenge", PERSON_DEVICE, "CN=device-1", "abc", DER_UNIVERSAL_STRING, NULL, 0,
		"SHA-256"},
};

static void
put_csr(struct buffer *out, const struct csr_row *row)
{
	BUFFER_CLEANUP struct buffer subject = {0}, names = {0};
	struct csr_plan plan = {
		.challenge = row->challenge,
		.challenge_tag = row->challenge_tag,
		.key_usage = row->key_usage,
		.digest = algorithm_digest_named(row->digest),
	};
	struct diag diag = {0};

	must(name_parse(&subject, row->subject, &diag), &diag, row->name);
	if (row->names)
		must(alternative_name_parse(&names, row->names, &diag), &diag, row->name);
	plan.subject = buffer_bytes(&subject);
	plan.subject_alt_name = buffer_bytes(&names);
	if (row->key_usage)
		plan.purposes[plan.purpose_count++] = oid_bytes(OID_CLIENT_AUTH);
	must(csr_plan_sign(out, &plan, people_get(row->role)->key, &diag), &diag, row->name);
}

static void
make_csrs(void)
{
	for (size_t i = 0; i < COUNT(csrs); i++) {
		BUFFER_CLEANUP struct buffer csr = {0};

		put_csr(&csr, &csrs[i]);
		save("csr", csrs[i].name, &csr);
	}
}

/* --- pkiMessages of devices --------------------------------------------------------- */

struct message_row {
	const char *name;
	unsigned type;
	const char *csr; /* of csrs */
	const char *cipher;
	const char *digest;
	enum key_transport transport;
	bool indefinite;
};

static const struct message_row messages[] = {
	{"pkcs-req", SCEP_PKCS_REQ, "plain", "AES-128", "SHA-256", KEY_TRANSPORT_PKCS1, false},
	{"pkcs-req-sha1-3des", SCEP_PKCS_REQ, "sha1", "3DES", "SHA-1", KEY_TRANSPORT_PKCS1, false},
	{"pkcs-req-sha384-aes192", SCEP_PKCS_REQ, "extensions", "AES-192", "SHA-384",
		KEY_TRANSPORT_PKCS1, false},
	{"pkcs-req-sha512-aes256", SCEP_PKCS_REQ, "subject", "AES-256", "SHA-512",
		KEY_TRANSPORT_PKCS1, false},
	{"pkcs-req-md5-des", SCEP_PKCS_REQ, "plain", "DES", "MD5", KEY_TRANSPORT_PKCS1, false},
	{"pkcs-req-des", SCEP_PKCS_REQ, "plain", "DES", "SHA-1", KEY_TRANSPORT_PKCS1, false},
	{"pkcs-req-oaep", SCEP_PKCS_REQ, "plain", "AES-256", "SHA-256", KEY_TRANSPORT_OAEP, false},
	{"pkcs-req-ec", SCEP_PKCS_REQ, "ec", "AES-128", "SHA-256", KEY_TRANSPORT_PKCS1, false},
	{"pkcs-req-indefinite", SCEP_PKCS_REQ, "plain", "AES-128", "SHA-256", KEY_TRANSPORT_PKCS1,
		true},
	{"renewal-req", SCEP_RENEWAL_REQ, "plain", "AES-128", "SHA-256", KEY_TRANSPORT_PKCS1,
		false},
	{"renewal-req-ec", SCEP_RENEWAL_REQ, "ec", "AES-128", "SHA-512", KEY_TRANSPORT_PKCS1,
		false},
	{"update-req", SCEP_UPDATE_REQ, "bmp-challenge", "3DES", "SHA-1", KEY_TRANSPORT_PKCS1,
		false},
	{"cert-poll", SCEP_CERT_POLL, NULL, "AES-128", "SHA-256", KEY_TRANSPORT_PKCS1, false},
	{"get-cert", SCEP_GET_CERT, NULL, "AES-128", "SHA-256", KEY_TRANSPORT_PKCS1, false},
	{"get-crl", SCEP_GET_CRL, NULL, "AES-128", "SHA-256", KEY_TRANSPORT_PKCS1, true},
	{"unknown-type", 99, NULL, "AES-128", "SHA-256", KEY_TRANSPORT_PKCS1, false},
};

static const struct csr_row *
csr_named(const char *name)
{
	for (size_t i = 0; i < COUNT(csrs); i++)
		if (bytes_equal(bytes_text(csrs[i].name), bytes_text(name)))
			return &csrs[i];
	return NULL;
}

static void
put_message_data(struct buffer *out, const struct message_row *row)
{
	const struct certificate *device = &people_get(PERSON_DEVICE)->certificate;

	if (row->csr)
		put_csr(out, csr_named(row->csr));
	else if (row->type == SCEP_CERT_POLL)
		scep_request_put_issuer_and_subject(out, device->issuer, device->subject);
	else
		scep_request_put_issuer_and_serial(out, device->issuer, device->serial);
}

/* How to seal to one of the people. */
static struct envelope_plan
envelope_to(enum person_role role, const char *cipher, enum key_transport transport)
{
	const struct person *recipient = people_get(role);

	return (struct envelope_plan){
		.issuer = recipient->certificate.issuer,
		.serial = recipient->certificate.serial,
		.key = recipient->key,
		.transport = transport,
		.cipher = algorithm_cipher_named(cipher),
	};
}

static void
make_message(const struct message_row *row)
{
	const struct person *signer =
		people_get(row->csr ? csr_named(row->csr)->role : PERSON_DEVICE);
	BUFFER_CLEANUP struct buffer data = {0}, message = {0}, indefinite = {0};
	struct scep_request_plan plan = {
		.message_type = row->type,
		.transaction_id = PEOPLE_TRANSACTION_ID,
		.sender_nonce = bytes_text(PEOPLE_NONCE),
		.envelope = envelope_to(PERSON_RA_ENCRYPTION, row->cipher, row->transport),
		.digest = algorithm_digest_named(row->digest),
		.signer = &signer->certificate,
		.signer_key = signer->key,
	};
	struct diag diag = {0};

	people_draw(1);
	put_message_data(&data, row);
	plan.message_data = buffer_bytes(&data);
	must(scep_request_write(&message, &plan, &diag), &diag, row->name);
	if (row->indefinite)
		must(cms_indefinite_write(&indefinite, buffer_bytes(&message), &diag), &diag,
			row->name);
	save("pki_message", row->name, row->indefinite ? &indefinite : &message);
}

static void
make_messages(void)
{
	for (size_t i = 0; i < COUNT(messages); i++)
		make_message(&messages[i]);
}

/* --- CertReps --------------------------------------------------------------------------- */

#define DAY 86400

struct reply_row {
	const char *name;
	unsigned status;
	unsigned fail_info;
	enum scep_reply_content content;
	const char *cipher; /* of an envelope */
	enum person_role signer;
	enum person_role device; /* EC: sealed with the challenge */
	bool crl;                /* holds a CRL, not certificates */
	bool texts;              /* failInfoText and Microsoft's attributes */
};

static const struct reply_row replies[] = {
	{"success", SCEP_STATUS_SUCCESS, 0, SCEP_CONTENT_ENVELOPE, "AES-128", PERSON_RA_SIGNING,
		PERSON_DEVICE, false, false},
	{"success-3des", SCEP_STATUS_SUCCESS, 0, SCEP_CONTENT_ENVELOPE, "3DES", PERSON_RA_SIGNING,
		PERSON_DEVICE, false, false},
	{"success-des", SCEP_STATUS_SUCCESS, 0, SCEP_CONTENT_ENVELOPE, "DES", PERSON_RA_SIGNING,
		PERSON_DEVICE, false, false},
	{"success-ec", SCEP_STATUS_SUCCESS, 0, SCEP_CONTENT_ENVELOPE, "AES-256", PERSON_RA_SIGNING,
		PERSON_EC_DEVICE, false, false},
	{"success-crl", SCEP_STATUS_SUCCESS, 0, SCEP_CONTENT_ENVELOPE, "AES-128", PERSON_RA_SIGNING,
		PERSON_DEVICE, true, false},
	{"success-by-ca", SCEP_STATUS_SUCCESS, 0, SCEP_CONTENT_ENVELOPE, "AES-192", PERSON_CA,
		PERSON_DEVICE, false, true},
	{"pending", SCEP_STATUS_PENDING, 0, SCEP_CONTENT_ABSENT, NULL, PERSON_RA_SIGNING,
		PERSON_DEVICE, false, false},
	{"failure", SCEP_STATUS_FAILURE, SCEP_FAIL_BAD_REQUEST, SCEP_CONTENT_ZERO_BYTE, NULL,
		PERSON_RA_SIGNING, PERSON_DEVICE, false, false},
	{"failure-texts", SCEP_STATUS_FAILURE, SCEP_FAIL_BAD_ALG, SCEP_CONTENT_ZERO_BYTE, NULL,
		PERSON_RA_SIGNING, PERSON_DEVICE, false, true},
	{"failure-without-content", SCEP_STATUS_FAILURE, SCEP_FAIL_BAD_TIME, SCEP_CONTENT_ABSENT,
		NULL, PERSON_RA_SIGNING, PERSON_DEVICE, false, false},
	{"unknown-status", 7, 0, SCEP_CONTENT_ABSENT, NULL, PERSON_RA_SIGNING, PERSON_DEVICE, false,
		false},
};

/* A certificate such as the CA gives to this device. */
static void
put_issued(struct buffer *out, enum person_role role)
{
	const struct person *ca = people_get(PERSON_CA), *device = people_get(role);
	BUFFER_CLEANUP struct buffer names = {0};
	struct certificate_plan plan = {
		.serial = {0x61, 0, 0, 0, 2, 0x5a},
		.serial_size = 6,
		.digest = algorithm_digest_named("SHA-256"),
		.issuer = ca->certificate.subject,
		.not_before = PEOPLE_NOW - DAY,
		.not_after = PEOPLE_NOW + 365 * DAY,
		.subject = device->certificate.subject,
		.spki = device->certificate.spki,
		.template_name = "IPSECIntermediateOffline",
		.purposes = {oid_bytes(OID_CLIENT_AUTH)},
		.purpose_count = 1,
		.key_usage = KEY_USAGE_DIGITAL_SIGNATURE | KEY_USAGE_KEY_ENCIPHERMENT,
		.subject_key_identifier = true,
		.authority_key_identifier = ca->certificate.subject_key_identifier,
		.crl_url = "http://ndes.example/ca.crl",
		.issuer_url = "http://ndes.example/ca.crt",
	};
	struct diag diag = {0};

	must(alternative_name_parse(&names, "DNS:device.example", &diag), &diag, "issued");
	plan.subject_alt_name = buffer_bytes(&names);
	must(certificate_plan_sign(out, &plan, ca->key, &diag), &diag, "issued");
}

static void
put_crl(struct buffer *out)
{
	const struct person *ca = people_get(PERSON_CA);
	const struct crl_entry entries[] = {
		{people_get(PERSON_DEVICE)->certificate.serial, PEOPLE_NOW - DAY,
			REVOKED_KEY_COMPROMISE},
		{people_get(PERSON_EC_DEVICE)->certificate.serial, PEOPLE_NOW - DAY,
			REVOKED_UNSPECIFIED},
	};
	const struct crl_plan plan = {
		.issuer = ca->certificate.subject,
		.authority_key_identifier = ca->certificate.subject_key_identifier,
		.number = 7,
		.this_update = PEOPLE_NOW - DAY,
		.next_update = PEOPLE_NOW + 7 * DAY,
		.digest = algorithm_digest_named("SHA-256"),
		.entries = entries,
		.entry_count = COUNT(entries),
	};
	struct diag diag = {0};

	must(crl_plan_sign(out, &plan, ca->key, &diag), &diag, "crl");
}

/* The certs-only SignedData inside. */
static void
put_answer(struct buffer *out, const struct reply_row *row)
{
	BUFFER_CLEANUP struct buffer issued = {0}, crl = {0};
	struct bytes certificates[2];

	if (row->crl) {
		put_crl(&crl);
		certs_only_write(out, NULL, 0, buffer_bytes(&crl));
		return;
	}
	put_issued(&issued, row->device);
	certificates[0] = buffer_bytes(&issued);
	certificates[1] = buffer_bytes(&people_get(PERSON_CA)->certificate.der);
	certs_only_write(out, certificates, COUNT(certificates), BYTES_NONE);
}

static void
set_texts(struct scep_reply_plan *plan)
{
	plan->has_error = true;
	plan->error = (int32_t)0x80070057;
	plan->server_message = "TEST ONLY";
	plan->fail_info_text = "d\xc3\xa9j\xc3\xa0 vu";
	plan->signing_time = PEOPLE_NOW;
	plan->signature_names_digest = true;
}

static void
make_reply(const struct reply_row *row)
{
	const struct person *signer = people_get(row->signer);
	BUFFER_CLEANUP struct buffer data = {0}, message = {0};
	struct scep_reply_plan plan = {
		.message_type = SCEP_CERT_REP,
		.status = row->status,
		.fail_info = row->fail_info,
		.transaction_id = PEOPLE_TRANSACTION_ID,
		.sender_nonce = bytes_text("another nonce..."),
		.recipient_nonce = bytes_text(PEOPLE_NONCE),
		.content = row->content,
		.digest = algorithm_digest_named("SHA-1"),
		.digest_parameters_null = true,
		.signer = &signer->certificate,
		.signer_key = signer->key,
	};
	struct diag diag = {0};

	people_draw(1);
	if (row->content == SCEP_CONTENT_ENVELOPE) {
		put_answer(&data, row);
		plan.message_data = buffer_bytes(&data);
		plan.envelope = envelope_to(row->device, row->cipher, KEY_TRANSPORT_PKCS1);
		if (row->device == PERSON_EC_DEVICE)
			plan.envelope.password = bytes_text(PEOPLE_CHALLENGE);
	}
	if (row->texts)
		set_texts(&plan);
	must(scep_reply_write(&message, &plan, &diag), &diag, row->name);
	save("cert_rep", row->name, &message);
}

static void
make_replies(void)
{
	for (size_t i = 0; i < COUNT(replies); i++)
		make_reply(&replies[i]);
}

/* --- envelopes ------------------------------------------------------------------------- */

struct envelope_row {
	const char *name;
	const char *cipher;
	enum key_transport transport;
	bool password;
	bool two; /* a further recipient, the RA, stands first */
	const char *content;
};

static const struct envelope_row envelopes[] = {
	{"des", "DES", KEY_TRANSPORT_PKCS1, false, false, "content"},
	{"3des", "3DES", KEY_TRANSPORT_PKCS1, false, false, "content"},
	{"aes128", "AES-128", KEY_TRANSPORT_PKCS1, false, false, "content of 16 by"},
	{"aes192", "AES-192", KEY_TRANSPORT_PKCS1, false, false, ""},
	{"aes256-oaep", "AES-256", KEY_TRANSPORT_OAEP, false, false, "content"},
	{"two-recipients", "AES-128", KEY_TRANSPORT_PKCS1, false, true, "content"},
	{"password-3des", "3DES", KEY_TRANSPORT_PKCS1, true, false, "content"},
	{"password-aes256", "AES-256", KEY_TRANSPORT_PKCS1, true, false, "content"},
	{"key-and-password", "AES-128", KEY_TRANSPORT_OAEP, true, true, "content"},
};

static void
make_envelope(const struct envelope_row *row)
{
	struct envelope_plan ra = envelope_to(PERSON_RA_ENCRYPTION, row->cipher, row->transport),
			     plan = envelope_to(PERSON_DEVICE, row->cipher, row->transport);
	BUFFER_CLEANUP struct buffer envelope = {0};
	struct diag diag = {0};

	people_draw(1);
	if (row->password)
		plan.password = bytes_text(PEOPLE_CHALLENGE);
	if (row->two)
		plan.first = &ra;
	must(envelope_seal(&envelope, &plan, bytes_text(row->content), &diag), &diag, row->name);
	save("enveloped_data", row->name, &envelope);
}

static void
make_envelopes(void)
{
	for (size_t i = 0; i < COUNT(envelopes); i++)
		make_envelope(&envelopes[i]);
}

/* --- answers to GetCACert ----------------------------------------------------------------- */

static void
save_list(const char *name, const enum person_role *roles, size_t count)
{
	BUFFER_CLEANUP struct buffer list = {0};
	struct bytes certificates[PERSON_COUNT];

	for (size_t i = 0; i < count; i++)
		certificates[i] = buffer_bytes(&people_get(roles[i])->certificate.der);
	certs_only_write(&list, certificates, count, BYTES_NONE);
	save("ca_certificates", name, &list);
}

static void
make_ca_certificates(void)
{
	static const enum person_role ndes[] = {PERSON_RA_SIGNING, PERSON_RA_ENCRYPTION, PERSON_CA},
				      ca_first[] = {PERSON_CA, PERSON_RA_ENCRYPTION},
				      nobody[] = {PERSON_DEVICE, PERSON_EC_DEVICE};
	BUFFER_CLEANUP struct buffer issued = {0}, crl = {0}, list = {0};

	save_list("ndes", ndes, COUNT(ndes));
	save_list("ca-first", ca_first, COUNT(ca_first));
	save_list("without-ca", nobody, COUNT(nobody));
	save_list("empty", NULL, 0);
	save("ca_certificates", "ca", &people_get(PERSON_CA)->certificate.der);
	put_issued(&issued, PERSON_EC_DEVICE);
	save("ca_certificates", "device", &issued);
	put_crl(&crl);
	save("ca_certificates", "crl", &crl);
	certs_only_write(&list, NULL, 0, buffer_bytes(&crl));
	save("ca_certificates", "crl-alone", &list);
}

int
main(int argc, char **argv)
{
	if (argc != 2) {
		fprintf(stderr, "usage: make_seeds DIRECTORY\n");
		return EXIT_FAILURE;
	}
	directory = argv[1];
	people_start();
	make_csrs();
	make_messages();
	make_replies();
	make_envelopes();
	make_ca_certificates();
	return EXIT_SUCCESS;
}
