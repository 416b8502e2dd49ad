#include "server/operator_log.h"

#include <poll.h>
#include <unistd.h>

void
operator_log_write(struct bytes lines)
{
	struct pollfd standard_error = {.fd = STDERR_FILENO, .events = POLLOUT};

	/* A pipe is ready when PIPE_BUF bytes fit (POSIX write), so this write will not wait. */
	if (poll(&standard_error, 1, 0) != 1 || !(standard_error.revents & POLLOUT))
		return;
	if (write(STDERR_FILENO, lines.data, lines.size) < 0)
		return; /* there is nobody left to tell */
}

void
operator_log_diag(const struct diag *diag)
{
	BUFFER_CLEANUP struct buffer line = {0};
	char words[DIAG_TEXT_SIZE];

	buffer_append_format(&line, "mock-ndes: %s\n", diag_text(words, diag));
	operator_log_write(buffer_bytes(&line));
}
