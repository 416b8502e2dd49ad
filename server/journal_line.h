/*
 * The line for a person on stderr, one an exchange:
 *
 *   23:59:58.747 #17 POST PKIOperation PKCSReq CN=device-1 -> 200 SUCCESS serial 68000000.. 3 ms
 *   23:59:59.001 #18 POST PKIOperation PKCSReq CN=device-1 -> 200 FAILURE badMessageCheck
 *   0x800B0110 CERT_E_WRONG_USAGE challenge-used by #17 (words of the diag) 2 ms
 */
#pragma once

#include "server/exchange.h"

/* Appends the line with its newline, in less than 4096 bytes, without control characters. */
void journal_line_write(struct buffer *out, const struct exchange *exchange);
