#include "server/ready_line.h"

#include <unistd.h>

#include "common/json_writer.h"
#include "common/memory.h"
#include "server/configuration.h"
#include "server/server.h"

#define SCEP_PATH "/certsrv/mscep/mscep.dll"

/* A member that holds the hexadecimal digest of the CA certificate; null where libcrypto refuses it. */
static void
write_digest(
	struct buffer *out, const char *key, const struct server *server, const char *digest_name)
{
	const struct certificate *ca =
		authority_issuer(server->sites.sites[0]->condition->authority);
	const struct digest_algorithm *digest = algorithm_digest_named(digest_name);
	uint8_t octets[EVP_MAX_MD_SIZE];

	if (pki_fingerprint(octets, ca, digest, NULL) == DONE)
		json_writer_hex(out, key, BYTES(octets, digest->size));
	else
		json_writer_null(out, key);
}

static void
write_url(struct buffer *out, const char *key, const struct server *server, const char *path)
{
	TEXT_CLEANUP char *url = text_format("%s%s", server->base_url, path);

	json_writer_text(out, key, bytes_text(url));
}

static void
write_tls_url(struct buffer *out, const struct server *server)
{
	TEXT_CLEANUP char *base = server_tls_url(server);
	TEXT_CLEANUP char *url = base ? text_format("%s" SCEP_PATH, base) : NULL;

	if (url)
		json_writer_text(out, "scep_tls", bytes_text(url));
	else
		json_writer_null(out, "scep_tls");
}

static void
write_control(struct buffer *out, const struct server *server)
{
	TEXT_CLEANUP char *url = server_control_url(server);

	if (url)
		json_writer_text(out, "control", bytes_text(url));
	else
		json_writer_null(out, "control");
}

static void
write_listeners(struct buffer *out, const struct server *server)
{
	json_writer_open_array(out, "listeners");
	for (size_t i = 0; i < server->listener_count; i++) {
		TEXT_CLEANUP char *url = server_listener_url(server, i);

		json_writer_text(out, NULL, bytes_text(url));
	}
	json_writer_close_array(out);
}

/* Which fault profiles have a port of their own, and what a device is given for it. */
static void
write_fault_listeners(struct buffer *out, const struct server *server)
{
	json_writer_open_array(out, "fault_listeners");
	for (size_t i = 0; i < server->listener_count; i++) {
		const char *fault = server->configuration->listeners[i].fault;
		TEXT_CLEANUP char *base = server_listener_url(server, i);
		TEXT_CLEANUP char *url = text_format("%s" SCEP_PATH, base);

		if (!fault)
			continue;
		json_writer_open_object(out, NULL);
		json_writer_text(out, "fault", bytes_text(fault));
		json_writer_text(out, "url", bytes_text(url));
		json_writer_close_object(out);
	}
	json_writer_close_array(out);
}

void
ready_line_write(struct buffer *out, const struct server *server)
{
	json_writer_open_object(out, NULL);
	json_writer_boolean(out, "ready", true);
	json_writer_text(out, "version", bytes_text(MOCK_NDES_VERSION));
	json_writer_number(out, "pid", getpid());
	json_writer_number(out, "seed", (int64_t)server->random.seed);
	write_url(out, "scep", server, SCEP_PATH);
	write_tls_url(out, server);
	write_url(out, "admin_page", server, "/certsrv/mscep_admin/");
	write_control(out, server);
	write_listeners(out, server);
	write_fault_listeners(out, server);
	write_digest(out, "ca_fingerprint_sha256", server, "SHA-256");
	write_digest(out, "ca_thumbprint_md5", server, "MD5");
	json_writer_close_object(out);
	buffer_append_byte(out, '\n');
}
