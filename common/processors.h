/* How much this process can do at once. */
#pragma once

/* Returns how many processors it may use, one at least. */
unsigned processors_usable(void);
