/* Intune: the policy module, its connector, and what they need of the server. */
#include "server/settings_rows.h"

/* clang-format off */
const struct setting_row settings_rows_intune[] = {

	{0},
};
/* clang-format on */
