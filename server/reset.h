/*
 * Going back to the start. Whatever sets something back has a name of its own, so that
 * nobody forgets more than was meant:
 *
 *   reset of the server    reset_server             sites, faults, settings, state and time are those of
 *                                                   the start
 *   reset of a site        reset_site               the same for one site
 *   disarm                 site_profiles_disarm     its faults go; the rest stays
 *   rearm                  site_rules_rearm         the counters of its rules begin anew; none goes
 *   recycle, iisreset,     site_do                  what the real thing forgets then, and heals
 *   reboot
 *   reset of a clock       clock_control_do         the time is the server's, or the real one
 *   emptying the journal   journal_*                what was seen is forgotten; nothing else
 *
 * The reset of the server does not empty the journal; who resets over the API does both. Certificates are
 * forgotten too, since a suite that resets wants a clean server; but request numbers, and the serials with
 * them, never start again, and neither do the numbers of exchanges and of sites. Exchanges in flight go
 * on to their end.
 */
#pragma once

#include "common/diag.h"

struct server;
struct site;

/*
 * Has a site be as it was made: its settings, profiles and rules, with counters at zero and certificates
 * minted anew; its pool runs, its store is empty, its clock and its time to live begin as they did. DONE; REFUSED, and
 * nothing is changed, when a profile cannot be read any more; BROKEN. I/O thread.
 */
int reset_site(struct site *site, struct diag *diag);

/*
 * Has the server be as it was when it started: its clock is that of the start; sites that were made since, by
 * URL or otherwise, are removed; each of the configuration is reset, and made again if it was removed,
 * under another number. Goes on when one cannot be, and returns the first result that was not DONE. I/O
 * thread.
 */
int reset_server(struct server *server, struct diag *diag);
