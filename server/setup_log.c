#include "server/setup_log.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>

#include "common/clock.h"
#include "common/file.h"
#include "common/memory.h"

/* The lines of the seed's sample; what a failed setup says besides is unknown, so it is only what they
 * would not say. Nor is it known whether a setup that had no rights to a key (0x80090014) says so here. */
static void
append_lines(struct buffer *out, bool succeeded, const struct tm *utc)
{
	TEXT_CLEANUP char *prefix = text_format(
		"MSI (c) (28:54) [%02d:%02d:%02d:905]: ", utc->tm_hour, utc->tm_min, utc->tm_sec);

	buffer_append_format(out, "%sProduct: Microsoft Intune Connector -- %s\r\n", prefix,
		succeeded ? "Installation completed successfully." : "Installation failed.");
	buffer_append_format(out,
		"%sWindows Installer installed the product. Product Name: Microsoft Intune "
		"Connector. Product Version: 6.1711.4.0. Product Language: 1033. Manufacturer: "
		"Microsoft Corporation. Installation success or error status: %d.\r\n",
		prefix, succeeded ? 0 : 1603);
}

int
setup_log_write(const char *folder, const struct settings *settings, int64_t now, struct diag *diag)
{
	TEXT_CLEANUP char *path = text_format("%s/SetupMsi.log", folder);
	BUFFER_CLEANUP struct buffer text = {0};
	struct tm utc = clock_split(now);
	int descriptor, error;

	if (settings->connector_setup == CONNECTOR_SETUP_ABSENT)
		return DONE;
	append_lines(&text, settings->connector_setup == CONNECTOR_SETUP_SUCCEEDED, &utc);
	descriptor = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644);
	error = descriptor < 0 ? errno : file_write_and_close(descriptor, buffer_bytes(&text));
	if (error == 0)
		return DONE;
	return diag_refuse(diag, "log directory", NULL, "a file that can be written", "%s: %s",
		path, strerror(error));
}
