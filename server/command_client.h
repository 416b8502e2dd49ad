/*
 * The commands that speak to a server. They are those of mock-ndes-client, which
 * stands beside this program, so that libcurl is not loaded to serve.
 */
#pragma once

#include "server/command.h"

extern const struct command command_enroll;
extern const struct command command_get_cert;
extern const struct command command_get_crl;
extern const struct command command_ctl;
extern const struct command command_healthcheck;
