/*
 * Encodings in which every part can be another. A part that is empty is the
 * ordinary one; what a signature covers is signed with the right key whatever
 * stands there, so that a bomb is not stopped before it comes to its place.
 */
#pragma once

#include "tests/bombs/bomb_kit.h"

/* CertificationRequest, RFC 2986 4. */
struct bomb_csr {
	struct bytes version; /* a whole element */
	struct bytes subject; /* Name */
	struct bytes spki;
	struct bytes attributes; /* behind the challengePassword */
};

void bomb_csr_write(struct buffer *out, const struct bomb_kit *kit, const struct bomb_csr *parts);

/* Certificate, RFC 5280 4.1, self-issued. */
struct bomb_certificate {
	struct bytes serial; /* a whole element */
	struct bytes name;   /* of issuer and subject */
	struct bytes spki;
	struct bytes extensions; /* the elements */
};

void bomb_certificate_write(
	struct buffer *out, const struct bomb_kit *kit, const struct bomb_certificate *parts);

/* EnvelopedData, RFC 5652 6.1, to a certificate of the kit. */
struct bomb_envelope {
	bool to_device;           /* else to the RA */
	struct bytes recipients;  /* the elements, in place of the ordinary one */
	enum oid cipher_oid;      /* AES_128_CBC unless it is another */
	struct bytes cipher;      /* AlgorithmIdentifier, whatever was encrypted with */
	struct bytes content_key; /* what is encrypted for the recipient; else the one that fits */
	struct bytes encrypted;   /* a whole [0] element in place of the encrypted data */
};

void bomb_envelope_write(struct buffer *out, const struct bomb_kit *kit,
	const struct bomb_envelope *parts, struct bytes data);

/* pkiMessage, RFC 8894 3.2, of the device; or a CertRep of the RA. */
struct bomb_message {
	bool reply;
	struct bytes version;           /* a whole element */
	struct bytes digest_algorithms; /* the elements */
	struct bytes content_type;      /* content octets of the OID */
	struct bytes content;           /* a whole element in place of the OCTET STRING */
	struct bytes certificates;      /* the elements, in place of the signer's */
	struct bytes crls;              /* the elements */
	struct bytes signers;           /* the elements, in place of the ordinary one */
	struct bytes identifier;        /* a whole SignerIdentifier */
	struct bytes attributes;        /* the elements, besides the ordinary ones */
	struct bytes transaction_id, nonce;
	struct bytes unsigned_attributes;
	struct bytes signature; /* its octets, in place of a right one */
	bool unsorted;          /* the signed attributes, and the signature is wrong */
	struct bytes
		payload; /* of the OCTET STRING: EnvelopedData; else one with an ordinary CSR */
};

void bomb_message_write(
	struct buffer *out, const struct bomb_kit *kit, const struct bomb_message *parts);

/* A message that is ordinary but for the envelope, the CSR, or the messageData, that it carries. */
void bomb_message_with_envelope(struct buffer *out, const struct bomb_kit *kit,
	const struct bomb_envelope *parts, struct bytes data);
void bomb_message_with_csr(
	struct buffer *out, const struct bomb_kit *kit, const struct bomb_csr *parts);
void bomb_message_with_data(struct buffer *out, const struct bomb_kit *kit, struct bytes data);

/* A CertRep with this SignedData in its envelope. */
void bomb_reply_with_answer(struct buffer *out, const struct bomb_kit *kit, struct bytes answer);
