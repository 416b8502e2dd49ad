#include "server/browsed.h"

#include "common/memory.h"
#include "server/exchange.h"

int
browsed_answer_general_page(struct exchange *exchange)
{
	struct response *response = &exchange->http->response;
	TEXT_CLEANUP char *admin_url =
		text_format("%s/certsrv/mscep_admin/", exchange->site->base_url);

	response_set(response, RESPONSE_FROM_MSCEP, 200, 0, 0);
	response->content_type = "text/html";
	exchange_note_setting(exchange, "admin_page_bom");
	pages_ndes_general(&response->body, exchange->settings->admin_page_bom, admin_url);
	return STAGE_ANSWERED;
}

int
browsed_answer(struct exchange *exchange)
{
	exchange_note_setting(exchange, "policy_module");
	if (exchange->settings->policy_module == POLICY_MODULE_NONE)
		return browsed_answer_general_page(exchange);
	response_set(&exchange->http->response, RESPONSE_FROM_IIS, 403, 0, 0);
	return STAGE_ANSWERED;
}
