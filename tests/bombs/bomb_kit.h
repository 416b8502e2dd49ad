/*
 * What bombs are made of: the two parties of an exchange, and elements that
 * repeat and nest. A bomb is data of the test's making; what cannot be made
 * ends the program.
 */
#pragma once

#include "common/certificate.h"
#include "common/der_writer.h"

/* A device and an RA, whose keys are the built-in ones: everybody knows them. */
struct bomb_kit {
	EVP_PKEY *device_key, *ra_key;
	struct certificate device; /* self-signed */
	struct certificate ra;     /* what messages are encrypted to, and what signs replies */
};

#define BOMB_KIT_CLEANUP __attribute__((cleanup(bomb_kit_done)))

/* `ca_certificates` is the answer of a server's GetCACert, which has built-in keys; empty: there is no
 * server, and the RA's certificate is made here. */
void bomb_kit_init(struct bomb_kit *kit, struct bytes ca_certificates);
void bomb_kit_done(struct bomb_kit *kit);

/* Ends the program, with these words, unless `good`. */
void bomb_must(bool good, const char *what);

/* Appends `element` so many times. */
void bomb_repeat(struct buffer *out, struct bytes element, size_t count);

/* Appends `inside` in so many constructed elements of this tag, of definite or indefinite length. */
void bomb_nest(struct buffer *out, uint8_t tag, size_t depth, struct bytes inside);
void bomb_nest_indefinite(struct buffer *out, uint8_t tag, size_t depth, struct bytes inside);

/* Appends an element of this tag with `size` octets of content, each `octet`. */
void bomb_fill(struct buffer *out, uint8_t tag, uint8_t octet, size_t size);

/* Appends a Name of one RDN that says CN=`text`. */
void bomb_name(struct buffer *out, const char *text);

/* Appends the SubjectPublicKeyInfo of an RSA key with this exponent and a modulus of so many bits (0: an
 * INTEGER of no octets), whose octets are all the same. Nobody knows its private key. */
#define BOMB_MODULUS_OCTET 0xf7
void bomb_rsa_key(struct buffer *out, size_t modulus_bits, struct bytes exponent);
