/*
 * The stage `send`: the last byte is out, and everybody who keeps a log writes
 * it.
 */
#pragma once

struct exchange;

/* Writes the W3C line, the journal line and the human line. Returns STAGE_NEXT or STAGE_BROKE. */
int send_run(struct exchange *exchange);
