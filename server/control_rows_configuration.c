/* Everything as a file: what a server was started with, and what became of it. */
#include "server/configuration_running.h"
#include "server/configuration_yaml.h"
#include "server/control_rows.h"

static void
get_configuration(struct control_call *call)
{
	CONFIGURATION_CLEANUP struct configuration configuration = {0};
	BUFFER_CLEANUP struct buffer body = {0};
	struct diag diag = {0};
	int result = configuration_running(&configuration, call->server, &diag);

	if (result != DONE) {
		control_refuse_outcome(call, result, 500, &diag);
		return;
	}
	configuration_yaml_write(&body, &configuration);
	control_answer_text(call, "application/yaml", &body);
}

const struct control_route control_rows_configuration[] = {
	{"GET", "/v1/config", "getConfiguration",
		"gives everything as a file that \"mock-ndes serve --config\" accepts",
		.success = 200, .content_type = "application/yaml", .run = get_configuration},
	{0},
};
