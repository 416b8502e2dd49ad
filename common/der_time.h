/*
 * UTCTime and GeneralizedTime as certificates write them (RFC 5280 4.1.2.5).
 */
#pragma once

#include "common/der.h"

/* Takes a UTCTime or GeneralizedTime in Z form with seconds; seconds since 1970. As the der_take
 * family: false with the diag filled otherwise. */
bool der_take_time(struct der *der, int64_t *out);

/* Appends a UTCTime, or a GeneralizedTime outside 1950 to 2049. */
void der_put_time(struct buffer *out, int64_t seconds);
