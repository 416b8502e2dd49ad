/* mscep.dll: its registry values, and the page that hands out passwords. */
#include "server/settings_rows.h"

/* clang-format off */
const struct setting_row settings_rows_ndes[] = {
	/* MSCEP registry */
	{CHOICE(mscep_registry, "complete",
		[MSCEP_REGISTRY_COMPLETE] = "complete",
		[MSCEP_REGISTRY_ENFORCE_PASSWORD_MISSING] = "enforce_password_missing"),
		MSCEP("EnforcePassword"), .source = "gradenegger.eu: NDES event 2",
		.help = "Whether the registry value EnforcePassword is there, without which "
			"mscep.dll does not start"},
	{CHOICE(ca_type, "enterprise",
		[CA_TYPE_ENTERPRISE] = "enterprise", [CA_TYPE_STANDALONE] = "standalone"),
		MSCEP("CAType"), .source = INSTALLATION "; certnanny/sscep issue 123",
		.help = "What kind of CA NDES asks: one of the domain, with templates; or one that "
			"knows no templates and issues what is asked for, whose refused renewals are "
			"event 28"},
	{CHOICE(ra_certificates, "valid",
		[RA_CERTIFICATES_VALID] = "valid", [RA_CERTIFICATES_EXPIRED] = "expired",
		[RA_CERTIFICATES_EXPIRED_BUT_SERVED] = "expired_but_served",
		[RA_CERTIFICATES_MISSING] = "missing",
		[RA_CERTIFICATES_KEY_NOT_READABLE] = "key_not_readable",
		[RA_CERTIFICATES_USER_STORE] = "user_store",
		[RA_CERTIFICATES_SWAPPED] = "swapped",
		[RA_CERTIFICATES_SIGNING_MISSING] = "signing_missing",
		[RA_CERTIFICATES_ENCRYPTION_MISSING] = "encryption_missing",
		[RA_CERTIFICATES_WRONG_KEY_USAGE] = "wrong_key_usage",
		[RA_CERTIFICATES_PREVIOUS_CA] = "previous_ca"),
		.effect = EFFECT_IISRESET,
		.real = "the certificates NDES01-MSCEP-RA in the computer's personal store",
		.source = "Intune: troubleshoot device to NDES (expired); gradenegger.eu: NDES event 10",
		.mints = true,
		.help = "What is wrong with the RA certificates: mscep.dll does not start without "
			"two that are in the computer's store, valid, and readable by its account; "
			"the others are what GetCACert shows of them"},
	{BOOL(enforce_password, "true"), MSCEP("EnforcePassword"), .source = INSTALLATION,
		.help = "Whether a request needs a challenge password"},
	{BOOL(use_single_password, "false"), MSCEP("UseSinglePassword"), .source = "KB959193",
		.help = "Whether the admin page gives everybody the same password, which stays "
			"valid"},
	{NUMBER(password_length, "8", 1, 64, "bytes"),
		MSCEP("PasswordLength"), .source = INSTALLATION,
		.help = "The size of a one-time password, which shows as twice as many "
			"hexadecimal digits"},
	{NUMBER(password_max, "5", 1, 1000000, "passwords"),
		MSCEP("PasswordMax"), .source = INSTALLATION,
		.help = "How many unused passwords are kept before the admin page says that the "
			"cache is full"},
	{NUMBER(password_validity, "60", 1, 525600, "minutes"),
		MSCEP("PasswordValidity"), .source = INSTALLATION,
		.help = "How long an unused password stays valid"},
	{TEXT_OR_NONE(challenge, 8192), AT_ONCE(NULL),
		.help = "A fixed challenge password that is always accepted, as often as it comes"},
	{TEXT(signature_template, "IPSECIntermediateOffline", 64),
		MSCEP("SignatureTemplate"), .source = INSTALLATION,
		.help = "The template for requests whose key usage is signature alone"},
	{TEXT(encryption_template, "IPSECIntermediateOffline", 64),
		MSCEP("EncryptionTemplate"), .source = INSTALLATION,
		.help = "The template for requests whose key usage is encryption alone"},
	{TEXT(general_purpose_template, "IPSECIntermediateOffline", 64),
		MSCEP("GeneralPurposeTemplate"), .source = INSTALLATION,
		.help = "The template for requests with both key usages or none"},
	{TEXT_OR_NONE(ca_capabilities_algorithms, 256), .check = settings_check_capabilities,
		.write_pattern = settings_check_write_capabilities_pattern,
		.form = "keywords separated by commas, such as SHA-512,SHA-256,AES",
		MSCEP("CACapabilitiesAlgorithms"), .source = HARDENING,
		.help = "The algorithm keywords of GetCACaps; none: those of the server version"},
	{BOOL(disable_renewal_subject_name_match, "false"), MSCEP("DisableRenewalSubjectNameMatch"),
		.help = "Whether a renewal may ask for another subject than the old certificate "
			"has"},

	

	/* admin page */
	{CHOICE(admin_authentication, "anonymous",
		[ADMIN_ANONYMOUS] = "anonymous", [ADMIN_BASIC] = "basic",
		[ADMIN_WINDOWS] = "windows"),
		AT_ONCE("IIS authentication of /CertSrv/mscep_admin"), .source = INSTALLATION,
		.help = "How the admin page knows its caller; with windows, the real default, it asks "
			"for Negotiate or NTLM and takes neither"},
	{TEXT(admin_user, "CONTOSO\\ndesadmin", 104), .check = settings_check_user,
		.write_pattern = settings_check_write_user_pattern,
		.form = "a name without a colon", AT_ONCE(NULL),
		.help = "Who may open the admin page with Basic authentication"},
	{TEXT(admin_password, "P@ssw0rd", 127), AT_ONCE(NULL),
		.help = "The password of admin_user"},
	{BOOL(admin_enroll_permission, "true"), AT_ONCE("Enroll permission on the templates"),
		.source = "github.com/fleetdm/fleet: admin pages of a real NDES",
		.help = "Whether the caller of the admin page may get a password; false shows "
			"the page that says no"},
	{BOOL(admin_page_bom, "false"), AT_ONCE(NULL),
		.source = "github.com/fleetdm/fleet; contradicted by PSNDESEnrollment",
		.help = "Whether the pages of NDES, in UTF-16LE, start with a byte-order mark"},

	
	{0},
};
/* clang-format on */
