/*
 * A fault profile: settings and rules that break a deployment in one documented way,
 * with the symptom, the cause and the remedy in words, and what a client is expected
 * to see. One YAML file; its name is the profile's.
 *
 *   title, symptom, cause, remedy   texts
 *   documented   list of texts: "S1: document, heading"; may be empty
 *   affects      list of: probe, GetCACaps, GetCACert, PKIOperation, admin_page
 *   reports      what devices tell: {windows, ios, android}
 *   settings     mapping, as in the configuration
 *   rules        list, see rule_set.h
 *   repair       {settings: mapping, takes: now | recycle | iisreset | reboot}: what heals it,
 *                and behind what that is seen
 *   expect       list of {request: text, sees: mapping, logs: mapping, files: mapping, times: number}:
 *                what a client must see, and what the logs hold; for tests alone, the server looks at
 *                these keys and no deeper
 */
#pragma once

#include "server/rule_set.h"
#include "server/yaml_tree.h"

/* Texts and values are borrowed from the tree. All zero is empty. */
struct profile {
	char *name;
	struct yaml_tree tree;
	const char *title;
	const char *symptom;
	const char *cause;
	const char *remedy;
	const json_t *documented;
	const json_t *affects;
	const json_t *reports; /* NULL where absent, as the following */
	const json_t *settings;
	const json_t *rules;
	const json_t *repair;
	const json_t *expect;
};

#define PROFILE_CLEANUP __attribute__((cleanup(profile_done)))

/*
 * Reads a profile; `file` is what messages call its text. An unknown key, a wrong type, a setting out of
 * range, a rule that cannot strike is REFUSED with file:line:column. DONE otherwise; profile_done
 * releases it in any case. Depends on nothing but its arguments.
 */
int profile_read(struct profile *out, const char *name, const char *file, struct bytes text,
	struct diag *diag);

void profile_done(struct profile *profile);
