/* What the tags of DER are called. */
#pragma once

#include <stdint.h>

/* The name of a tag for messages: "SEQUENCE", "[0]". May use `text`; the result lives as long as it. */
const char *der_tag_name(char text[16], uint8_t tag);
