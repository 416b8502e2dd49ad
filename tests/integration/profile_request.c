#include "tests/integration/profile_request.h"

#include <check.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/certificate_plan.h"
#include "common/key.h"
#include "common/name_parse.h"
#include "server/challenge_intune.h"

#define SCEP_PATH "/certsrv/mscep/mscep.dll"
#define HOST                                                                                       \
	" HTTP/1.1\r\nHost: ndes.contoso.com\r\nUser-Agent: Mozilla/4.0 (compatible; Win32; NDES " \
	"client)\r\n\r\n"

/* What a challenge of Intune says. */
struct intune_claims {
	const char *subject;
	int64_t expires_in; /* seconds */
};

static const struct intune_claims intune_good = {"CN=device", 3600};
static const struct intune_claims intune_expired = {"CN=device", -1};
static const struct intune_claims intune_of_another = {"CN=another", 3600};

struct profile_request_kind {
	const char *name;
	const char *target; /* of a plain GET; NULL: a message */
	bool by_get;
	bool is_long;
	bool long_path;
	bool with_password;
	const char *challenge;              /* in place of the password */
	const struct intune_claims *intune; /* in place of the password as well */
	bool ec_key;
	bool raw; /* base64 as it is, a raw + included */
	bool chunked;
	bool renewal;
	bool poll;
	const char *subject;
	bool to_ca;          /* encrypted to the CA's certificate */
	bool to_all;         /* encrypted to it, and to the RA's */
	bool foreign_signer; /* a RenewalReq, signed with a certificate that another CA issued */
};

static const struct profile_request_kind kinds[] = {
	{.name = "probe", .target = SCEP_PATH},
	{.name = "GetCACaps", .target = SCEP_PATH "?operation=GetCACaps&message=default"},
	{.name = "GetCACaps by long path", .target = "?operation=GetCACaps", .long_path = true},
	{.name = "GetCACaps by double-escaped path",
		.target = SCEP_PATH "/a%252Fb?operation=GetCACaps"},
	{.name = "GetCACert", .target = SCEP_PATH "?operation=GetCACert&message=default"},
	{.name = "admin_page", .target = "/certsrv/mscep_admin/"},
	{.name = "PKIOperation by GET", .by_get = true},
	{.name = "PKIOperation by long GET", .by_get = true, .is_long = true},
	{.name = "PKIOperation by POST"},
	{.name = "PKIOperation by raw GET", .by_get = true, .raw = true},
	{.name = "PKIOperation by chunked POST", .chunked = true},
	{.name = "PKIOperation with password", .with_password = true},
	{.name = "PKIOperation without challenge", .challenge = "-"},
	{.name = "PKIOperation with unknown password", .challenge = "0123456789ABCDEF"},
	{.name = "PKIOperation with Intune challenge", .intune = &intune_good},
	{.name = "PKIOperation with expired Intune challenge", .intune = &intune_expired},
	{.name = "PKIOperation with another's Intune challenge", .intune = &intune_of_another},
	{.name = "PKIOperation with EC key", .ec_key = true},
	{.name = "PKIOperation without subject", .subject = ""},
	{.name = "PKIOperation encrypted to the CA", .to_ca = true},
	{.name = "PKIOperation encrypted to all", .to_all = true},
	{.name = "renewal", .renewal = true},
	{.name = "renewal with another subject", .renewal = true, .subject = "CN=another"},
	{.name = "renewal with another CA's certificate", .foreign_signer = true},
	{.name = "poll", .poll = true},
};

const struct profile_request_kind *
profile_request_find(const struct profile_play *play, const json_t *expectation)
{
	const char *name = json_string_value(json_object_get(expectation, "request"));

	for (size_t i = 0; name && i < sizeof(kinds) / sizeof(kinds[0]); i++)
		if (strcmp(kinds[i].name, name) == 0)
			return &kinds[i];
	PROFILE_FAIL(play, "no request is called \"%s\"", name ? name : "");
}

/* 26 segments of 200 bytes: more than request filtering takes unless it is told to, and nothing that
 * http.sys minds. */
static void
append_long_path(struct buffer *out)
{
	buffer_append_text(out, SCEP_PATH);
	for (int i = 0; i < 26; i++)
		buffer_append_format(out, "/%0200d", i);
}

/* Names enough for a message that is 9 kB of URL. */
static char *
long_names(void)
{
	struct buffer out = {0};

	for (int i = 0; i < 230; i++)
		buffer_append_format(&out, "%sDNS:device-%03d.contoso.com", i ? "," : "", i);
	return buffer_text(&out);
}

