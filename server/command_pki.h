/* mock-ndes pki new DIR: private keys instead of the built-in ones. */
#pragma once

#include "server/command.h"

extern const struct command command_pki;
