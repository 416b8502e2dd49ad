/* "enroll": gets a certificate, or renews one. */
#pragma once

#include "client/command.h"

/* Runs the command with checked arguments; prints everything and returns an enum exit_code. */
int command_enroll(const struct arguments *arguments, struct report *report);
