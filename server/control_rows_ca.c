/* The CA of a site: its chain, its CRL, its rollover, and the RA certificates. */
#include <string.h>

#include "common/crl.h"
#include "common/name.h"
#include "common/pem.h"
#include "server/ca_crl.h"
#include "server/control_rows.h"
#include "server/control_time.h"
#include "server/ra_certificates.h"
#include "server/server.h"
#include "server/site_authority.h"
#include "server/site_verb.h"

static const struct control_field certificate_members[] = {
	{"role", CONTROL_TEXT, .help = "ra_signing, ra_encryption, issuing_ca or root_ca"},
	{"subject", CONTROL_TEXT, .help = "as text"},
	{"issuer", CONTROL_TEXT, .help = "as text"},
	{"serial", CONTROL_TEXT, .help = "in hexadecimal digits"},
	{"not_before", CONTROL_TIME, .help = "of its validity"},
	{"not_after", CONTROL_TIME, .help = "of its validity"},
	{"sha256", CONTROL_TEXT, .help = "its fingerprint"},
	{"md5", CONTROL_TEXT, .help = "the thumbprint that the admin page shows"},
	{"pem", CONTROL_TEXT, .help = "the certificate"},
	{0},
};

static const struct control_field crl_members[] = {
	{"this_update", CONTROL_TIME, .help = "as it says"},
	{"next_update", CONTROL_TIME, .help = "as it says"},
	{"pem", CONTROL_TEXT, .help = "the CRL"},
	{0},
};

static const struct control_field ca_members[] = {
	{"generation", CONTROL_TEXT, .help = "the setting ca_generation: current or next"},
	{"chain", CONTROL_OBJECTS, .fields = certificate_members, .help = "what GetCACert gives"},
	{"crl", CONTROL_OBJECT, .fields = crl_members, .help = "of the CA that issues"},
	{0},
};

static const char *const step_words[] = {"offer", "switch", NULL};
static const char *const ra_words[] = {"expired", "renewed", NULL};

static const struct control_field rollover_members[] = {
	{"step", CONTROL_CHOICE, .choices = step_words, .required = true,
		.help = "offer: GetNextCACert gives the next CA; switch: it takes over"},
	{0},
};

static const struct control_field ra_members[] = {
	{"state", CONTROL_CHOICE, .choices = ra_words, .required = true,
		.help = "expired: they have run out; renewed: they are enrolled anew"},
	{0},
};

/* --- telling ----------------------------------------------------------------------------------- */

static json_t *
name_json(struct bytes name)
{
	BUFFER_CLEANUP struct buffer text = {0};

	name_text(&text, name);
	return json_string(buffer_text(&text));
}

static json_t *
hex_json(struct bytes bytes)
{
	BUFFER_CLEANUP struct buffer text = {0};

	buffer_append_hex(&text, bytes);
	return json_string(buffer_text(&text));
}

static json_t *
fingerprint_json(const struct certificate *certificate, const char *name)
{
	const struct digest_algorithm *digest = algorithm_digest_named(name);
	uint8_t octets[EVP_MAX_MD_SIZE];

	if (pki_fingerprint(octets, certificate, digest, NULL) != DONE)
		return json_null();
	return hex_json(BYTES(octets, digest->size));
}

static const char *
role_of(const struct authority *authority, const struct certificate *certificate)
{
	if (certificate == ra_certificates_signing(authority))
		return "ra_signing";
	if (certificate == ra_certificates_encryption(authority))
		return "ra_encryption";
	return certificate == &authority->root ? "root_ca" : "issuing_ca";
}

static json_t *
certificate_json(const struct authority *authority, const struct certificate *certificate)
{
	BUFFER_CLEANUP struct buffer pem = {0};

	pem_write(&pem, "CERTIFICATE", buffer_bytes(&certificate->der));
	return json_pack("{s:s, s:o, s:o, s:o, s:o, s:o, s:o, s:o, s:s}", "role",
		role_of(authority, certificate), "subject", name_json(certificate->subject),
		"issuer", name_json(certificate->issuer), "serial", hex_json(certificate->serial),
		"not_before", control_time_json(1000 * certificate->not_before), "not_after",
		control_time_json(1000 * certificate->not_after), "sha256",
		fingerprint_json(certificate, "SHA-256"), "md5",
		fingerprint_json(certificate, "MD5"), "pem", buffer_text(&pem));
}

static json_t *
chain_json(const struct authority *authority)
{
	const struct certificate *chain[AUTHORITY_CHAIN_MAX];
	size_t count = authority_chain(chain, authority);
	json_t *list = json_array();

	for (size_t i = 0; i < count; i++)
		json_array_append_new(list, certificate_json(authority, chain[i]));
	return list;
}

