/*
 * What the person who runs the server reads: stderr. Whoever started us with a
 * pipe and does not read it must not stop us: while the pipe is full, lines are
 * dropped.
 */
#pragma once

#include "common/buffer.h"
#include "common/diag.h"

/* Writes whole lines of less than 4096 bytes (PIPE_BUF). */
void operator_log_write(struct bytes lines);

/* Writes the words of a failure as one line. */
void operator_log_diag(const struct diag *diag);
