#include "client/enrolled_files.h"

#include "client/files.h"
#include "common/memory.h"

#define PRIVATE_MODE 0600
#define PUBLIC_MODE  0644

enum { KEY, CERTIFICATE, CHAIN, CA, FILE_COUNT };

static const struct {
	const char *key; /* in the report */
	const char *name;
	mode_t mode;
} rows[FILE_COUNT] = {
	[KEY] = {"key", "key.pem", PRIVATE_MODE},
	[CERTIFICATE] = {"certificate", "certificate.pem", PUBLIC_MODE},
	[CHAIN] = {"chain", "chain.pem", PUBLIC_MODE},
	[CA] = {"ca", "ca.pem", PUBLIC_MODE},
};

/* The files with their paths, which are on the heap. */
struct paths {
	char *text[FILE_COUNT];
	struct output_file files[FILE_COUNT];
};

static void
paths_done(struct paths *paths)
{
	for (size_t i = 0; i < FILE_COUNT; i++)
		text_freep(&paths->text[i]);
}

#define PATHS_CLEANUP __attribute__((cleanup(paths_done)))

/* Names the files in the directory that was asked for. */
static void
paths_init(struct paths *out, const struct arguments *arguments)
{
	const char *directory = arguments->out ? arguments->out
		: arguments->renew             ? arguments->renew
					       : ".";

	for (size_t i = 0; i < FILE_COUNT; i++) {
		out->text[i] = text_format("%s/%s", directory, rows[i].name);
		out->files[i] = (struct output_file){.path = out->text[i], .mode = rows[i].mode};
	}
}

int
enrolled_files_check(const struct enrollment *enrollment, struct diag *diag)
{
	PATHS_CLEANUP struct paths paths;
	int result = DONE;

	paths_init(&paths, enrollment->arguments);
	paths.files[KEY].content = buffer_bytes(&enrollment->key_pem);
	for (size_t i = 0; result == DONE && i < FILE_COUNT; i++)
		result = files_check_output(&paths.files[i], enrollment->arguments->force, diag);
	return result;
}

static void
report_paths(struct report *report, const struct paths *paths)
{
	json_t *object = json_object();

	for (size_t i = 0; i < FILE_COUNT; i++)
		json_object_set_new(object, rows[i].key, json_string(paths->text[i]));
	report_set(report, "paths", object);
	report_step(report, "written", "%s, %s, %s, %s", paths->text[KEY], paths->text[CERTIFICATE],
		paths->text[CHAIN], paths->text[CA]);
}

int
enrolled_files_write(const struct enrollment *enrollment, const struct ca_certificates *authority,
	struct diag *diag)
{
	const struct certificate *issued = &enrollment->issued;
	const struct certificate *above[CA_CHAIN_MAX];
	size_t count = ca_certificates_chain(above, authority, issued);
	BUFFER_CLEANUP struct buffer certificate = {0}, chain = {0}, ca = {0};
	PATHS_CLEANUP struct paths paths;
	int result;

	certificate_write_pem(&certificate, buffer_bytes(&issued->der));
	certificate_write_pem(&chain, buffer_bytes(&issued->der));
	for (size_t i = 0; i < count; i++)
		certificate_write_pem(&chain, buffer_bytes(&above[i]->der));
	certificate_write_pem(&ca, buffer_bytes(&above[count - 1]->der));
	paths_init(&paths, enrollment->arguments);
	paths.files[KEY].content = buffer_bytes(&enrollment->key_pem);
	paths.files[CERTIFICATE].content = buffer_bytes(&certificate);
	paths.files[CHAIN].content = buffer_bytes(&chain);
	paths.files[CA].content = buffer_bytes(&ca);
	result = files_write_all(paths.files, FILE_COUNT, enrollment->arguments->force, diag);
	if (result == DONE)
		report_paths(enrollment->report, &paths);
	return result;
}

int
enrolled_files_write_key(const struct enrollment *enrollment, struct diag *diag)
{
	PATHS_CLEANUP struct paths paths;
	int result;

	paths_init(&paths, enrollment->arguments);
	if (!enrollment->key_is_new)
		return DONE;
	paths.files[KEY].content = buffer_bytes(&enrollment->key_pem);
	result = files_write_all(&paths.files[KEY], 1, enrollment->arguments->force, diag);
	if (result == DONE)
		report_step(enrollment->report, "written", "%s; run again later with --key %s",
			paths.text[KEY], paths.text[KEY]);
	return result;
}
