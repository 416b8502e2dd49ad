/*
 * Sites as the control API tells them, and what its routes for sites share.
 */
#pragma once

#include "server/control_call.h"

/* The members of a site, for the rows of routes. */
extern const struct control_field control_site_members[];

/* Returns a site as a JSON object. The caller releases it with json_decref. */
json_t *control_site_json(struct site *site);

/* Changes settings of the call's site; null stands for a setting's default. Returns whether that was done;
 * else the problem is set, with the pointer of the setting below `pointer`. */
bool control_site_change(struct control_call *call, const json_t *settings, const char *pointer);
