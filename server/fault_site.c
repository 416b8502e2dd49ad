#include "server/fault_site.h"

#include <string.h>

#include "common/memory.h"
#include "server/profile_set.h"
#include "server/server.h"

#define LABEL_MAX 63

static int
check_label(const char *label, struct diag *diag)
{
	size_t size =
		strspn(label, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_.");

	if (size > 0 && size <= LABEL_MAX && label[size] == '\0')
		return DONE;
	return diag_refuse(diag, "label", NULL, "1 to 63 letters, digits, \"-\", \"_\" and \".\"",
		"\"@%.80s\"", label);
}

static int
make(struct site **out, struct server *server, const char *site_name, const char *profiles,
	const char *url, struct diag *diag)
{
	PROFILE_SET_CLEANUP struct profile_set set = {0};
	SETTINGS_CLEANUP struct settings settings = {0};
	const struct site_plan plan = {
		.name = site_name, .base_url = url, .settings = &settings, .profiles = &set};
	int result = profile_set_read(&set, server->profile_directory, profiles, diag);

	settings_copy(&settings, &server->settings);
	if (result == DONE)
		result = profile_set_apply(&set, &settings, diag);
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

	*out = site_table_find(&server->sites, bytes_text(site_name));
	if (*out)
		return DONE;
	if (name[size] && check_label(name + size + 1, diag) != DONE)
		return REFUSED;
	if (server->sites.count >= server->sites_max) {
		diag_refuse(diag, site_name, NULL,
			"fewer sites, or a server started with a larger --max-sites",
			"there are %zu sites already", server->sites.count);
		return FAULT_SITE_FULL;
	}
	return make(out, server, site_name, profiles, url, diag);
}

int
fault_site_listen(struct site **out, struct server *server, const char *profiles, const char *url,
	struct diag *diag)
{
	TEXT_CLEANUP char *site_name = text_format("fault/%s%s", profiles, strrchr(url, ':'));

	return make(out, server, site_name, profiles, url, diag);
}
