/* What breaks a site, as the control API tells it: fault profiles and rules. */
#pragma once

#include "server/control_field.h"

struct site;

#define CONTROL_FAULTS_MAX 64

/* The members of a fault, for the rows of routes. */
extern const struct control_field control_fault_members[];

/* Returns what breaks a site, the profiles first, as a new list of objects. The caller releases it with
 * json_decref. */
json_t *control_fault_list(struct site *site);

/* Returns one by its id, a rule before a profile; NULL: there is none. The caller releases it with
 * json_decref. */
json_t *control_fault_find(struct site *site, const char *id);
