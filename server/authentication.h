/*
 * Who may open the admin page: everybody, or who knows the password (Basic).
 */
#pragma once

struct exchange;

/* Fills route.user. Returns STAGE_NEXT, or STAGE_ANSWERED with a 401 that says how to try again. */
int authentication_run(struct exchange *exchange);
