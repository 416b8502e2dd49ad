/*
 * The services of a deployment, as services.msc and IIS Manager list them: a view of
 * its settings and of what has happened to its pool.
 *
 * Starting, stopping, or changing how one starts is a change of the setting behind it
 * (site_verb.h), so that both ways of saying it mean the same.
 */
#pragma once

#include <jansson.h>

#include "common/diag.h"

struct site;

#define SITE_SERVICES_FIXED 2 /* nothing here stands behind it that could be changed */

/*
 * Returns the services that are installed, a new list of objects: `name` ("CertSvc"), `display_name`,
 * `state` ("running", "stopped"), `startup` ("automatic", "manual"), and `settings`, the names of those
 * behind it. By what is in force. The caller lets it go with json_decref.
 */
json_t *site_services_list(struct site *site);

/*
 * Starts or stops a service by its name or display name, in any case of letters. DONE; REFUSED for one
 * that there is not, with the nearest; SITE_SERVICES_FIXED; BROKEN. I/O thread.
 */
int site_services_start(struct site *site, const char *name, struct diag *diag);
int site_services_stop(struct site *site, const char *name, struct diag *diag);

/* Changes how it starts, "automatic" or "manual"; seen at the next restart. As site_services_start. */
int site_services_set_startup(
	struct site *site, const char *name, const char *startup, struct diag *diag);
