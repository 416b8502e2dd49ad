/*
 * What a site was made with, kept so that it can be so again.
 */
#pragma once

#include <jansson.h>

#include "common/clock.h"
#include "server/pki.h"
#include "server/settings.h"

struct site;
struct site_plan;

struct site_start {
	char *name;
	char *base_url;
	struct settings configured;
	struct settings without; /* the same without the profiles */
	char *profiles;          /* their names, joined by "+"; empty: none */
	json_t *rules;           /* its own; NULL: none */
	bool own_ca;
	struct pki *pki;         /* of a removed one with its own CA: its keys; else NULL */
	int64_t time_to_live_ms; /* 0: it stays */
	struct clock_state clock;
};

/* Keeps what `site` has just been made with, by this plan. */
struct site_start *site_start_new(const struct site *site, const struct site_plan *plan);

/* Keeps the site's own CA too, if it has one, now that it is removed. */
void site_start_keep_pki(struct site_start *start, const struct site *site);

/* Accepts NULL. */
void site_start_free(struct site_start *start);
