/*
 * What plain requests are measured against: libmicrohttpd on its own loop and
 * nothing else, as the server uses it, answering 56 bytes. What it costs is
 * what the library and the kernel cost. With a directory it also appends a line
 * to each of two files behind every answer, and no more than that: what a
 * server with a journal and a W3C log costs that thinks about nothing.
 *
 *   bare [DIRECTORY]
 *
 * Prints {"scep":"http://127.0.0.1:PORT/"} when it is ready, ends at SIGTERM.
 */
#include <arpa/inet.h>
#include <fcntl.h>
#include <microhttpd.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/signalfd.h>
#include <sys/socket.h>
#include <unistd.h>

#include "tests/bench/descriptors.h"

/* As the server's, see http_daemon.c: libmicrohttpd clears it behind each answer. */
#define CONNECTION_MEMORY ((size_t)84 * 1024)

#define CONNECTION_LIMIT 20000

/* As long as the server's answer to GetCACaps. */
static const char body[] = "POSTPKIOperation\r\nRenewal\r\nSHA-512\r\nSHA-256\r\nSHA-1\r\nDES3";

/* As long as the server's lines for GetCACaps. */
#define W3C_LINE     125
#define JOURNAL_LINE 646

static int w3c = -1, journal = -1; /* files */

static void
open_logs(const char *directory)
{
	int folder = open(directory, O_PATH | O_DIRECTORY | O_CLOEXEC);

	w3c = openat(folder, "w3c", O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
	journal = openat(folder, "journal", O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
	if (w3c < 0 || journal < 0) {
		perror(directory);
		exit(EXIT_FAILURE);
	}
	close(folder);
}

static void
log_answer(void *context, struct MHD_Connection *connection, void **exchange,
	enum MHD_RequestTerminationCode how)
{
	static char line[JOURNAL_LINE];

	if (w3c < 0)
		return;
	memset(line, 'x', sizeof(line) - 1);
	line[sizeof(line) - 1] = '\n';
	if (write(w3c, line + sizeof(line) - W3C_LINE, W3C_LINE) != W3C_LINE ||
		write(journal, line, JOURNAL_LINE) != JOURNAL_LINE)
		exit(EXIT_FAILURE);
}

static enum MHD_Result
answer(void *context, struct MHD_Connection *connection, const char *url, const char *method,
	const char *version, const char *upload, size_t *upload_size, void **exchange)
{
	struct MHD_Response *response;
	enum MHD_Result result;

	if (!*exchange) { /* the head alone has arrived */
		*exchange = connection;
		return MHD_YES;
	}
	response = MHD_create_response_from_buffer(
		sizeof(body) - 1, (void *)body, MHD_RESPMEM_PERSISTENT);
	MHD_add_response_header(response, "Content-Type", "text/plain");
	result = MHD_queue_response(connection, MHD_HTTP_OK, response);
	MHD_destroy_response(response);
	return result;
}

static int
listen_on_loopback(struct sockaddr_in *address)
{
	int descriptor = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
	socklen_t size = sizeof(*address);

	*address = (struct sockaddr_in){
		.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
	if (bind(descriptor, (struct sockaddr *)address, size) != 0 ||
		listen(descriptor, SOMAXCONN) != 0 ||
		getsockname(descriptor, (struct sockaddr *)address, &size) != 0) {
		perror("bare");
		exit(EXIT_FAILURE);
	}
	return descriptor;
}

static void
watch(int epoll, int descriptor)
{
	struct epoll_event event = {.events = EPOLLIN, .data.fd = descriptor};

	epoll_ctl(epoll, EPOLL_CTL_ADD, descriptor, &event);
}

static void
serve(struct MHD_Daemon *daemon)
{
	int epoll = epoll_create1(EPOLL_CLOEXEC), signals;
	struct epoll_event event;
	sigset_t ending;

	sigemptyset(&ending);
	sigaddset(&ending, SIGTERM);
	sigprocmask(SIG_BLOCK, &ending, NULL);
	signals = signalfd(-1, &ending, SFD_CLOEXEC);
	watch(epoll, signals);
	watch(epoll, MHD_get_daemon_info(daemon, MHD_DAEMON_INFO_EPOLL_FD)->epoll_fd);
	for (;;) {
		MHD_UNSIGNED_LONG_LONG ms;
		int limit = MHD_get_timeout(daemon, &ms) == MHD_YES ? (int)ms : -1;

		if (epoll_wait(epoll, &event, 1, limit) == 1 && event.data.fd == signals)
			return;
		MHD_run(daemon);
	}
}

int
main(int argc, char **argv)
{
	struct sockaddr_in address;
	int listener = listen_on_loopback(&address);
	struct MHD_Daemon *daemon;

	descriptors_raise_limit();
	daemon = MHD_start_daemon(MHD_USE_EPOLL | MHD_USE_SUPPRESS_DATE_NO_CLOCK, 0, NULL, NULL,
		answer, NULL, MHD_OPTION_LISTEN_SOCKET, listener, MHD_OPTION_CONNECTION_LIMIT,
		CONNECTION_LIMIT, MHD_OPTION_CONNECTION_MEMORY_LIMIT, CONNECTION_MEMORY,
		MHD_OPTION_NOTIFY_COMPLETED, log_answer, NULL, MHD_OPTION_END);

	if (!daemon)
		return EXIT_FAILURE;
	if (argc > 1)
		open_logs(argv[1]);
	printf("{\"scep\":\"http://127.0.0.1:%u/\"}\n", ntohs(address.sin_port));
	fflush(stdout);
	serve(daemon);
	MHD_stop_daemon(daemon);
	return EXIT_SUCCESS;
}
