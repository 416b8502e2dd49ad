/*
 * The query of a call of the control API, as an object that the same rows check as
 * those of a body.
 */
#pragma once

#include "common/buffer.h"
#include "server/control_field.h"

/*
 * Makes an object of a raw query, each member of the type that its row asks for, and checks it as
 * control_field_check does, with the bare name as its place. The caller releases it with json_decref.
 */
json_t *control_query_read(
	struct control_problem *problem, const struct control_field *fields, struct bytes query);
