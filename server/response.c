#include "server/response.h"

#include <assert.h>
#include <ctype.h>
#include <stdlib.h>
#include <strings.h>

#include "common/memory.h"

void
response_set(struct response *response, enum response_from from, unsigned status,
	unsigned substatus, uint32_t win32_status)
{
	response->from = from;
	response->status = status;
	response->substatus = substatus;
	response->win32_status = win32_status;
}

void
response_add_header(struct response *response, const char *name, const char *value)
{
	char *copy = text_copy(value);

	assert(response->header_count < RESPONSE_HEADERS_MAX && value[0] != '\0');
	for (char *c = copy; *c; c++)
		if (iscntrl((unsigned char)*c))
			*c = ' ';
	response->headers[response->header_count++] =
		(struct response_header){.name = name, .value = copy};
}

void
response_remove_header(struct response *response, const char *name)
{
	size_t kept = 0;

	for (size_t i = 0; i < response->header_count; i++) {
		struct response_header header = response->headers[i];

		if (strcasecmp(header.name, name) == 0)
			free(header.value);
		else
			response->headers[kept++] = header;
	}
	response->header_count = kept;
}

void
response_done(struct response *response)
{
	for (size_t i = 0; i < response->header_count; i++)
		free(response->headers[i].value);
	buffer_done(&response->body);
	*response = (struct response){0};
}
