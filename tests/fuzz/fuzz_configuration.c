/*
 * The configuration file, as `mock-ndes serve --config` reads it: a configuration that is written and
 * read again is the same, or a refusal with its place that has changed nothing.
 */
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "common/file.h"
#include "common/memory.h"
#include "server/configuration_file.h"
#include "server/configuration_yaml.h"

#include "tests/fuzz/fuzz.h"
#include "tests/fuzz/oracle.h"

static int file;
static char *path;

int
LLVMFuzzerInitialize(int *argc, char ***argv)
{
	file = memfd_create("mock-ndes.yaml", 0);
	path = text_format("/proc/self/fd/%d", file);
	HOLD(file >= 0);
	return 0;
}

static int
read_text(struct configuration *out, struct bytes text, struct diag *diag)
{
	HOLD(ftruncate(file, 0) == 0 && lseek(file, 0, SEEK_SET) == 0);
	HOLD(file_write(file, text) == 0);
	return configuration_file_read(out, path, diag);
}

static void
hold_written(const struct configuration *configuration)
{
	CONFIGURATION_CLEANUP struct configuration back = {0};
	BUFFER_CLEANUP struct buffer text = {0}, again = {0};
	struct diag diag = {0};

	configuration_yaml_write(&text, configuration);
	configuration_init(&back);
	HOLD(read_text(&back, buffer_bytes(&text), &diag) == DONE);
	HOLD(configuration_complete(&back, &diag) == DONE);
	configuration_yaml_write(&again, &back);
	HOLD(bytes_equal(buffer_bytes(&text), buffer_bytes(&again)));
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	CONFIGURATION_CLEANUP struct configuration configuration = {0};
	struct configuration before;
	struct diag diag = {0};
	int result;

	configuration_init(&configuration);
	before = configuration;
	result = read_text(&configuration, BYTES(data, size), &diag);
	if (result != DONE) {
		HOLD(result == REFUSED && diag.found[0]);
		HOLD(strncmp(diag.object, path, strlen(path)) == 0);
		HOLD(memcmp(&configuration, &before, sizeof(before)) == 0);
		return 0;
	}
	result = configuration_complete(&configuration, &diag);
	HOLD(result == DONE || (result == REFUSED && diag.found[0]));
	if (result == DONE)
		hold_written(&configuration);
	return 0;
}
