#include "server/certificate_template.h"

#include <strings.h>

/* Which bits make a request one for signature or for encryption. */
#define SIGNING (KEY_USAGE_DIGITAL_SIGNATURE | KEY_USAGE_NON_REPUDIATION)
#define ENCRYPTION                                                                                 \
	(KEY_USAGE_KEY_ENCIPHERMENT | KEY_USAGE_DATA_ENCIPHERMENT | KEY_USAGE_KEY_AGREEMENT)

/* What most templates allow. */
#define BOTH (KEY_USAGE_DIGITAL_SIGNATURE | KEY_USAGE_KEY_ENCIPHERMENT)

static const struct certificate_template templates[] = {
	{"IPSECIntermediateOffline", "IPSec (Offline request)", BOTH, {OID_IPSEC_IKE_INTERMEDIATE}},
	{"IPSECIntermediateOnline", "IPSec", BOTH, {OID_IPSEC_IKE_INTERMEDIATE}},
	{"OfflineRouter", "Router (Offline request)", BOTH, {OID_CLIENT_AUTH}},
	{"WebServer", "Web Server", BOTH, {OID_SERVER_AUTH}},
	{"Machine", "Computer", BOTH, {OID_CLIENT_AUTH, OID_SERVER_AUTH}},
	{"User", "User", BOTH, {OID_ENCRYPTING_FILE_SYSTEM, OID_EMAIL_PROTECTION, OID_CLIENT_AUTH}},
	{"ClientAuth", "Authenticated Session", KEY_USAGE_DIGITAL_SIGNATURE, {OID_CLIENT_AUTH}},
	{"EnrollmentAgentOffline", "Exchange Enrollment Agent (Offline request)",
		KEY_USAGE_DIGITAL_SIGNATURE, {OID_CERTIFICATE_REQUEST_AGENT}},
	{"CEPEncryption", "CEP Encryption", KEY_USAGE_KEY_ENCIPHERMENT,
		{OID_CERTIFICATE_REQUEST_AGENT}},
};

const char *
certificate_template_name(const struct settings *settings, uint32_t key_usage)
{
	bool signs = key_usage & SIGNING, encrypts = key_usage & ENCRYPTION;

	if (signs == encrypts)
		return settings->general_purpose_template;
	return signs ? settings->signature_template : settings->encryption_template;
}

const char *
certificate_template_setting(uint32_t key_usage)
{
	bool signs = key_usage & SIGNING, encrypts = key_usage & ENCRYPTION;

	if (signs == encrypts)
		return "general_purpose_template";
	return signs ? "signature_template" : "encryption_template";
}

int
certificate_template_find(
	const struct certificate_template **out, const char *name, struct diag *diag)
{
	static const char object[] = "certificate template",
			  clause[] = "CERTSRV_E_UNSUPPORTED_CERT_TYPE";
	const size_t count = sizeof(templates) / sizeof(templates[0]);

	for (size_t i = 0; i < count; i++) {
		if (strcasecmp(templates[i].name, name) == 0) {
			*out = &templates[i];
			return DONE;
		}
	}
	for (size_t i = 0; i < count; i++)
		if (strcasecmp(templates[i].display_name, name) == 0)
			return diag_refuse(diag, object, clause, templates[i].name,
				"\"%s\", which is a display name", name);
	return diag_refuse(diag, object, clause,
		"the name of a template that the CA offers, such as IPSECIntermediateOffline",
		"\"%s\"", name);
}

void
certificate_template_apply(struct certificate_plan *plan,
	const struct certificate_template *template, uint32_t requested)
{
	plan->template_name = template->name;
	plan->purpose_count = 0;
	for (const enum oid *purpose = template->purposes; *purpose != OID_UNKNOWN; purpose++)
		plan->purposes[plan->purpose_count++] = oid_bytes(*purpose);
	/* A request for nothing that the template allows gets what the template allows. */
	plan->key_usage = requested & template->key_usage ? requested & template->key_usage
							  : template->key_usage;
}
