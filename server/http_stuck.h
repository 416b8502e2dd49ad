/*
 * Bodies that libmicrohttpd cannot read on: when the line of a chunk's size is longer than
 * its memory, it neither says so nor waits, but asks to be run again at once, for ever.
 */
#pragma once

#include "server/http_awaited.h"

/* Resets the connections that have brought more of a body of which the library has read nothing since
 * this was called last, and marks them as unreadable. Between the calls it must have been run. */
void http_stuck_look(struct http_awaited *wait);
