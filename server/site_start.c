#include "server/site_start.h"

#include <stdlib.h>

#include "common/buffer.h"
#include "common/memory.h"
#include "server/profile_set.h"
#include "server/site.h"

struct site_start *
site_start_new(const struct site *site, const struct site_plan *plan)
{
	struct site_start *start = memory_new(1, sizeof(*start));
	BUFFER_CLEANUP struct buffer names = {0};

	start->name = text_copy(site->name);
	start->base_url = text_copy(site->base_url);
	settings_copy(&start->configured, &site->configured);
	settings_copy(&start->without, &site->without);
	for (size_t i = 0; i < site->profiles->count; i++)
		buffer_append_format(
			&names, "%s%s", i ? "+" : "", site->profiles->profiles[i].name);
	start->profiles = text_copy(buffer_text(&names));
	start->rules = json_deep_copy(plan->rules);
	start->own_ca = plan->own_ca;
	start->time_to_live_ms = plan->time_to_live_ms;
	start->clock = plan->clock;
	return start;
}

void
site_start_keep_pki(struct site_start *start, const struct site *site)
{
	if (!site->own_pki)
		return;
	start->pki = memory_new(1, sizeof(*start->pki));
	pki_share(start->pki, site->own_pki);
}

void
site_start_free(struct site_start *start)
{
	if (!start)
		return;
	settings_done(&start->configured);
	settings_done(&start->without);
	json_decref(start->rules);
	if (start->pki)
		pki_done(start->pki);
	free(start->pki);
	free(start->profiles);
	free(start->base_url);
	free(start->name);
	free(start);
}
