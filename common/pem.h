/*
 * PEM texts (RFC 7468): a key or certificate between BEGIN and END lines.
 */
#pragma once

#include "common/buffer.h"

/* One block of a text. Owns its memory. */
struct pem {
	char *label;       /* "CERTIFICATE" */
	bool encrypted;    /* the header asks for a password (RFC 1421 4.6.1.1) */
	struct buffer der; /* may be a private key, so it is overwritten at the end */
};

/* A block that is released when its name goes out of scope. */
#define PEM_CLEANUP __attribute__((cleanup(pem_done)))

/*
 * Reads the next block of `text` and moves `text` behind it; what stands between blocks is
 * skipped. Returns false when there is none, or when it is damaged.
 */
bool pem_next(struct pem *out, struct bytes *text);

/* Releases what it owns; all zero afterwards. */
void pem_done(struct pem *pem);

/* Appends one block. */
void pem_write(struct buffer *out, const char *label, struct bytes der);
