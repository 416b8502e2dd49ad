/* mock-ndes serve: the deployment itself. */
#pragma once

#include "server/command.h"

extern const struct command command_serve;
