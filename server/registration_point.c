#include "server/registration_point.h"

#include <stdlib.h>
#include <string.h>

#include "common/hresult.h"
#include "server/connector_log.h"
#include "server/exchange.h"

#define SERVICE "/CertificateRegistrationSvc/Certificate/"
#define REGISTRY_PATH                                                                              \
	"HKEY_LOCAL_"                                                                              \
	"MACHINE\\SOFTWARE\\Microsoft\\Cryptography\\MSCEP\\Modules\\NDESPolicy\\NDESCertThumbpri" \
	"nt"

/* Group policy is applied anew every 90 minutes. */
#define GROUP_POLICY_MS (90 * INT64_C(60000))

static bool
has_intermediate(const struct exchange *exchange)
{
	const struct settings *settings = exchange->settings;

	return settings->trusted_root_store == TRUSTED_ROOT_INTERMEDIATE_PRESENT ||
		(settings->group_policy_pushes_intermediate &&
			exchange->arrived_ms - exchange->site->changed_ms >= GROUP_POLICY_MS);
}

static bool
has_no_crl(const struct exchange *exchange)
{
	return exchange->settings->crl_distribution_point == CRL_UNREACHABLE;
}

static bool
wants_windows_authentication(const struct exchange *exchange)
{
	return exchange->settings->registration_windows_authentication;
}

static bool
has_expired_certificate(const struct exchange *exchange)
{
	return exchange->settings->policy_certificate == POLICY_CERTIFICATE_EXPIRED;
}

static bool
has_certificate_without_purpose(const struct exchange *exchange)
{
	return exchange->settings->policy_certificate ==
		POLICY_CERTIFICATE_NO_CLIENT_AUTHENTICATION;
}

static bool
has_no_certificate(const struct exchange *exchange)
{
	return exchange->settings->ndes_cert_thumbprint != THUMBPRINT_CORRECT;
}

static bool
has_wrong_server_name(const struct exchange *exchange)
{
	return exchange->settings->registration_server_certificate ==
		REGISTRATION_CERTIFICATE_WRONG_NAME;
}

static bool
cannot_write(const struct exchange *exchange)
{
	return !exchange->settings->temp_folder_writable;
}

/*
 * What can be wrong, in the order in which it would be met. Lines of W3C and plugin log: 403.16 and
 * 500 are documented, 403.7, 403.13, 403.17 and 401.2 follow from what IIS says of client
 * certificates elsewhere (ndes-behaviour 5.7).
 */
static const struct trouble {
	bool (*is_met)(const struct exchange *exchange);
	const char *setting;
	unsigned status; /* 0: no HTTP */
	unsigned substatus;
	uint32_t win32_status;
	const char *plugin_line;
	enum event event;
	const char *what; /* of the event */
	const char *code; /* of the error in the chain of that certificate; NULL: none */
} troubles[] = {
	{has_wrong_server_name, "registration_server_certificate", 0, 0, 0,
		"Failed to send http request: 12175, "
		"WINHTTP_CALLBACK_STATUS_FLAG_CERT_CN_INVALID",
		EVENT_NONE, NULL, NULL},
	{has_no_certificate, "ndes_cert_thumbprint", 403, 7, 64,
		"No certificate with the thumbprint of NDESCertThumbprint was found", EVENT_NONE,
		NULL, NULL},
	{has_expired_certificate, "policy_certificate", 403, 17, 2148204801,
		"403 - Forbidden: Access is denied.", EVENT_CAPI2_NOT_IN_TIME, REGISTRY_PATH,
		"0x800b0101"},
	{has_intermediate, "trusted_root_store", 403, 16, 2148204809,
		"403 - Forbidden: Access is denied.", EVENT_CAPI2_POLICY,
		"The client certificate of the policy module ends in an untrusted root",
		"0x800b0109"},
	{has_certificate_without_purpose, "policy_certificate", 403, 7, 0,
		"403 - Forbidden: Access is denied.", EVENT_CAPI2_POLICY,
		"The client certificate of the policy module is not for client authentication",
		"0x800b0110"},
	{has_no_crl, "crl_distribution_point", 403, 13, 2148081683,
		"403 - Forbidden: Access is denied.", EVENT_CAPI2_REVOCATION,
		"http://crl.contoso.com/issuing.crl", "0x80092013"},
	{wants_windows_authentication, "registration_windows_authentication", 401, 2, 5,
		"401 - Unauthorized: Access is denied due to invalid credentials.", EVENT_NONE,
		NULL, NULL},
	{cannot_write, "temp_folder_writable", 500, 0, 0, "500 - Internal server error.",
		EVENT_ASP_NET_COMPILATION, NULL, NULL},
};

/* --- lines --------------------------------------------------------------------------- */

static void
write_call(struct exchange *exchange, const char *path, unsigned status, unsigned substatus,
	uint32_t win32_status, unsigned bytes)
{
	const struct evidence_call call = {
		.method = "POST",
		.path = path,
		.user_agent = "NDES_Plugin",
		.port = 443,
		.status = status,
		.substatus = substatus,
		.win32_status = win32_status,
		.sc_bytes = bytes,
	};

	evidence_call(exchange, &call);
}

/* Returns the name of an error whose code stands as text. */
static const char *
error_name(const char *code)
{
	const struct hresult_row *row = hresult_find((int32_t)strtoul(code, NULL, 16));

	return row ? row->name : "";
}

