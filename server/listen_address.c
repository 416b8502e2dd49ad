#include "server/listen_address.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <stdio.h>
#include <string.h>

#include "common/options.h"

#define WANTED "ADDRESS:PORT, such as 127.0.0.1:8080, or [::1]:0 for a free port"

static int
parse_port(in_port_t *out, const char *text, struct diag *diag)
{
	int64_t port;

	if (options_number(&port, text, 0, 65535, diag) != DONE)
		return diag_refuse(diag, "", NULL, "a port from 0 to 65535", "port \"%s\"", text);
	*out = htons((uint16_t)port);
	return DONE;
}

static int
parse_v4(struct listen_address *out, const char *address, const char *port, struct diag *diag)
{
	struct sockaddr_in *v4 = (struct sockaddr_in *)&out->socket;

	v4->sin_family = AF_INET;
	if (inet_pton(AF_INET, address, &v4->sin_addr) != 1)
		return diag_refuse(diag, "", NULL, WANTED, "\"%s\" is no IPv4 address", address);
	if (parse_port(&v4->sin_port, port, diag) != DONE)
		return REFUSED;
	out->size = sizeof(*v4);
	out->loopback = ntohl(v4->sin_addr.s_addr) >> 24 == IN_LOOPBACKNET;
	out->any_port = v4->sin_port == 0;
	return DONE;
}

static int
parse_v6(struct listen_address *out, const char *address, const char *port, struct diag *diag)
{
	struct sockaddr_in6 *v6 = (struct sockaddr_in6 *)&out->socket;

	v6->sin6_family = AF_INET6;
	if (inet_pton(AF_INET6, address, &v6->sin6_addr) != 1)
		return diag_refuse(diag, "", NULL, WANTED, "\"%s\" is no IPv6 address", address);
	if (parse_port(&v6->sin6_port, port, diag) != DONE)
		return REFUSED;
	out->size = sizeof(*v6);
	out->loopback = IN6_IS_ADDR_LOOPBACK(&v6->sin6_addr);
	out->any_port = v6->sin6_port == 0;
	return DONE;
}

int
listen_address_parse(struct listen_address *out, const char *text, struct diag *diag)
{
	bool bracketed = text[0] == '[';
	size_t size = strcspn(text + bracketed, bracketed ? "]" : ":");
	const char *port = text + bracketed + size + bracketed;
	char address[INET6_ADDRSTRLEN];

	*out = (struct listen_address){0};
	/* An IPv6 address without brackets has more colons, which the port then shows. */
	if ((bracketed && text[1 + size] != ']') || *port != ':' || strchr(port + 1, ':') ||
		size >= sizeof(address))
		return diag_refuse(diag, "", NULL, WANTED, "\"%s\"", text);
	snprintf(address, sizeof(address), "%.*s", (int)size, text + bracketed);
	if (bracketed)
		return parse_v6(out, address, port + 1, diag);
	return parse_v4(out, address, port + 1, diag);
}

bool
listen_address_equal(const struct listen_address *left, const struct listen_address *right)
{
	return left->size == right->size && memcmp(&left->socket, &right->socket, left->size) == 0;
}
