#include "server/control_page.h"

#define LIMIT_STANDARD 100

struct store_page
control_page_begin(const struct control_call *call)
{
	return (struct store_page){
		.limit = (size_t)control_member_number(call->query, "limit", LIMIT_STANDARD),
		.after = control_member_text(call->query, "before", NULL),
		.count = true,
	};
}

void
control_page_answer(struct control_call *call, struct store_page *page, int outcome,
	const struct diag *diag, const char *name, json_t *list)
{
	if (outcome != DONE) {
		json_decref(list);
		control_refuse_outcome(call, outcome, 422, diag);
		return;
	}
	control_answer(call, 200,
		json_pack("{s:o, s:I, s:o}", name, list, "total", (json_int_t)page->total, "next",
			page->next.size ? json_string(buffer_text(&page->next)) : json_null()));
}
