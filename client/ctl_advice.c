#include "client/ctl_advice.h"

#include <stddef.h>
#include <string.h>

struct advice {
	const char *reason;
	const char *words;
};

#define CHALLENGE "challenge-" /* in front of the reasons of the first table */

static const struct advice challenges[] = {
	{"absent",
		"The PKCS#10 has no challengePassword attribute (1.2.840.113549.1.9.7). Put the "
		"challenge there, as PrintableString or UTF8String."},
	{"malformed",
		"The challengePassword has not the form that NDES gives out. Send it as it was "
		"handed "
		"out: without blanks, line ends, quotes or another encoding around it."},
	{"unknown",
		"NDES has never given this password out, or has forgotten it: iisreset and a "
		"recycled "
		"pool empty its cache. Get a new one for each enrolment."},
	{"used",
		"A challenge is good for one request. It was used by the exchange named above: "
		"look "
		"there whether the client retried by itself. Get a new one."},
	{"expired",
		"The password was valid for PasswordValidity minutes, and they are over by the "
		"site's "
		"clock. Get a new one just before it is needed, and look at `ctl clock`."},
	{"revoked", "The suite has revoked this password. Get a new one."},
	{"other-subject",
		"The challenge was made for another subject than the PKCS#10 has. Order, case and "
		"every RDN count: send the subject of the profile unchanged."},
	{"other-alternative-name",
		"The challenge was made for other subject alternative names. Send all of the "
		"profile's "
		"in the extensionRequest, and no more."},
	{"other-key-usage",
		"The challenge was made for another key usage than the extensionRequest asks for."},
	{"bad-token",
		"The challenge has Intune's form, but cannot be opened or is damaged. Send the "
		"whole "
		"text: it is long, and must not be cut, wrapped or decoded."},
	{"not-verifiable",
		"The client is not at fault: the policy module could not verify the challenge."},
	{NULL, NULL},
};

