/*
 * Notices that somebody removes files from the folders of logs, so that nothing is
 * written where nobody can read it. The kernel tells (inotify), and costs nothing as
 * long as nobody does.
 */
#pragma once

/* Watches a folder. From any thread. */
void log_watch_add(const char *folder);

/* Returns the descriptor that is readable when something was removed, for log_watch_take; -1 when nothing is watched. It is
 * the process's and stays open. */
int log_watch_descriptor(void);

/* Counts what was removed. One thread. */
void log_watch_take(void);

/* Returns a number that has changed when something was removed since it was asked last; where the kernel
 * cannot tell, it changes each time. From any thread. */
unsigned log_watch_removals(void);