static json_t *
crl_json(struct bytes der)
{
	CRL_CLEANUP struct crl crl = {0};
	BUFFER_CLEANUP struct buffer pem = {0};

	if (crl_read(&crl, der, NULL) != DONE)
		return json_null();
	pem_write(&pem, "X509 CRL", der);
	return json_pack("{s:o, s:o, s:s}", "this_update",
		control_time_json(1000 * crl.this_update), "next_update",
		control_time_json(1000 * crl.next_update), "pem", buffer_text(&pem));
}

typedef int crl_maker(struct buffer *out, const struct site *site,
	const struct condition *condition, const struct authority_ca *ca, int64_t now,
	struct diag *diag);

/* Makes the CRL of the CA that issues; the problem is set when that fails. */
static bool
make_crl(
	struct buffer *out, struct control_call *call, struct condition *condition, crl_maker *make)
{
	struct diag diag = {0};
	int result = make(out, call->site, condition, &condition->authority->cas[0],
		clock_now(&call->site->clock), &diag);

	if (result != DONE)
		control_refuse_outcome(call, result, 500, &diag);
	return result == DONE;
}

static void
answer(struct control_call *call, crl_maker *make)
{
	struct condition *condition = site_hold_condition(call->site);
	BUFFER_CLEANUP struct buffer crl = {0};

	if (make_crl(&crl, call, condition, make))
		control_answer(call, 200,
			json_pack("{s:s, s:o, s:o}", "generation",
				condition->authority->renewed ? "next" : "current", "chain",
				chain_json(condition->authority), "crl",
				crl_json(buffer_bytes(&crl))));
	condition_release(condition);
}

static void
get(struct control_call *call)
{
	answer(call, ca_crl);
}

static void
publish_crl(struct control_call *call)
{
	answer(call, ca_crl_publish);
}

static void
get_crl(struct control_call *call)
{
	struct condition *condition = site_hold_condition(call->site);
	BUFFER_CLEANUP struct buffer crl = {0};

	if (make_crl(&crl, call, condition, ca_crl))
		control_answer_text(call, "application/pkix-crl", &crl);
	condition_release(condition);
}

static void
get_chain(struct control_call *call)
{
	struct condition *condition = site_hold_condition(call->site);
	const struct certificate *chain[AUTHORITY_CHAIN_MAX];
	size_t count = authority_chain(chain, condition->authority);
	BUFFER_CLEANUP struct buffer pem = {0};

	for (size_t i = 0; i < count; i++)
		pem_write(&pem, "CERTIFICATE", buffer_bytes(&chain[i]->der));
	control_answer_text(call, "application/x-pem-file", &pem);
	condition_release(condition);
}

/* --- changing ----------------------------------------------------------------------------------- */

/* A site is changed on the I/O thread, as its rules and profiles are; only the telling is left to a
 * worker thread. */
static void
change(struct control_call *call, int (*how)(struct site *site, struct diag *diag))
{
	struct diag diag = {0};
	int result = how(call->site, &diag);

	call->works = result == DONE;
	if (result != DONE)
		control_refuse_outcome(call, result, 409, &diag);
}

static void
roll_over(struct control_call *call)
{
	bool offer = strcmp(control_member_text(call->body, "step", ""), "offer") == 0;

	change(call, offer ? site_authority_offer_next : site_authority_switch);
}

static void
change_ra(struct control_call *call)
{
	bool expired = strcmp(control_member_text(call->body, "state", ""), "expired") == 0;

	change(call, expired ? site_authority_expire_ra : site_renew_ra_certificates);
}

#define CA "/v1/sites/{site}/ca"

/* What tells of a CRL may cost a private-key operation. */
const struct control_route control_rows_ca[] = {
	{"GET", CA, "getCa", "tells about the CA", .success = 200, .answer = ca_members,
		.work = get},
	{"GET", CA "/chain.pem", "getChain", "gives the chain of GetCACert", .success = 200,
		.content_type = "application/x-pem-file", .run = get_chain},
	{"GET", CA "/crl", "getCrl", "gives the current CRL", .success = 200,
		.content_type = "application/pkix-crl", .work = get_crl},
	{"POST", CA "/crl", "publishCrl", "publishes a new CRL now", .body = control_field_none,
		.success = 200, .answer = ca_members, .work = publish_crl},
	{"POST", CA "/rollover", "rollOver", "offers the next CA, or switches to it",
		.body = rollover_members, .body_required = true, .success = 200,
		.answer = ca_members, .run = roll_over, .work = get},
	{"POST", CA "/ra-certificates", "changeRaCertificates",
		"lets the RA certificates expire, or renews them", .body = ra_members,
		.body_required = true, .success = 200, .answer = ca_members, .run = change_ra,
		.work = get},
	{0},
};