static void
write_trouble(struct exchange *exchange, const struct trouble *trouble)
{
	if (trouble->status)
		write_call(exchange, SERVICE "VerifyRequest", trouble->status, trouble->substatus,
			trouble->win32_status, 1233);
	evidence_line(exchange, EVIDENCE_PLUGIN_LINE, "%s", trouble->plugin_line);
	evidence_line(exchange, EVIDENCE_PLUGIN_LINE, "Exiting VerifyRequest with 0x80004005");
	if (trouble->code)
		evidence_event(exchange, EVENT_CAPI2_CHAIN,
			"Client certificate of the policy module", trouble->code,
			error_name(trouble->code));
	if (trouble->event != EVENT_NONE)
		evidence_event(exchange, trouble->event, trouble->what, trouble->code, "");
	if (trouble->event == EVENT_ASP_NET_COMPILATION)
		evidence_event(exchange, EVENT_WAS_WORKER_EXIT, APP_POOL_NAME, "1000", "0x374");
}

/* --- what comes of it ------------------------------------------------------------------ */

/* What the device receives is not known; the seed's causes crash the worker process. */
static int
fail(struct exchange *exchange, const struct trouble *trouble)
{
	exchange_note_setting(exchange, trouble->setting);
	write_trouble(exchange, trouble);
	diag_refuse(&exchange->diag, "VerifyRequest", NULL, "201", "%s", trouble->plugin_line);
	switch ((enum policy_module_on_error)exchange->settings->policy_module_on_error) {
	case POLICY_MODULE_CRASHES:
		return app_pool_crash(exchange);
	case POLICY_MODULE_ANSWERS_500:
		response_set(&exchange->http->response, RESPONSE_FROM_IIS, 500, 0, 0);
		return STAGE_ANSWERED;
	case POLICY_MODULE_REFUSES:
		break;
	}
	exchange_refuse(exchange,
		(enum scep_fail_info)exchange->settings->fail_info_challenge_refused,
		HRESULT_ERROR_ACCESS_DENIED, NDES_EVENT_PASSWORD_NOT_VERIFIED,
		"policy-module-failed");
	return STAGE_NEXT;
}

int
registration_point_verify(struct exchange *exchange)
{
	evidence_line(exchange, EVIDENCE_PLUGIN_LINE, "Calling VerifyRequest ...");
	evidence_line(exchange, EVIDENCE_PLUGIN_LINE,
		"Sending request to certificate registration point.");
	for (size_t i = 0; i < sizeof(troubles) / sizeof(troubles[0]); i++)
		if (troubles[i].is_met(exchange))
			return fail(exchange, &troubles[i]);
	exchange->verdict.heard = true;
	connector_log_step(exchange, CONNECTOR_RECEIVED);
	if (exchange->settings->connector_signing_certificate == CONNECTOR_CERTIFICATE_PRESENT)
		return STAGE_NEXT;
	exchange_note_setting(exchange, "connector_signing_certificate");
	diag_refuse(&exchange->diag, "VerifyRequest", NULL, "a signing certificate",
		"Signing certificate could not be retrieved");
	exchange_refuse(exchange,
		(enum scep_fail_info)exchange->settings->fail_info_challenge_refused,
		HRESULT_ERROR_ACCESS_DENIED, NDES_EVENT_PASSWORD_NOT_VERIFIED,
		"challenge-not-verifiable");
	return STAGE_NEXT;
}

void
registration_point_conclude(struct exchange *exchange)
{
	bool good = exchange->disposition.status == SCEP_STATUS_SUCCESS;
	bool judged = exchange->verdict.challenge != VERDICT_NONE;

	exchange->verdict.approved = good;
	connector_log_step(exchange,
		good             ? CONNECTOR_VERIFIED
			: judged ? CONNECTOR_REJECTED
				 : CONNECTOR_NOT_VERIFIED);
	write_call(exchange, SERVICE "VerifyRequest", 201, 0, 0, 341);
	evidence_line(exchange, EVIDENCE_PLUGIN_LINE, "Verify challenge returns %s",
		good ? "true" : "false");
	evidence_line(exchange, EVIDENCE_PLUGIN_LINE, "Exiting VerifyRequest with 0x0");
}

/* The connector takes the call, and then tells Intune. */
static void
notify_intune(struct exchange *exchange)
{
	static const enum connector_step steps[] = {
		[CONNECTOR_NOTIFICATION_DELIVERED] = CONNECTOR_NOTIFIED,
		[CONNECTOR_NOTIFICATION_FAILING] = CONNECTOR_NOT_NOTIFIED,
		[CONNECTOR_NOTIFICATION_NOT_SAVED] = CONNECTOR_NOT_SAVED,
	};

	exchange_note_setting(exchange, "connector_notification");
	connector_log_step(exchange, steps[exchange->settings->connector_notification]);
}

void
registration_point_notify(struct exchange *exchange)
{
	bool issued = exchange->issuance.certificate.size > 0;

	if (!exchange->verdict.approved || exchange->broke ||
		exchange->disposition.status == SCEP_STATUS_PENDING)
		return;
	evidence_line(exchange, EVIDENCE_PLUGIN_LINE, "Calling Notifyrequest ...");
	connector_log_step(exchange, issued ? CONNECTOR_ISSUED : CONNECTOR_NOT_ISSUED);
	write_call(exchange, SERVICE "Notify", 204, 0, 0, 277);
	notify_intune(exchange);
	evidence_line(exchange, EVIDENCE_PLUGIN_LINE, "Exiting Notify with 0x0");
}
