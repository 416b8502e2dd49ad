/* Intune: the policy module, its connector, and what they need of the server. */
#include "server/settings_rows.h"

/* clang-format off */
const struct setting_row settings_rows_intune[] = {
	{CHOICE(trusted_root_store, "clean",
		[TRUSTED_ROOT_CLEAN] = "clean",
		[TRUSTED_ROOT_INTERMEDIATE_PRESENT] = "intermediate_present"),
		.effect = EFFECT_REBOOT, .real = "certificates, Trusted Root Certification Authorities",
		.source = DEVICE_TO_NDES,
		.help = "Whether a certificate that is not self-signed lies among the trusted roots"},
	{BOOL(group_policy_pushes_intermediate, "false"), AT_ONCE("group policy"),
		.source = DEVICE_TO_NDES,
		.help = "Whether group policy puts that certificate back, at a restart and 90 "
			"minutes after it was removed"},
	{CHOICE(crl_distribution_point, "reachable",
		[CRL_REACHABLE] = "reachable", [CRL_UNREACHABLE] = "unreachable"),
		AT_ONCE("URL in the CRL distribution point"), .source = DEVICE_TO_NDES,
		.help = "Whether the revocation of the connector's certificates can be checked"},
	{BOOL(registration_windows_authentication, "false"),
		.effect = EFFECT_REBOOT, .real = "IIS authentication of /CertificateRegistrationSvc",
		.source = DEVICE_TO_NDES,
		.help = "Whether CertificateRegistrationSvc asks for Windows authentication, where "
			"it must be anonymous"},
	{CHOICE(policy_certificate, "valid",
		[POLICY_CERTIFICATE_VALID] = "valid", [POLICY_CERTIFICATE_EXPIRED] = "expired",
		[POLICY_CERTIFICATE_NO_CLIENT_AUTHENTICATION] = "no_client_authentication"),
		.effect = EFFECT_POOL_RESTART, .real = "the certificate of NDESCertThumbprint",
		.source = DEVICE_TO_NDES,
		.help = "The client certificate of the policy module"},
	{CHOICE(ndes_cert_thumbprint, "correct",
		[THUMBPRINT_CORRECT] = "correct", [THUMBPRINT_WITH_BLANKS] = "with_blanks",
		[THUMBPRINT_CAPITALS] = "capitals", [THUMBPRINT_UNKNOWN] = "unknown"),
		MSCEP("Modules\\NDESPolicy\\NDESCertThumbprint"), .source = DEVICE_TO_NDES,
		.help = "How the thumbprint of that certificate stands in the registry: lower "
			"case without blanks, or so that it is not found"},
	{CHOICE(registration_server_certificate, "valid",
		[REGISTRATION_CERTIFICATE_VALID] = "valid",
		[REGISTRATION_CERTIFICATE_WRONG_NAME] = "wrong_name"),
		AT_ONCE("site binding"), .source = POLICY_MODULE_DOCUMENT,
		.help = "The certificate that the connector's site shows to the policy module"},
	{BOOL(temp_folder_writable, "true"), AT_ONCE("C:\\Windows\\Temp"),
		.source = POLICY_MODULE_DOCUMENT,
		.help = "Whether the pool may write where ASP.NET compiles"},
	{CHOICE(connector_signing_certificate, "present",
		[CONNECTOR_CERTIFICATE_PRESENT] = "present",
		[CONNECTOR_CERTIFICATE_MISSING] = "missing"),
		AT_ONCE("MicrosoftIntune\\NDESConnector\\SigningCertificate"),
		.source = POLICY_MODULE_DOCUMENT,
		.help = "The certificate that the connector verifies challenges with"},
	{CHOICE(policy_module_on_error, "failure",
		[POLICY_MODULE_REFUSES] = "failure", [POLICY_MODULE_CRASHES] = "crash",
		[POLICY_MODULE_ANSWERS_500] = "http_500"),
		AT_ONCE(NULL),
		.help = "What becomes of a request when the module's call fails: a CertRep "
			"FAILURE, the death of the worker process, or HTTP 500; documents tell of "
			"the first two"},
	{CHOICE(connector, "certificate_connector",
		[CONNECTOR_CERTIFICATE] = "certificate_connector",
		[CONNECTOR_NDES] = "ndes_connector"),
		SETUP("installed programs"),
		.source = "Intune: troubleshoot delivery and reporting of SCEP certificates",
		.help = "Which connector writes: the Certificate Connector that replaced the other in "
			"2021, with events 4003 to 4010; or the NDES connector, with events 20500 "
			"to 20602 and CertificateRegistrationPoint.svclog; today's documents are "
			"written for the former"},
	{CHOICE(connector_notification, "delivered",
		[CONNECTOR_NOTIFICATION_DELIVERED] = "delivered",
		[CONNECTOR_NOTIFICATION_FAILING] = "failing",
		[CONNECTOR_NOTIFICATION_NOT_SAVED] = "not_saved"),
		AT_ONCE("the connector's way to Intune"),
		.source = "Intune: troubleshoot reporting of SCEP certificates",
		.help = "Whether the connector tells Intune what became of a request, cannot and "
			"will try again, or cannot even keep it on disk; devices get their "
			"certificates all the same"},
	{CHOICE(connector_setup, "succeeded",
		[CONNECTOR_SETUP_SUCCEEDED] = "succeeded", [CONNECTOR_SETUP_FAILED] = "failed",
		[CONNECTOR_SETUP_ABSENT] = "absent"),
		SETUP("SetupMsi.log"), .source = "Intune: troubleshoot device to NDES",
		.help = "How the installation of Intune's connector went, by its SetupMsi.log"},
	{CHOICE(capi2_log, "disabled",
		[CAPI2_LOG_DISABLED] = "disabled", [CAPI2_LOG_ENABLED] = "enabled"),
		AT_ONCE("Event Viewer, CAPI2, Operational, Enable Log"),
		.source = "Intune: troubleshoot device to NDES",
		.help = "Whether events about certificate chains are written"},
	{0},
};
/* clang-format on */
