/*
 * What a stranger may ask of a decoder: every ceiling of common/, on one page.
 *
 * Whatever a message says of itself is held against these before memory is
 * taken or anything is calculated, so that no message costs more than 50 ms of
 * CPU and 32 MiB (tests/bombs holds it). Each lies far above what any client,
 * server or CA is known to send.
 */
#pragma once

/* --- sizes in bytes ------------------------------------------------------------- */

/* Of a pkiMessage, a CertRep, or a list of certificates and CRLs: what triple DES opens in 35 ms. The
 * longest seen have 100 kB; a CRL of 45,000 entries fits. */
#define LIMIT_MESSAGE (1 << 20)

/* Of the content of an OBJECT IDENTIFIER; the longest of ours has 11. */
#define LIMIT_OID 64

/* Of a certificate's serial number; RFC 5280 4.1.2.2 allows 20. */
#define LIMIT_SERIAL 256

/* Of a transactionID; RFC 8894 3.2.1.1 sets none. */
#define LIMIT_TRANSACTION_ID 256

/* Of a nonce; RFC 8894 3.2.1.5 says 16. */
#define LIMIT_NONCE 1024

/* Of signed attributes that are sorted because they may be signed in another order than they were
 * sent (RFC 5652 5.4): that takes a microsecond for every 8 bytes. */
#define LIMIT_SORTED_ATTRIBUTES 65536

/* Of an EC key; the widest curve that has a name takes 145 for a point, and 20 for its names. */
#define LIMIT_EC_KEY 512

/* --- counts --------------------------------------------------------------------- */

/* How deep elements may nest; a SCEP message with certificates needs about 16. */
#define LIMIT_DEPTH 32

/* Pieces of one OCTET STRING; the whole message takes 1,049 where each has 1,000 bytes. */
#define LIMIT_CHUNKS 4096

/* Elements that are walked over to find the end of an indefinite length. */
#define LIMIT_WALK 16384

/* Certificates in a SignedData. */
#define LIMIT_CERTIFICATES 64

/* Signed attributes; a CertRep has nine. */
#define LIMIT_ATTRIBUTES 64

/* RecipientInfos of an EnvelopedData. */
#define LIMIT_RECIPIENTS 16

/* RDNs of a subject that is asked for, and attributes in one RDN. */
#define LIMIT_RDNS           256
#define LIMIT_RDN_ATTRIBUTES 16

/* Purposes in an extendedKeyUsage. */
#define LIMIT_PURPOSES 256

/* --- work ------------------------------------------------------------------------ */

/* RSA keys; those of 8,192 bits pass, and checking a signature takes a millisecond with them. */
#define LIMIT_RSA_BITS_LEAST    512
#define LIMIT_RSA_BITS          8192
#define LIMIT_RSA_EXPONENT_BITS 64

/* Iterations of PBKDF2 (RFC 8018 A.2); OpenSSL's CMS takes 2,048. */
#define LIMIT_ITERATIONS 50000
