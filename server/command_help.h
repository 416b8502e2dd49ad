/* mock-ndes help: the commands, one of them, or the settings. */
#pragma once

#include "server/command.h"

extern const struct command command_help;
