/*
 * A SignedData in BER with indefinite lengths (X.690 8.1.3.6), as senders that
 * stream write it. It means what the DER means, and its signature stays good: what is
 * signed is inside, and copied as it is.
 */
#pragma once

#include "common/buffer.h"
#include "common/diag.h"

/* Appends the message with ContentInfo, its [0] and SignedData in indefinite lengths. DONE; or
 * REFUSED, with nothing appended, when `der` is no ContentInfo around a SEQUENCE. */
int cms_indefinite_write(struct buffer *out, struct bytes der, struct diag *diag);
