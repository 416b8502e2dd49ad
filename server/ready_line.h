/*
 * The line that tells a waiting script that the ports accept, and where they are.
 */
#pragma once

#include "common/buffer.h"

struct server;

/*
 * Appends one JSON object and a newline: ready, version, pid, seed, scep, scep_tls, admin_page, control,
 * listeners, fault_listeners, ca_fingerprint_sha256 and ca_thumbprint_md5.
 */
void ready_line_write(struct buffer *out, const struct server *server);
