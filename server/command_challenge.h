/* mock-ndes challenge new: challenges in Intune's form, minted without a server. */
#pragma once

#include "server/command.h"

extern const struct command command_challenge;
