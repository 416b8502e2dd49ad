/* `mock-ndes ca`: the root that a device must trust, for SCEP and for HTTPS. */
#pragma once

#include "server/command.h"

extern const struct command command_ca;
