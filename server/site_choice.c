#include "server/site_choice.h"

#include <string.h>

#include "common/memory.h"
#include "common/percent.h"
#include "server/exchange.h"
#include "server/fault_site.h"
#include "server/server.h"
#include "server/site_life.h"

/* Answers in this program's own name; the words stand in exchange->diag. */
static int
answer(struct exchange *exchange, unsigned status)
{
	struct response *response = &exchange->http->response;
	char words[DIAG_TEXT_SIZE];

	response_set(response, RESPONSE_FROM_MOCK, status, 0, 0);
	response->content_type = "text/plain; charset=utf-8";
	buffer_append_format(&response->body, "mock-ndes: %s\n", diag_text(words, &exchange->diag));
	return STAGE_ANSWERED;
}

static int
find_named(struct site **out, struct exchange *exchange, const char *name)
{
	if (site_life_find(out, exchange->server, name, &exchange->diag) == DONE)
		return STAGE_NEXT;
	return answer(exchange, 404);
}

static int
find_fault(struct site **out, struct exchange *exchange, const char *name)
{
	switch (fault_site_find(out, exchange->server, name, &exchange->diag)) {
	case DONE:
		return STAGE_NEXT;
	case REFUSED:
		return answer(exchange, 404);
	case SITE_LIFE_FULL:
		return answer(exchange, 503);
	default:
		return STAGE_BROKE;
	}
}

/* What the first segment of a path can be. */
static const struct {
	const char *segment;
	/* Gives the site that the second segment, unescaped, names. */
	int (*find)(struct site **out, struct exchange *exchange, const char *name);
} prefixes[] = {
	{"/site/", find_named},
	{"/fault/", find_fault},
};

/* Reads the name behind a prefix; returns the size of both, or 0 when the path is another one. */
static size_t
read_prefix(struct buffer *name, struct bytes path, const char *segment)
{
	size_t begin = strlen(segment), end = begin;

	if (path.size < begin || memcmp(path.data, segment, begin) != 0)
		return 0;
	while (end < path.size && path.data[end] != '/')
		end++;
	/* What cannot be unescaped is no site's name. */
	if (percent_decode(name, BYTES(path.data + begin, end - begin), NULL) != DONE)
		buffer_append(name, BYTES(path.data + begin, end - begin));
	return end;
}

static int
choose_by_url(struct exchange *exchange)
{
	struct request *request = &exchange->http->request;

	for (size_t i = 0; i < sizeof(prefixes) / sizeof(prefixes[0]); i++) {
		BUFFER_CLEANUP struct buffer name = {0};
		size_t size = read_prefix(&name, request->path, prefixes[i].segment);
		struct site *site = NULL;
		int result;

		if (size == 0)
			continue;
		result = prefixes[i].find(&site, exchange, buffer_text(&name));
		if (result != STAGE_NEXT)
			return result;
		exchange_enter_site(exchange, site);
		exchange->site_prefix = request_take_prefix(request, size);
		return STAGE_NEXT;
	}
	return STAGE_NEXT;
}

size_t
site_choice_prefix(struct bytes path)
{
	size_t size = 0;

	for (size_t i = 0; size == 0 && i < sizeof(prefixes) / sizeof(prefixes[0]); i++) {
		BUFFER_CLEANUP struct buffer name = {0};

		size = read_prefix(&name, path, prefixes[i].segment);
	}
	return size;
}

int
site_choice_run(struct exchange *exchange)
{
	if (exchange->site != exchange->server->sites.sites[0])
		return STAGE_NEXT;
	return choose_by_url(exchange);
}
