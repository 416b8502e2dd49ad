/*
 * One exchange of the journal in sentences: what the device sent, what each machine
 * made of it, and what it was answered.
 */
#pragma once

#include <jansson.h>

#include "common/buffer.h"

/* Appends the story of an exchange, the journal's object (server/journal.h). */
void ctl_explain(struct buffer *out, const json_t *exchange);
