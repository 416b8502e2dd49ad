/*
 * What a client can ask of the CA by issuer and serial: a certificate
 * (GetCert, RFC 8894 3.3.4) and the CRL (GetCRL, RFC 8894 3.3.5).
 */
#pragma once

struct exchange;

/* Answers a GetCert with a certificate of the chain or one that this CA has issued. A
 * stage_result. */
int ca_lookup_answer_certificate(struct exchange *exchange);

/* Answers a GetCRL with the current CRL of the CA that issues to devices; issuer and serial must
 * name one of its certificates or a certificate of the chain. A stage_result. */
int ca_lookup_answer_crl(struct exchange *exchange);