bool
profile_request_is_message(const struct profile_request_kind *kind)
{
	return kind->target == NULL;
}

static const char *
mint_challenge(struct profile_request *request, const struct profile_play *play,
	const struct intune_claims *intune)
{
	const struct server *server = play->deployment.server;
	char words[DIAG_TEXT_SIZE], identifier[32];
	struct diag diag = {0};
	struct challenge_claims claims = {
		.identifier = identifier,
		.subject = (char *)intune->subject,
		.expires_at = clock_now(&server->clock) + intune->expires_in,
	};

	snprintf(identifier, sizeof(identifier), "challenge-%zu", play->pending);
	if (challenge_intune_mint(&request->challenge, &server->pki, &claims, &diag) != DONE)
		PROFILE_FAIL(play, "%s", diag_text(words, &diag));
	return buffer_text(&request->challenge);
}

/* Gives the device a certificate for its key that another CA issued. */
static void
use_foreign_certificate(struct profile_play *play)
{
	struct device *device = &play->device;
	const struct certificate *own = &device->signer;
	EVP_PKEY *key = pki_key(&play->deployment.server->pki, PKI_NEXT_CA);
	BUFFER_CLEANUP struct buffer issuer = {0}, der = {0};
	struct certificate_plan plan = {
		.serial = {7},
		.serial_size = 1,
		.digest = algorithm_digest_named("SHA-256"),
		.not_before = own->not_before,
		.not_after = own->not_after,
		.subject = own->subject,
		.spki = own->spki,
		.key_usage = KEY_USAGE_DIGITAL_SIGNATURE | KEY_USAGE_KEY_ENCIPHERMENT,
	};

	ck_assert_int_eq(name_parse(&issuer, "CN=CA of somebody else", NULL), DONE);
	plan.issuer = buffer_bytes(&issuer);
	ck_assert_int_eq(certificate_plan_sign(&der, &plan, key, NULL), DONE);
	certificate_done(&device->signer);
	ck_assert_int_eq(certificate_read(&device->signer, buffer_bytes(&der), NULL), DONE);
}

/* Fills the message of a kind. */
static void
fill_message(struct profile_request *request, struct profile_play *play,
	const struct profile_request_kind *kind)
{
	struct device_message *message = &request->message;
	struct device *device = &play->device;

	*message = (struct device_message){.by_get = kind->by_get,
		.raw_query = kind->raw,
		.chunked = kind->chunked,
		.subject = kind->subject,
		.to_ca = kind->to_ca,
		.to_all = kind->to_all};
	if (!kind->poll)
		snprintf(play->transaction, sizeof(play->transaction), "transaction-%zu",
			++play->pending);
	message->transaction_id = play->transaction;
	if (kind->is_long)
		message->san = request->names = long_names();
	if (kind->with_password)
		message->challenge = play->password;
	if (kind->challenge)
		message->challenge = kind->challenge;
	if (kind->intune)
		message->challenge = mint_challenge(request, play, kind->intune);
	if (kind->ec_key) {
		ck_assert_int_eq(key_generate_ec(&request->key, "P-256", NULL), DONE);
		message->csr_key = request->key;
	}
	if (kind->renewal) {
		if (device->certificate.der.size == 0)
			PROFILE_FAIL(play, "a renewal needs a certificate that was issued before");
		device_use_certificate(device);
		message->challenge = "-";
	}
	if (kind->foreign_signer) {
		use_foreign_certificate(play);
		message->message_type = SCEP_RENEWAL_REQ;
		message->challenge = "-";
	}
	if (kind->poll) {
		message->message_type = SCEP_CERT_POLL;
		scep_request_put_issuer_and_subject(
			&request->data, device->ca.subject, device->signer.subject);
		message->data = buffer_bytes(&request->data);
	}
}

static void
write_get(struct buffer *out, const struct profile_request_kind *kind)
{
	buffer_append_text(out, "GET ");
	if (kind->long_path)
		append_long_path(out);
	buffer_append_format(out, "%s%s", kind->target, HOST);
}

void
profile_request_init(struct profile_request *out, struct profile_play *play,
	const struct profile_request_kind *kind)
{
	*out = (struct profile_request){0};
	if (kind->target) {
		write_get(&out->wire, kind);
		return;
	}
	fill_message(out, play, kind);
	device_write_request(&out->wire, &play->device, &out->message);
}

void
profile_request_done(struct profile_request *request)
{
	buffer_done(&request->wire);
	free(request->names);
	buffer_done(&request->data);
	buffer_done(&request->challenge);
	EVP_PKEY_free(request->key);
}
