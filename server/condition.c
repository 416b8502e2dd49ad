#include "server/condition.h"

#include <stdlib.h>

#include "common/memory.h"

int
condition_new(struct condition **out, const struct pki *pki, const struct settings *settings,
	const char *base_url, int64_t now, struct condition *kin, struct diag *diag)
{
	struct condition *condition = memory_new(1, sizeof(*condition));
	int result = DONE;

	atomic_init(&condition->holders, 1);
	settings_copy(&condition->settings, settings);
	if (kin && settings_mint_the_same(&kin->settings, settings)) {
		condition->lender = condition_hold(kin);
		condition->authority = kin->authority;
	} else {
		result = authority_new(
			&condition->authority, pki, &condition->settings, base_url, now, diag);
	}
	if (result == DONE)
		*out = condition;
	else
		condition_release(condition);
	return result;
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
