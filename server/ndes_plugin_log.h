/*
 * NDESPlugin.log, which Intune's policy module writes: one line a step, with the
 * words that the documents look for (ndes-behaviour 4.2). How its columns look is not
 * known from the sources; ours are the text, then date and time.
 */
#pragma once

#include <stdint.h>

#include "common/diag.h"

struct ndes_plugin_log;

/* Writes FOLDER/NDESPlugin.log; the folder is there. */
struct ndes_plugin_log *ndes_plugin_log_new(const char *folder);

/* Adds a line to those that ndes_plugin_log_write writes. I/O thread. */
void ndes_plugin_log_add(struct ndes_plugin_log *log, const char *text, int64_t now_ms);

/* Appends the lines that were added, at once. I/O thread. DONE; BROKEN with words when the file begins
 * to fail. */
int ndes_plugin_log_write(struct ndes_plugin_log *log, struct diag *diag);

/* Has the next line open the file anew. I/O thread. */
void ndes_plugin_log_reopen(struct ndes_plugin_log *log);

/* Accepts NULL. */
void ndes_plugin_log_free(struct ndes_plugin_log *log);
