/*
 * The loader of fault profiles, rules included, as a site is made with them: a profile that can be
 * shown and rules that can strike, or a refusal with its place.
 */
#include <stdlib.h>
#include <string.h>

#include "common/buffer.h"
#include "server/fault_text.h"
#include "server/pki.h"
#include "server/profile.h"

#include "tests/fuzz/fuzz.h"

#define NAME "f.yaml"
#define NOW  1790000000

static struct pki pki;
static struct condition *healthy;

int
LLVMFuzzerInitialize(int *argc, char ***argv)
{
	SETTINGS_CLEANUP struct settings settings = {0};

	settings_init(&settings);
	if (pki_load_built_in(&pki, NULL) != DONE ||
		condition_new(&healthy, &pki, &settings, "http://localhost", NOW, NULL, NULL) !=
			DONE)
		abort();
	return 0;
}

static void
want_words(const struct diag *diag, bool with_place)
{
	bool placed = strncmp(diag->object, NAME ":", strlen(NAME ":")) == 0;

	if (!*diag->found || (with_place && !placed))
		abort();
}

static void
show(const struct profile *profile)
{
	BUFFER_CLEANUP struct buffer text = {0};

	fault_text_explain(&text, profile);
	fault_text_markdown_row(&text, profile);
	json_decref(fault_text_json(profile));
}

/* An id that stands twice is refused without a place. */
static void
read_rules(const struct profile *profile)
{
	const struct rule_source source = {profile->rules, &profile->tree, profile->name};
	const struct rule_set_plan plan = {.sources = &source,
		.source_count = 1,
		.seed = 1,
		.base = healthy,
		.pki = &pki,
		.base_url = "http://localhost",
		.now_ms = INT64_C(1000) * NOW};
	struct rule_set *rules = NULL;
	struct diag diag = {0};
	int result = rule_set_new(&rules, &plan, &diag);

	if (result == DONE)
		rule_set_release(rules);
	else
		want_words(&diag, false);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	PROFILE_CLEANUP struct profile profile = {0};
	struct diag diag = {0};
	int result = profile_read(&profile, "n", NAME, BYTES(data, size), &diag);

	if (result == DONE) {
		show(&profile);
		read_rules(&profile);
	} else {
		want_words(&diag, true);
	}
	return 0;
}
