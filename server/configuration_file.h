/*
 * The configuration file: a YAML mapping. Its keys are the names of the options of
 * `mock-ndes serve` with "_" for "-", and
 *
 *   fault: NAME[+NAME]                       fault profiles of the default site
 *   rules: [RULE, ...]                       of the default site, beside its profiles', as rule_set.h
 *                                            shows them
 *   settings: {NAME: VALUE, ...}             of the default site, over its profiles'
 *   sites: {SITE: {NAME: VALUE, ...}, ...}   of further sites, where they differ
 *                                            from the default one; with `fault` and `rules` of
 *                                            their own, `ttl` (a duration from the start),
 *                                            `ca: own`, and a `clock`
 *   clock: {offset: 360d}                    how far the server's clock is ahead of the real time,
 *                                            or {frozen_at: TIME}
 *   site_clock: {offset: -1h}                the same of the default site's, over the server's
 */
#pragma once

#include "server/configuration.h"

/*
 * Replaces the configuration by the defaults and what a file says; fault profiles and their directory
 * that it has already win over the file's. An unknown key, a wrong type, a
 * duplicate key or a value out of range is REFUSED with file:line:column and, where one is near,
 * "did you mean"; nothing is changed then.
 */
int configuration_file_read(
	struct configuration *configuration, const char *path, struct diag *diag);
