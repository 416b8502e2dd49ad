/*
 * The administrators' page of NDES, from which a challenge password is read.
 *
 * The bytes are UTF-16LE, with or without a byte-order mark, whatever the page
 * says of itself; a proxy may have made UTF-8 of it. All three variants come
 * with status 200, so the text decides (ndes-behaviour 1.3, 1.4).
 */
#pragma once

#include <stdbool.h>

#include "common/buffer.h"
#include "common/diag.h"

#define ADMIN_PAGE_THUMBPRINT_SIZE 16 /* MD5 */

/* As read. All zero before. */
struct admin_page {
	char *challenge;
	bool has_thumbprint;
	uint8_t thumbprint[ADMIN_PAGE_THUMBPRINT_SIZE]; /* of the CA certificate */
};

#define ADMIN_PAGE_CLEANUP __attribute__((cleanup(admin_page_done)))

/*
 * Reads a page. DONE when it has a password; REFUSED, with words that tell which, for the page of
 * a full cache, that of a user without permission, and any other.
 */
int admin_page_read(struct admin_page *out, struct bytes body, struct diag *diag);

/* Releases the challenge, and overwrites it. */
void admin_page_done(struct admin_page *page);
