/*
 * What a careful client objects to in an answer to a pkiMessage (RFC 8894 3.2, 3.3,
 * 4.3): the first of these words that applies, in this order, or "none".
 *
 *   transport         the HTTP status is not 200
 *   content-type      it is not application/x-pki-message
 *   encoding          no DER SignedData with the signed attributes of a CertRep
 *   messageType, transactionID, recipientNonce, pkiStatus, failInfo
 *                     missing, or not what was expected
 *   senderNonce       missing (the RFC dropped it; NDES sends it)
 *   signer            not the RA certificate of GetCACert, or one that is not valid now
 *   digest            one that GetCACaps does not name
 *   signature         it does not verify
 *   envelope          it cannot be opened with the key of the request
 *   cipher            neither one that GetCACaps names nor that of the request
 *   certificate       none, or not readable
 *   key, subject      not those of the request
 *   chain             the CA's certificate is not behind it, or did not sign it
 *   validity          not now, or shorter than an hour
 *   serial            that of the certificate before it
 *   usage             not the key usage that was asked for, or one that is of no use to a device
 */
#pragma once

#include "tests/integration/device.h"

struct reply_judgement {
	struct scep_reply reply;
	const char *defect; /* static */
	char words[DIAG_TEXT_SIZE];
};

/*
 * Judges an answer to the device's last message. A certificate without a defect becomes
 * device->certificate. `now`: of the deployment's clock.
 */
void reply_judge(struct reply_judgement *out, struct device *device,
	const struct raw_response *response, const struct device_message *message, int64_t now);

void reply_judgement_done(struct reply_judgement *judgement);
