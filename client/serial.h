/*
 * Serial numbers as people read them off a certificate.
 */
#pragma once

#include "common/buffer.h"
#include "common/diag.h"

/*
 * Appends the content octets of the positive INTEGER with these hexadecimal digits; colons between
 * them are skipped, and a zero octet goes in front where the INTEGER would be negative without.
 * DONE or REFUSED.
 */
int serial_parse(struct buffer *out, const char *text, struct diag *diag);
