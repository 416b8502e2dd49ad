#include "server/pipeline.h"

#include "server/balancer.h"
#include "server/ca.h"
#include "server/ca_database.h"
#include "server/ca_issue.h"
#include "server/connect.h"
#include "server/exchange.h"
#include "server/http_sys.h"
#include "server/iis.h"
#include "server/mscep.h"
#include "server/policy.h"
#include "server/proxy.h"
#include "server/reply.h"
#include "server/reply_plan.h"
#include "server/respond.h"
#include "server/rule_engine.h"
#include "server/send.h"
#include "server/site_choice.h"
#include "server/static_file.h"

/* The way of every exchange, from the first byte to the logs. */
static const struct stage stages[] = {
	{"site", "this program: which deployment the URL names", PHASE_HEAD, site_choice_run},
	{"connect", "the network", PHASE_HEAD, connect_run},
	{"proxy", "the Entra application proxy", PHASE_HEAD, proxy_run},
	{"balancer", "a load balancer in front of several NDES", PHASE_HEAD, balancer_run},
	{"http_sys", "http.sys", PHASE_HEAD, http_sys_run},
	{"iis", "IIS: request filtering, authentication, applications", PHASE_HEAD, iis_run},
	{"iis_body", "IIS: the length of a chunked body", PHASE_BODY, iis_check_body},
	{"static_file", "IIS: the folder CertEnroll", PHASE_BODY, static_file_run},
	{"mscep", "mscep.dll", PHASE_BODY, mscep_run},
	{"policy", "the challenge, or the Intune policy module", PHASE_BODY, policy_run},
	{"ca", "AD CS: requests, polls, lookups", PHASE_BODY, ca_run},
	{"ca_issue", "AD CS: signing what was planned", PHASE_BODY, ca_issue_run},
	{"reply_plan", "mscep.dll on the way back", PHASE_BODY, reply_plan_run},
	{"reply", "mscep.dll: sealing and signing the CertRep", PHASE_BODY, reply_run},
	{"policy_back", "the password cache on the way back", PHASE_BACK, policy_settle},
	{"respond", "IIS on the way back", PHASE_BACK, respond_run},
	{"send", "the wire, and the logs", PHASE_LOG, send_run},
};

#define STAGE_COUNT (sizeof(stages) / sizeof(stages[0]))

_Static_assert(STAGE_COUNT <= 32, "exchange.stages has a bit for each");

const struct stage *
pipeline_stage(unsigned index)
{
	return index < STAGE_COUNT ? &stages[index] : NULL;
}

/* Runs one stage; returns whether it gave the answer. */
static bool
run_stage(struct exchange *exchange, unsigned index)
{
	const struct stage *stage = &stages[index];
	int result;

	exchange->stages |= UINT32_C(1) << index;
	result = ca_database_answer(exchange, stage->run(exchange));
	result = rule_engine_apply(exchange, index, result);
	if (result == STAGE_NEXT)
		return false;
	if (result == STAGE_BROKE)
		exchange_break(exchange);
	if (!exchange->answered_by)
		exchange->answered_by = stage;
	return true;
}

bool
pipeline_run(struct exchange *exchange, enum stage_phase phase)
{
	for (unsigned i = 0; i < STAGE_COUNT; i++) {
		if (stages[i].phase != phase)
			continue;
		/* An answer ends the way forward; the way back is gone to its end. */
		if (run_stage(exchange, i) && phase < PHASE_BACK)
			return true;
	}
	return exchange->answered_by != NULL;
}
