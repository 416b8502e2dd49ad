/*
 * The figures of a server in Prometheus's text format (version 0.0.4).
 */
#pragma once

#include "common/buffer.h"

struct server;

#define CONTROL_METRICS_TYPE "text/plain; version=0.0.4; charset=utf-8"

/* Appends them. I/O thread. */
void control_metrics_write(struct buffer *out, struct server *server);
