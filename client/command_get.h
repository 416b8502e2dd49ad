/*
 * "get-cert" and "get-crl": what the server gives to somebody who has a
 * certificate already (RFC 8894 3.3.4).
 */
#pragma once

#include "client/command.h"

/* Run a command with checked arguments; they print everything and return an enum exit_code. */
int command_get_cert(const struct arguments *arguments, struct report *report);
int command_get_crl(const struct arguments *arguments, struct report *report);
