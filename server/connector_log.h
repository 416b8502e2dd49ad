/*
 * What Intune's connector, where CertificateRegistrationSvc runs, writes down: the
 * Certificate Connector its events 4003 to 4010, the NDES connector before it events
 * 20500 to 20602 and CertificateRegistrationPoint.svclog (ndes-behaviour 4.2, 6.3).
 */
#pragma once

struct exchange;

enum connector_step {
	CONNECTOR_RECEIVED,
	CONNECTOR_VERIFIED,
	CONNECTOR_REJECTED,     /* the challenge is not good */
	CONNECTOR_NOT_VERIFIED, /* nobody could look at it */
	CONNECTOR_ISSUED,
	CONNECTOR_NOT_ISSUED,
	CONNECTOR_NOTIFIED,
	CONNECTOR_NOT_NOTIFIED,
	CONNECTOR_NOT_SAVED,
};

/* Notes what the connector of the exchange's settings writes at a step. */
void connector_log_step(struct exchange *exchange, enum connector_step step);
