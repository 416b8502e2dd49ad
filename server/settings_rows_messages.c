/*
 * What NDES and AD CS do with messages. Where the real thing's default is unknown
 * or disputed, the row's default is what the evidence makes most likely:
 *
 * undecodable: Microsoft's URL checker expects 200 for junk, and a client that
 * used the wrong recipient met 200 without the SCEP content type.
 * get_ca_caps_form: the only byte count known fits six keywords, CR LF between
 * them and none behind the last.
 * fail_info_*: a challenge that does not match is badMessageCheck, a malformed
 * one badRequest; the policy module's "no" is taken for the former.
 */
#include "common/glob.h"
#include "server/settings_rows.h"

/* clang-format off */
const struct setting_row settings_rows_messages[] = {
	/* messages */
	{CHOICE(reply, "ndes", [REPLY_NDES] = "ndes", [REPLY_RFC8894] = "rfc8894"),
		AT_ONCE(NULL), .source = "captured replies; " RFC8894 " 3.3.2",
		.help = "The shape of CertRep: as captured from NDES, without certificates and "
			"with one zero byte on failure; or as the RFC has it, with the signer's "
			"certificate"},
	{TEXT(reply_digest, "as_captured", 32), .check = settings_check_digest,
		.write_pattern = settings_check_write_digest_pattern,
		.form = "as_captured, mirror, or a digest such as SHA-256", AT_ONCE(NULL),
		.source = "captured replies",
		.help = "The digest of CertRep: SHA-1 as captured, that of the request, or a "
			"fixed one"},
	{TEXT(reply_cipher, "as_captured", 32), .check = settings_check_cipher,
		.write_pattern = settings_check_write_cipher_pattern,
		.form = "as_captured, mirror, or a cipher such as AES-128-CBC", AT_ONCE(NULL),
		.source = CRYPTLIB,
		.help = "The cipher of CertRep: as the server version does, that of the request, "
			"or a fixed one; single DES is mirrored as 3DES"},
	{CHOICE(recipient_infos, "any",
		[RECIPIENT_INFOS_ANY] = "any", [RECIPIENT_INFOS_FIRST] = "first"),
		AT_ONCE(NULL), .source = "github.com/micromdm/scep issue 123",
		.help = "Which RecipientInfo of a request is tried: any that fits, or the first "
			"one alone, as is reported of NDES"},
	{CHOICE(renewal_req, "accept",
		[RENEWAL_REQ_ACCEPT] = "accept", [RENEWAL_REQ_NDES] = "ndes"),
		AT_ONCE(NULL), .source = "certpol.h: messageType has no 17",
		.help = "What becomes of messageType 17: a renewal as in the RFC, or badRequest, "
			"since NDES renews with PKCSReq"},
	{CHOICE(ec_keys, "refuse", [EC_KEYS_REFUSE] = "refuse", [EC_KEYS_ACCEPT] = "accept"),
		AT_ONCE(NULL), .source = "NDES event 13",
		.help = "What becomes of a request for or signed with an EC key: no answer, as "
			"NDES has none; or a certificate, and the reply to an EC key is encrypted "
			"with the challenge, as in RFC 8894 3.1"},
	{CHOICE(unknown_operation, "browsed",
		[UNKNOWN_OPERATION_BROWSED] = "browsed", [UNKNOWN_OPERATION_404] = "404",
		[UNKNOWN_OPERATION_FAILURE] = "failure"),
		AT_ONCE(NULL),
		.help = "What an unknown operation gets: what the browsed URL gets, 404, or a "
			"CertRep with badRequest; of NDES it is unknown"},
	{CHOICE(undecodable, "empty",
		[UNDECODABLE_EMPTY] = "empty", [UNDECODABLE_PAGE] = "page",
		[UNDECODABLE_500] = "500"),
		AT_ONCE(NULL),
		.source = "Validate-NDESConfiguration.ps1; github.com/certnanny/sscep issue 60",
		.help = "What a message gets that cannot be decoded or decrypted: 200 without a "
			"body, 200 with the page of NDES, or 500"},
	{CHOICE(get_ca_caps_unpatched, "empty",
		[UNPATCHED_EMPTY] = "empty", [UNPATCHED_CLOSED] = "closed"),
		AT_ONCE("hotfix KB2483564"), .source = CRYPTLIB "; " RFC8894 " 3.5.2",
		.help = "How 2008 and 2008 R2 answer GetCACaps: with 200 and no body, or with a "
			"closed connection"},
	{CHOICE(get_ca_caps_form, "crlf",
		[CA_CAPS_CRLF] = "crlf", [CA_CAPS_CRLF_TRAILING] = "crlf_trailing",
		[CA_CAPS_LF] = "lf", [CA_CAPS_LF_TRAILING] = "lf_trailing"),
		AT_ONCE(NULL), .source = "Intune: troubleshoot device to NDES (byte count)",
		.help = "How the lines of GetCACaps end, and whether the last one does"},
	{CHOICE(get_ca_caps_content_type, "plain",
		[CA_CAPS_TYPE_PLAIN] = "plain", [CA_CAPS_TYPE_HTML] = "html",
		[CA_CAPS_TYPE_ABSENT] = "absent"),
		AT_ONCE(NULL), .source = RFC8894 " 3.5.2",
		.help = "The Content-Type of GetCACaps: text/plain, text/html or none"},
	{NUMBER(fail_info_challenge_used, "1", 0, 4, "failInfo"), AT_ONCE(NULL),
		.source = RFC8894 " 3.2.1.4",
		.help = "The failInfo for a one-time password that was used before"},
	{NUMBER(fail_info_challenge_unknown, "1", 0, 4, "failInfo"), AT_ONCE(NULL),
		.source = RFC8894 " 3.2.1.4",
		.help = "The failInfo for a challenge that is unknown or has expired"},
	{NUMBER(fail_info_challenge_absent, "1", 0, 4, "failInfo"), AT_ONCE(NULL),
		.source = RFC8894 " 3.2.1.4",
		.help = "The failInfo for a request without a challenge"},
	{NUMBER(fail_info_challenge_malformed, "2", 0, 4, "failInfo"), AT_ONCE(NULL),
		.source = "github.com/certnanny/sscep issue 59",
		.help = "The failInfo for a challenge that is no password of NDES at all"},
	{NUMBER(fail_info_challenge_refused, "1", 0, 4, "failInfo"), AT_ONCE(NULL),
		.source = RFC8894 " 3.2.1.4",
		.help = "The failInfo for a challenge that the policy module refuses"},

	

	/* AD CS */
	{CHOICE(ca_service, "running",
		[CA_SERVICE_RUNNING] = "running", [CA_SERVICE_STOPPED] = "stopped"),
		AT_ONCE("services.msc, Active Directory Certificate Services"),
		.source = "micromdm/scep issue 31; PSNDESEnrollment",
		.help = "Whether the CA runs; GetCACaps and GetCACert are answered without it"},
	{CHOICE(revocation_server, "online",
		[REVOCATION_ONLINE] = "online", [REVOCATION_OFFLINE] = "offline"),
		AT_ONCE("CRL of the CA"), .source = "gradenegger.eu: NDES event 31",
		.help = "Whether the CA can check the certificate that signs a renewal"},
	{CHOICE(approval, "automatic",
		[APPROVAL_AUTOMATIC] = "automatic", [APPROVAL_MANUAL] = "manual",
		[APPROVAL_AFTER_POLLS] = "after_polls",
		[APPROVAL_REFUSED_AFTER_POLLS] = "refused_after_polls"),
		AT_ONCE("CA certificate manager approval"), .source = RFC8894 " 3.3.2",
		.help = "Whether requests are issued at once, wait for a person, or are issued or "
			"refused when the client has asked often enough"},
	{NUMBER(approval_polls, "1", 1, 1000000, "polls"), AT_ONCE(NULL),
		.help = "How often a client must ask with approval: after_polls or refused_after_polls"},
	{CHOICE(ca_generation, "current",
		[CA_GENERATION_CURRENT] = "current", [CA_GENERATION_NEXT] = "next"),
		AT_ONCE("renewal of the CA with a new key"), .source = RFC8894 " 4.7",
		.mints = true,
		.help = "Which CA issues: the one of the start, or the one that follows it under "
			"the same name with a new key, and with RA certificates of its own"},
	{CHOICE(ca_signature, "sha256",
		[CA_SIGNATURE_SHA256] = "sha256", [CA_SIGNATURE_SHA1] = "sha1",
		[CA_SIGNATURE_PSS] = "pss"),
		AT_ONCE("HKLM\\SYSTEM\\CurrentControlSet\\Services\\CertSvc\\Configuration: "
			"CNGHashAlgorithm, AlternateSignatureAlgorithm"),
		.source = "Intune: iOS refuses the RA's response",
		.mints = true,
		.help = "How the CA signs certificates and CRLs: RSA with SHA-256, with SHA-1, or "
			"RSASSA-PSS with SHA-256, which some devices do not take"},
	{NUMBER(validity_period, "365", 1, 36500, "days"), AT_ONCE("template"),
		.help = "How long issued certificates are valid"},
	{NUMBER(crl_period, "168", 1, 87600, "hours"), AT_ONCE("CRLPeriod of the CA"),
		.help = "How long a CRL is valid"},
	{NUMBER(minimum_key_size, "1024", 512, 16384, "bits"), AT_ONCE("template"),
		.help = "The shortest RSA key that the templates allow"},
	{TEXT_OR_NONE(permitted_subjects, 512), .check = glob_check,
		.write_pattern = glob_write_pattern, .form = "a pattern",
		AT_ONCE("name constraints of the CA"), .source = "gradenegger.eu: NDES event 31",
		.help = "The subjects that the CA may issue to, such as \"*O=Contoso*\", as the "
			"journal shows them; none: any"},
	{0},
};
/* clang-format on */
