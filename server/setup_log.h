/*
 * SetupMsi.log, which the installer of Intune's connector left behind: with the two
 * sentences of a good installation, or without them.
 */
#pragma once

#include "common/diag.h"
#include "server/settings.h"

/*
 * Writes FOLDER/SetupMsi.log once, for the setting connector_setup; `now` is when the installation
 * was. DONE, or REFUSED when it cannot be written.
 */
int setup_log_write(
	const char *folder, const struct settings *settings, int64_t now, struct diag *diag);
