#include "server/fault_site.h"

#include <string.h>

#include "common/memory.h"
#include "server/profile_set.h"
#include "server/server.h"
#include "server/site_life.h"

static int
make(struct site **out, struct server *server, enum site_origin origin, const char *site_name,
	struct profile_set *set, const char *url, struct diag *diag)
{
	SETTINGS_CLEANUP struct settings settings = {0};
	const struct site_plan plan = {.name = site_name,
		.base_url = url,
		.settings = &settings,
		.without = &server->settings,
		.profiles = set,
		.origin = origin};
	int result;

	settings_copy(&settings, &server->settings);
	result = profile_set_apply(set, &settings, diag);
	if (result == DONE)
		result = site_new(out, server, &plan, diag);
	if (result == DONE)
		site_table_add(&server->sites, *out);
	return result;
}

int
fault_site_find(struct site **out, struct server *server, const char *name, struct diag *diag)
{
	size_t size = strcspn(name, "@");
	TEXT_CLEANUP char *site_name = text_format("fault/%s", name);
	TEXT_CLEANUP char *url = text_format("%s/%s", server->base_url, site_name);
	TEXT_CLEANUP char *profiles = text_copy_size(name, size);
	PROFILE_SET_CLEANUP struct profile_set set = {0};
	int result;

	*out = site_table_find(&server->sites, bytes_text(site_name));
	if (*out)
		return DONE;
	if (name[size] && site_name_check_label(name + size + 1, diag) != DONE)
		return REFUSED;
	/* Who has mistyped a name shall hear that, and not that there is no room for it. */
	result = profile_set_read(&set, server->profile_directory, profiles, diag);
	if (result != DONE)
		return result;
	/* Before anything is minted for one that cannot stay. */
	site_life_sweep(server);
	result = site_life_check_room(server, site_name, diag);
	if (result == DONE)
		result = make(out, server, SITE_OF_URL, site_name, &set, url, diag);
	return result;
}

int
fault_site_listen(struct site **out, struct server *server, const char *profiles, const char *url,
	struct diag *diag)
{
	TEXT_CLEANUP char *site_name = text_format("fault/%s%s", profiles, strrchr(url, ':'));
	PROFILE_SET_CLEANUP struct profile_set set = {0};
	int result = profile_set_read(&set, server->profile_directory, profiles, diag);

	if (result == DONE)
		result = make(out, server, SITE_OF_LISTENER, site_name, &set, url, diag);
	return result;
}
