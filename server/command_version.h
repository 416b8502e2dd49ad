/* mock-ndes version: which version this is. */
#pragma once

#include "server/command.h"

extern const struct command command_version;
