#include "server/site_authority.h"

#include "server/site.h"
#include "server/site_verb.h"

static int
set(struct site *site, const char *name, const char *value, struct diag *diag)
{
	json_t *settings = json_pack("{s:s}", name, value);
	const char *fault;
	int result = site_change(site, settings, &fault, diag);

	json_decref(settings);
	return result;
}

static int
check_generation(struct site *site, struct diag *diag)
{
	bool switched;

	pthread_mutex_lock(&site->lock);
	switched = site->configured.ca_generation == CA_GENERATION_NEXT;
	pthread_mutex_unlock(&site->lock);
	if (!switched)
		return DONE;
	return diag_refuse(diag, "CA", "ca_generation", "a CA that the next one can follow",
		"the next CA has taken over already, and there is none behind it");
}

int
site_authority_offer_next(struct site *site, struct diag *diag)
{
	int result = check_generation(site, diag);

	return result == DONE ? set(site, "next_ca", "configured", diag) : result;
}

int
site_authority_switch(struct site *site, struct diag *diag)
{
	int result = check_generation(site, diag);

	return result == DONE ? set(site, "ca_generation", "next", diag) : result;
}

int
site_authority_expire_ra(struct site *site, struct diag *diag)
{
	return set(site, "ra_certificates", "expired", diag);
}