static const struct advice reasons[] = {
	{"policy-module-failed",
		"The client is not at fault: the policy module failed before it read the "
		"challenge."},
	{"digest-not-supported",
		"The pkiMessage is signed with a digest that NDES does not take. Choose one that "
		"GetCACaps names: SHA-256, or SHA-1 where it is not named; never MD5."},
	{"signature-wrong",
		"The signature of the pkiMessage does not fit. Sign the DER of the signed "
		"attributes "
		"as SET OF (tag 31, not A0), with the key of the certificate in the message."},
	{"message-type-unknown",
		"The messageType attribute is none that this server takes. NDES knows 19 PKCSReq, "
		"20 CertPoll, 21 GetCert and 22 GetCRL; renew by PKCSReq where 17 is refused."},
	{"operation-unknown", "Ask for GetCACaps, GetCACert, GetNextCACert or PKIOperation."},
	{"message-not-decodable",
		"The message parameter of the GET is no base64. Escape + / and = in it, or send "
		"the message by POST when GetCACaps has POSTPKIOperation."},
	{"post-not-supported",
		"This server version reads no POST. Look for POSTPKIOperation in GetCACaps first."},
	{"message-malformed",
		"What came is no pkiMessage: a SignedData with the SCEP attributes in it. \"ctl "
		"explain "
		"--json\" has its bytes under raw."},
	{"message-data-malformed",
		"The envelope was opened, but what is in it is not what the messageType says: a "
		"PKCS#10 for PKCSReq, issuer and subject for CertPoll."},
	{"envelope-not-decryptable",
		"The message is encrypted to a certificate that this NDES has no key of. Take the "
		"RA "
		"certificate with keyEncipherment out of a GetCACert of today, not the CA's, not "
		"the "
		"signing one, and none from before a renewal."},
	{"csr-key-not-supported",
		"The key in the PKCS#10 is of a kind that the CA does not take. Use RSA."},
	{"csr-signature-wrong",
		"The PKCS#10 is not signed with its own key. Sign it after its last attribute is "
		"in."},
	{"ec-key-refused",
		"NDES takes no EC key. Use RSA, or let the site take it with the setting ec_keys: "
		"accept."},
	{"reply-not-encryptable",
		"The reply is encrypted to the key that signed the request, and NDES can do that "
		"with "
		"RSA alone. Sign with an RSA key."},
	{"template-unknown", "The client is not at fault: the CA does not offer NDES's template."},
	{"key-too-small", "The template wants a longer key. Make one of at least 2048 bits."},
	{"subject-missing", "The PKCS#10 has neither a subject nor subject alternative names."},
	{"name-not-permitted",
		"The CA may not issue to this subject. Ask for one below its constraints."},
	{"ca-expired", "The client is not at fault: the CA's certificate has run out."},
	{"renewal-other-subject",
		"A renewal must have the subject of the certificate that signs it."},
	{"renewal-signer-self-signed",
		"A RenewalReq is signed with the certificate that is renewed, not with a "
		"self-signed "
		"one. For a first enrolment send a PKCSReq."},
	{"renewal-signer-foreign",
		"The certificate that signs the renewal is of another CA. Enrol anew."},
	{"renewal-signer-expired",
		"The certificate had run out before it was renewed. Renew earlier; now enrol "
		"anew."},
	{"renewal-signer-revoked",
		"The certificate that signs the renewal is revoked. Enrol anew."},
	{"transaction-in-use",
		"Another key has used this transactionID. Derive it from the public key, or draw "
		"it."},
	{"transaction-unknown",
		"No request with this transactionID is known here. Poll with that of the PKCSReq, "
		"at "
		"the same URL."},
	{"transaction-other-request",
		"Issuer or subject of the poll are not those of the request that it asks for."},
	{"certificate-unknown",
		"The CA has not issued a certificate of this serial number. Name issuer and serial "
		"as "
		"they stand in it."},
	{"ca-stopped", "The client is not at fault: the service CertSvc does not run."},
	{"denied", "A certificate manager has denied the request. Do not retry it as it is."},
	{"request-refused",
		"The request that is polled for was refused earlier. Stop polling, and show the "
		"reason."},
	{"database-full", "The client is not at fault: the CA cannot write what it would issue."},
	{"revocation-offline", "The client is not at fault: the CA cannot fetch a CRL."},
	{"pending",
		"Not wrong: somebody must approve it (`ctl transaction approve`). Poll with "
		"CertPoll."},
	{NULL, NULL},
};

static const struct {
	long long status;
	const char *advice;
} statuses[] = {
	{301,
		"The URL lacks its last slash, or its case was changed; follow Location, or mend "
		"it."},
	{401, "This page wants Windows authentication. Devices ask mscep.dll, which wants none."},
	{403,
		"The path is /certsrv/mscep/mscep.dll with an operation; without one there is "
		"nothing to see when the policy module is installed."},
	{404,
		"The path or the query is not NDES's, or passes a limit of request filtering: look "
		"at "
		"substatus, and send long messages by POST."},
	{413, "The body passes a limit of IIS. A pkiMessage should have a few kilobytes."},
	{414, "The URL passes a limit of http.sys. Send the message by POST."},
	{500, "The client is not at fault: the application failed; `evidence` says in which log."},
	{502,
		"The client is not at fault: a machine in front of NDES had no answer. Try again "
		"later."},
	{503,
		"The client is not at fault: no application pool takes requests. Try again later, "
		"with longer and longer waits."},
	{504, "The client is not at fault: NDES was too slow for what stands before it. Poll."},
};

static const char *
find(const struct advice *table, const char *reason)
{
	for (; table->reason; table++)
		if (strcmp(table->reason, reason) == 0)
			return table->words;
	return NULL;
}

const char *
ctl_advice(const char *reason)
{
	if (strncmp(reason, CHALLENGE, strlen(CHALLENGE)) == 0)
		return find(challenges, reason + strlen(CHALLENGE));
	return find(reasons, reason);
}

const char *
ctl_advice_status(long long status)
{
	for (size_t i = 0; i < sizeof(statuses) / sizeof(statuses[0]); i++)
		if (statuses[i].status == status)
			return statuses[i].advice;
	return NULL;
}
