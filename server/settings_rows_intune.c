/* Intune: the policy module, its connector, and what they need of the server. */
#include "server/settings_rows.h"

/* clang-format off */
const struct setting_row settings_rows_intune[] = {
	{CHOICE(connector_setup, "succeeded",
		[CONNECTOR_SETUP_SUCCEEDED] = "succeeded", [CONNECTOR_SETUP_FAILED] = "failed",
		[CONNECTOR_SETUP_ABSENT] = "absent"),
		SETUP("SetupMsi.log"), .source = "Intune: troubleshoot device to NDES",
		.help = "How the installation of Intune's connector went, by its SetupMsi.log"},
	{CHOICE(capi2_log, "disabled",
		[CAPI2_LOG_DISABLED] = "disabled", [CAPI2_LOG_ENABLED] = "enabled"),
		AT_ONCE("Event Viewer, CAPI2, Operational, Enable Log"),
		.source = "Intune: troubleshoot device to NDES",
		.help = "Whether events about certificate chains are written"},
	{0},
};
/* clang-format on */
