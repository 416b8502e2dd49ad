/* `mock-ndes faults`: the fault profiles, listed, explained, as JSON or Markdown. */
#pragma once

#include "server/command.h"

extern const struct command command_faults;
