/*
 * The events of Windows' source NetworkDeviceEnrollmentService that a message
 * can lead to (ndes-behaviour 6.1). Names are Microsoft's EVENT_MSCEP_... where
 * they are known; 13, 28 and 29 are known by what they say alone.
 */
#pragma once

enum ndes_event {
	NDES_EVENT_NONE = 0,
	NDES_EVENT_FAIL_TO_ENCRYPT = 13,       /* the response cannot be encrypted */
	NDES_EVENT_FAIL_TO_DECODE = 16,        /* the HTTP message cannot be decoded */
	NDES_EVENT_FAIL_TO_RETRIEVE_INFO = 17, /* no transactionID, messageType or signer */
	NDES_EVENT_FAIL_TO_DECRYPT_INNER = 18, /* the envelope cannot be opened */
	NDES_EVENT_RENEWAL_FAILED = 28,        /* of a standalone CA */
	NDES_EVENT_PASSWORD_NOT_VERIFIED = 29, /* "The password in the certificate request cannot
						* be verified." */
	NDES_EVENT_FAIL_SUBMIT = 31,           /* the CA refuses the request */
};
