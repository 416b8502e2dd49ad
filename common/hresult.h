/*
 * The error codes of Windows that NDES, IIS, http.sys and the Windows client
 * show: as signed decimals in the CertRep attribute 1.3.6.1.4.1.311.21.33, as
 * unsigned decimals in the W3C log, as hexadecimals in the event log. Each is
 * one row: Microsoft's name, the number, and what it tells, in our words.
 */
#pragma once

#include <stdint.h>

#include "common/buffer.h"

/* ROW(name, number, meaning). Names with ERROR_ or RPC_ are Win32 codes as an HRESULT. */
#define HRESULT_ROWS(ROW)                                                                          \
	ROW(E_FAIL, 0x80004005, "A step failed without saying why.")                               \
	ROW(E_UNEXPECTED, 0x8000FFFF, "A service met a state that it has no answer for.")          \
	ROW(ERROR_FILE_NOT_FOUND, 0x80070002,                                                      \
		"A file, or a registry value that NDES needs at its start, is missing.")           \
	ROW(ERROR_ACCESS_DENIED, 0x80070005,                                                       \
		"The account has no right to do this, or the policy module refused the "           \
		"challenge.")                                                                      \
	ROW(ERROR_NOT_SUPPORTED, 0x80070032, "The request asks for what is not supported.")        \
	ROW(E_INVALIDARG, 0x80070057,                                                              \
		"A value is unknown or has the wrong form: a challenge that is not hexadecimal, "  \
		"a messageType, a PKCS#10, or RA certificates that NDES cannot use.")              \
	ROW(ERROR_NETNAME_DELETED, 0x80070040, "The client was gone while the answer was sent.")   \
	ROW(ERROR_SEM_TIMEOUT, 0x80070079,                                                         \
		"The client was too slow and the connection timed out.")                           \
	ROW(ERROR_MORE_DATA, 0x800700EA,                                                           \
		"There was more data than a handler in front of NDES could take.")                 \
	ROW(ERROR_OPERATION_ABORTED, 0x800703E3, "Reading the request was broken off.")            \
	ROW(ERROR_NOT_FOUND, 0x80070490,                                                           \
		"It is not in NDES's cache: a challenge password never given out or expired, or "  \
		"the transactionID of a poll.")                                                    \
	ROW(ERROR_CONNECTION_ABORTED, 0x800704D4, "The connection was broken off on this side.")   \
	ROW(ERROR_LOGON_FAILURE, 0x8007052E, "The user name or the password is wrong.")            \
	ROW(ERROR_PASSWORD_EXPIRED, 0x80070532, "The password of the account has expired.")        \
	ROW(ERROR_BAD_IMPERSONATION_LEVEL, 0x80070542,                                             \
		"IIS_IUSRS lacks the right to impersonate a client after authentication.")         \
	ROW(RPC_S_SERVER_UNAVAILABLE, 0x800706BA, "The CA does not answer.")                       \
	ROW(ERROR_ACCOUNT_LOCKED_OUT, 0x80070775, "The account is locked.")                        \
	ROW(NTE_BAD_DATA, 0x80090005,                                                              \
		"The message could not be decrypted; mostly it was encrypted to another "          \
		"certificate than the RA encryption certificate.")                                 \
	ROW(NTE_BAD_SIGNATURE, 0x80090006, "A signature does not fit what it signs.")              \
	ROW(NTE_BAD_ALGID, 0x80090008, "An algorithm is unknown or not allowed.")                  \
	ROW(NTE_BAD_PROV_TYPE, 0x80090014,                                                         \
		"The cryptographic provider cannot be used, often for want of rights to the key.") \
	ROW(SEC_E_LOGON_DENIED, 0x8009030C, "Windows authentication refused the logon.")           \
	ROW(SEC_E_NO_CREDENTIALS, 0x8009030E,                                                      \
		"Windows authentication is in its second leg and has no credentials yet.")         \
	ROW(CRYPT_E_HASH_VALUE, 0x80091007, "The content was changed after it was signed.")        \
	ROW(CRYPT_E_NOT_FOUND, 0x80092004, "The object is not there.")                             \
	ROW(CRYPT_E_REVOKED, 0x80092010, "The certificate is revoked.")                            \
	ROW(CRYPT_E_REVOCATION_OFFLINE, 0x80092013,                                                \
		"Revocation could not be checked: the CRL cannot be fetched.")                     \
	ROW(CRYPT_E_ASN1_BADTAG, 0x8009310B, "The message is not ASN.1 of the kind expected.")     \
	ROW(CERTSRV_E_BAD_REQUESTSUBJECT, 0x80094001,                                              \
		"The subject of the request is missing, wrong, or not that of the renewed "        \
		"certificate.")                                                                    \
	ROW(CERTSRV_E_UNSUPPORTED_CERT_TYPE, 0x80094800,                                           \
		"The CA does not offer the template; often its display name stands in the "        \
		"registry instead of its name.")                                                   \
	ROW(CERTSRV_E_KEY_LENGTH, 0x80094811, "The key is shorter than the template allows.")      \
	ROW(CERTSRV_E_ADMIN_DENIED_REQUEST, 0x80094014,                                            \
		"A certificate manager denied the request.")                                       \
	ROW(TRUST_E_CERT_SIGNATURE, 0x80096004,                                                    \
		"The request has no challenge password, or a certificate's signature is wrong.")   \
	ROW(CERT_E_EXPIRED, 0x800B0101, "The certificate has expired or is not valid yet.")        \
	ROW(CERT_E_UNTRUSTEDROOT, 0x800B0109,                                                      \
		"The certificate leads to a root that is not trusted.")                            \
	ROW(CERT_E_WRONG_USAGE, 0x800B0110,                                                        \
		"The challenge password has been used already, or the policy module refused it.")  \
	ROW(CERT_E_INVALID_NAME, 0x800B0114,                                                       \
		"The CA's name constraints do not permit the name in the request.")                \
	ROW(HTTP_E_STATUS_NOT_FOUND, 0x80190194, "The server answered HTTP 404.")                  \
	ROW(WININET_E_TIMEOUT, 0x80072EE2, "The server did not answer in time.")                   \
	ROW(WININET_E_INVALID_SERVER_RESPONSE, 0x80072F78,                                         \
		"The server's answer is not valid HTTP.")                                          \
	ROW(WININET_E_DECODING_FAILED, 0x80072F8F,                                                 \
		"TLS failed: the server's certificate is not trusted, does not fit its name, or "  \
		"has expired.")                                                                    \
	ROW(JET_errDiskFull, 0xC8000710,                                                           \
		"The disk under the CA's database is full, so that the CA can issue nothing.")     \
	ROW(STATUS_NOT_SUPPORTED, 0xC00000BB,                                                      \
		"The key cannot be used to encrypt the answer; NDES needs RSA.")

/* HRESULT_E_FAIL and so on, as the signed number that struct disposition and the CertRep hold. */
#define HRESULT_ENUMERATOR(name, number, meaning) HRESULT_##name = (int32_t)(number),
enum hresult { HRESULT_ROWS(HRESULT_ENUMERATOR) };
#undef HRESULT_ENUMERATOR

/* The bare Win32 code of a row that is one as an HRESULT, as sc-win32-status shows it:
 * HRESULT_WIN32(ERROR_FILE_NOT_FOUND) is 2. */
#define HRESULT_WIN32(name) ((uint32_t)HRESULT_##name & UINT16_MAX)

struct hresult_row {
	int32_t value;
	const char *name;    /* "CERT_E_WRONG_USAGE" */
	const char *meaning; /* one sentence */
};

/* Returns the HRESULT of a bare Win32 code (5, 64, 1346); what is an HRESULT already stays. */
int32_t hresult_from_win32(uint32_t code);

/* Returns the row of a code, or NULL. A bare Win32 code finds the row of its HRESULT. */
const struct hresult_row *hresult_find(int32_t value);

/* Appends "0x80070490 ERROR_NOT_FOUND"; of a code that has no row the number alone. */
void hresult_describe(struct buffer *out, int32_t value);
