/*
 * Pages of listings: limit and cursor of the query, total and next of the answer.
 */
#pragma once

#include "server/control_call.h"
#include "server/store_page.h"

/* The rows of the query, for the tables of routes. */
#define CONTROL_PAGE_LIMIT                                                                         \
	{                                                                                          \
		"limit", CONTROL_NUMBER, 1, STORE_PAGE_MAX, .standard = "100",                     \
							    .help = "how many at most"             \
	}
#define CONTROL_PAGE_BEFORE                                                                        \
	{                                                                                          \
		"before", CONTROL_TEXT, 1, 128, .help = "the cursor `next` of the page before"     \
	}

/* And those of the answer. */
#define CONTROL_PAGE_TOTAL                                                                         \
	{                                                                                          \
		"total", CONTROL_NUMBER, .help = "how many there are on all pages"                 \
	}
#define CONTROL_PAGE_NEXT                                                                          \
	{                                                                                          \
		"next", CONTROL_TEXT,                                                              \
			.help = "the cursor of the next page; null: this is the last"              \
	}

/* Returns the page that a call asks for, with its count. The cursor is borrowed from the call. */
struct store_page control_page_begin(const struct control_call *call);

/* Answers with a list under its name (taken over), or refuses by the outcome of the listing. */
void control_page_answer(struct control_call *call, struct store_page *page, int outcome,
	const struct diag *diag, const char *name, json_t *list);
