#include "exchange_support.h"

#include <stdio.h>
#include <stdlib.h>

void
exchange_support_init(struct exchange_support *support)
{
	static char host_name[] = "NDES01", site_name[] = SITE_NAME_DEFAULT;
	struct request *request = &support->http.request;
	struct response *response = &support->http.response;

	*support = (struct exchange_support){
		.site = {.name = site_name, .number = 1, .server = &support->server},
		.settings = {.host_name = host_name},
		.http = {.end = HTTP_END_SENT,
			.begun_ns = 1000000000,
			.ended_ns = 1003214999,
			.bytes_received = 107,
			.bytes_sent = 186},
		.exchange = {.number = 17,
			.server = &support->server,
			.site = &support->site,
			.settings = &support->settings,
			.http = &support->http,
			.arrived_ms = EXCHANGE_SUPPORT_NOW_MS - 3},
	};
	clock_freeze(&support->server.clock, EXCHANGE_SUPPORT_NOW_MS);
	request->method = "GET";
	request->version = "HTTP/1.1";
	request->content_length = -1;
	request->client_port = 51234;
	request->server_port = 80;
	request->connection = 4;
	request->nth = 2;
	snprintf(request->client_address, sizeof(request->client_address), "127.0.0.1");
	snprintf(request->server_address, sizeof(request->server_address), "127.0.0.1");
	exchange_support_target(support,
		"/certsrv/mscep/mscep.dll/pkiclient.exe?operation=GetCACaps&message=default");
	response_set(response, RESPONSE_FROM_MSCEP, 200, 0, 0);
	response->content_type = "text/plain";
}

void
exchange_support_target(struct exchange_support *support, const char *target)
{
	request_set_target(&support->http.request, target);
	support->exchange.site_path = support->http.request.path;
}

void
exchange_support_header(struct exchange_support *support, const char *name, const char *value)
{
	struct request *request = &support->http.request;

	request->headers[request->header_count++] = (struct request_header){name, value};
}

void
exchange_support_done(struct exchange_support *support)
{
	response_done(&support->http.response);
}
