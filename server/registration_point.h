/*
 * CertificateRegistrationSvc, which Intune's policy module asks whether a challenge is
 * good: the hop between module and connector, with what can be wrong on it
 * (ndes-behaviour 4, 7.1 S4-S7, 7.2 I1-I5). Its lines are in the W3C log and in
 * NDESPlugin.log; those of the connector are connector_log.h's.
 */
#pragma once

struct exchange;

/*
 * Calls VerifyRequest for the exchange's PKCS#10. Returns STAGE_NEXT when the connector answers, and
 * then the challenge is to be judged; or STAGE_ANSWERED, or STAGE_NEXT with the message refused, when
 * the call fails: what comes of that is the setting policy_module_on_error.
 */
int registration_point_verify(struct exchange *exchange);

/* Writes down what the connector said of the challenge that was judged. */
void registration_point_conclude(struct exchange *exchange);

/* Calls Notify for a request that the connector had approved, once it is known what became of it. */
void registration_point_notify(struct exchange *exchange);
