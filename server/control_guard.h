/*
 * Who may drive the control API: programs on this machine, or who knows the token;
 * never a page in a browser, which sends Origin or Sec-Fetch-Site, or, where its
 * own name was made to lead here, that name as the Host.
 */
#pragma once

#include "server/control_call.h"

/* Returns whether the call may go on; else the problem is set: 401 or 403. `token` may be NULL. */
bool control_guard_admit(struct control_call *call, const char *token);
