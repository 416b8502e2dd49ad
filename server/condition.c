#include "server/condition.h"

#include <stdlib.h>

#include "common/memory.h"
#include "server/ra_certificates.h"

/* Makes one without certificates. */
static struct condition *
begin(const struct settings *settings)
{
	struct condition *condition = memory_new(1, sizeof(*condition));

	atomic_init(&condition->holders, 1);
	settings_copy(&condition->settings, settings);
	return condition;
}

/* Gives it when all went well. */
static int
end(struct condition **out, struct condition *condition, int result)
{
	if (result == DONE)
		*out = condition;
	else
		condition_release(condition);
	return result;
}

static int
follow(struct condition **out, const struct settings *settings, const char *base_url, int64_t now,
	const struct condition *kin, unsigned ra_edition, struct diag *diag)
{
	struct condition *condition = begin(settings);

	return end(out, condition,
		authority_renew(&condition->authority, kin->authority, ra_edition,
			&condition->settings, base_url, now, diag));
}

int
condition_new(struct condition **out, const struct pki *pki, const struct settings *settings,
	const char *base_url, int64_t now, struct condition *kin, struct diag *diag)
{
	struct condition *condition;

	if (kin && !settings_mint_the_same(&kin->settings, settings))
		return follow(out, settings, base_url, now, kin, kin->authority->ra->edition, diag);
	condition = begin(settings);
	if (!kin)
		return end(out, condition,
			authority_new(&condition->authority, pki, &condition->settings, base_url,
				now, diag));
	condition->lender = condition_hold(kin);
	condition->authority = kin->authority;
	return end(out, condition, DONE);
}

int
condition_renew(struct condition **out, const struct settings *settings, const char *base_url,
	int64_t now, const struct condition *kin, struct diag *diag)
{
	return follow(out, settings, base_url, now, kin, kin->authority->ra->edition + 1, diag);
}

struct condition *
condition_hold(struct condition *condition)
{
	atomic_fetch_add(&condition->holders, 1);
	return condition;
}

void
condition_release(struct condition *condition)
{
	if (!condition || atomic_fetch_sub(&condition->holders, 1) > 1)
		return;
	if (condition->lender)
		condition_release(condition->lender);
	else
		authority_free(condition->authority);
	settings_done(&condition->settings);
	free(condition);
}
