/*
 * Names that people give to sites. They become a segment of URLs and stand in logs,
 * so they are made of what needs no escape anywhere.
 */
#pragma once

#include "common/diag.h"

struct site_table;

#define SITE_NAME_DEFAULT "default"
#define SITE_NAME_MAX     63

/* Checks the name of a site other than the default one. DONE, or REFUSED with the name as the object. */
int site_name_check(const char *name, struct diag *diag);

/* As site_name_check for the label of a fault profile's site: what stands behind "@". */
int site_name_check_label(const char *label, struct diag *diag);

/* Refuses a name that no site has, with the nearest one that there is. Returns REFUSED. */
int site_name_refuse_unknown(const struct site_table *sites, const char *name, struct diag *diag);
