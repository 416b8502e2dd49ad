#include "tests/fuzz/deployment.h"

#include "common/memory.h"
#include "server/journal.h"
#include "server/reset.h"
#include "server/service.h"

#include "tests/fuzz/oracle.h"

#define NOW_MS INT64_C(1790000000000)

static void
configure(struct configuration *configuration, const char *log_directory)
{
	struct settings *settings = &configuration->settings;
	struct diag diag = {0};

	configuration_init(configuration);
	configuration_clear_listen(configuration, false);
	HOLD(configuration_add_listen(configuration, "127.0.0.1:0", false, &diag) == DONE);
	HOLD(configuration_set_control(configuration, "127.0.0.1:0", &diag) == DONE);
	HOLD(settings_set_text(settings, "challenge", "secret", &diag) == DONE);
	HOLD(settings_set_text(settings, "admin_authentication", "basic", &diag) == DONE);
	configuration_add_site(configuration, "lab");
	configuration->log_directory = text_copy(log_directory);
	configuration->seed = 1;
	configuration->has_seed = true;
	configuration->quiet = true;
	configuration->sites_max = 8;
	configuration->journal_exchanges = 16;
	configuration->journal_bytes = CONFIGURATION_JOURNAL_BYTES_MIN;
	configuration->clock = (struct clock_state){.frozen = true, .frozen_ms = NOW_MS};
	HOLD(configuration_complete(configuration, &diag) == DONE);
}

void
deployment_new(struct deployment *out, const char *log_directory)
{
	struct diag diag = {0};

	configure(&out->configuration, log_directory);
	HOLD(server_new(&out->server, &out->configuration, &diag) == DONE);
	out->devices = service_scep(out->server->sites.sites[0]);
}

void
deployment_reset(struct deployment *deployment)
{
	struct diag diag = {0};

	HOLD(reset_server(deployment->server, &diag) == DONE);
	journal_clear(deployment->server->journal, NULL);
	atomic_store(&deployment->server->exchanges, 0);
}
