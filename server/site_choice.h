/*
 * Stage `site`: which deployment an exchange is for. The listener may say it; else
 * the URL does:
 *
 *   /site/NAME/certsrv/...                 a site of the configuration, or one made since
 *   /fault/NAME[+NAME...][@LABEL]/certsrv/...  a site with these fault profiles, made when it is
 *                                          first asked for; each label is one of its own
 *   everything else                        the default site
 *
 * The prefix is taken off the request, so that the deployment behind it sees, and
 * logs, what a real one would. A name that nobody knows is answered by this program in
 * its own name.
 */
#pragma once

#include "common/buffer.h"

struct exchange;

/* Returns STAGE_NEXT, STAGE_ANSWERED (404, 503) or STAGE_BROKE. I/O thread. */
int site_choice_run(struct exchange *exchange);

/* Returns the size of the prefix that names a site, or 0 when the path has none. */
size_t site_choice_prefix(struct bytes path);
