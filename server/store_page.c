#include "server/store_page.h"

int
store_page_start(struct store_page *page, struct diag *diag)
{
	page->given = 0;
	page->total = 0;
	buffer_clear(&page->next);
	if (page->limit >= 1 && page->limit <= STORE_PAGE_MAX)
		return DONE;
	return diag_refuse(diag, "limit", NULL, "1 to 1000", "%zu", page->limit);
}

int
store_page_refuse_cursor(const struct store_page *page, struct diag *diag)
{
	return diag_refuse(diag, "cursor", NULL, "one that the page before has given", "\"%.64s\"",
		page->after);
}

void
store_page_done(struct store_page *page)
{
	buffer_done(&page->next);
}
