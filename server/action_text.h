/*
 * Rules in words: what can be matched, when a rule strikes, and all actions with their
 * arguments, printed from their tables.
 */
#pragma once

#include "common/buffer.h"

/* Appends the reference that "mock-ndes help actions" shows. */
void action_text_write_help(struct buffer *out);

/* Appends the same as sections of a manual page: RULES and ACTIONS. */
void action_text_write_manual(struct buffer *out);
