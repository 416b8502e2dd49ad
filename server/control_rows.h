/* The tables that make up the routes of the control API, each ended by a row without a method. */
#pragma once

#include "server/control_route.h"

extern const struct control_route control_rows_server[];
extern const struct control_route control_rows_sites[];
extern const struct control_route control_rows_settings[];
extern const struct control_route control_rows_faults[];
extern const struct control_route control_rows_services[];
extern const struct control_route control_rows_requests[];
extern const struct control_route control_rows_wait[];
extern const struct control_route control_rows_verify[];
extern const struct control_route control_rows_events[];
extern const struct control_route control_rows_challenges[];
extern const struct control_route control_rows_transactions[];
extern const struct control_route control_rows_certificates[];
extern const struct control_route control_rows_ca[];
extern const struct control_route control_rows_clock[];
extern const struct control_route control_rows_document[];
extern const struct control_route control_rows_catalogue[];
extern const struct control_route control_rows_configuration[];
