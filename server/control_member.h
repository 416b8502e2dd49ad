/*
 * Members of an object that control_field_check has found good.
 */
#pragma once

#include "server/control_field.h"

/* Each returns the member's value, or `standard` where it is absent or null. */
const char *control_member_text(const json_t *object, const char *name, const char *standard);
int64_t control_member_number(const json_t *object, const char *name, int64_t standard);
bool control_member_boolean(const json_t *object, const char *name, bool standard);

/* In milliseconds; of a time since 1970. */
int64_t control_member_duration(const json_t *object, const char *name, int64_t standard);
int64_t control_member_time(const json_t *object, const char *name, int64_t standard);

/* Returns the index into the row's choices. */
int control_member_choice(const json_t *object, const struct control_field *field, int standard);
