/*
 * Core dumps: what is in memory when a program crashes, private keys and
 * passwords included, in a file that somebody attaches to a bug report.
 */
#pragma once

/* Has this process leave none, by the soft limit of RLIMIT_CORE: who may debug it can still raise that
 * (prlimit --core), and attach to it. */
void core_dump_forbid(void);
