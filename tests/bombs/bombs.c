/*
 * The bombs as a program, for those who throw them and those who measure.
 *
 *     bombs measure                      a JSON line for each: what it costs who decodes it
 *     bombs write GETCACERT DIRECTORY    those for a server as files, whose certificates these are
 *     bombs write-lists DIRECTORY        those for a client that asks for certificates
 */
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "common/file.h"
#include "common/json_writer.h"
#include "common/memory.h"
#include "tests/bombs/bomb.h"

static const char *const targets[] = {
	[BOMB_FOR_SERVER] = "pkiMessage",
	[BOMB_FOR_CLIENT] = "CertRep",
	[BOMB_IN_CERTIFICATES] = "GetCACert",
};

/* A line of /proc/self/status in KiB. */
static int64_t
read_status(const char *name)
{
	FILE *file = fopen("/proc/self/status", "re");
	char line[256];
	int64_t kib = -1;

	while (file && kib < 0 && fgets(line, sizeof(line), file))
		if (strncmp(line, name, strlen(name)) == 0)
			sscanf(line + strlen(name), ": %" SCNd64, &kib);
	if (file)
		fclose(file);
	bomb_must(kib >= 0, "a figure of /proc/self/status");
	return kib;
}

/* Lets VmHWM begin anew at what is resident now (proc(5)). */
static void
reset_peak(void)
{
	int file = open("/proc/self/clear_refs", O_WRONLY | O_CLOEXEC);

	bomb_must(file >= 0 && write(file, "5", 1) == 1, "a new peak");
	close(file);
}

static int64_t
cpu_us(void)
{
	struct timespec used;

	clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &used);
	return used.tv_sec * INT64_C(1000000) + used.tv_nsec / 1000;
}

/* What is known before it is decoded. */
static void
begin_line(struct buffer *line, const struct bomb *bomb, size_t size)
{
	json_writer_open_object(line, NULL);
	json_writer_text(line, "bomb", bytes_text(bomb->name));
	json_writer_text(line, "target", bytes_text(targets[bomb->target]));
	json_writer_number(line, "size", (int64_t)size);
	json_writer_text(line, "outcome", bytes_text(bomb->words ? "refused" : "answered"));
	json_writer_text(line, "expected", bytes_text(bomb->words));
}

/* In a process of its own, so that none finds memory that another has left. */
static void
measure(const struct bomb *bomb, const struct bomb_kit *kit)
{
	BUFFER_CLEANUP struct buffer bytes = {0}, line = {0};
	struct diag diag = {0};
	int64_t resident, begun, used;
	char words[DIAG_TEXT_SIZE];
	bool good;

	bomb->make(&bytes, kit, bomb);
	reset_peak();
	resident = read_status("VmRSS");
	begun = cpu_us();
	good = bomb_read(bomb, kit, buffer_bytes(&bytes), &diag) == (bomb->words ? REFUSED : DONE);
	used = cpu_us() - begun;
	begin_line(&line, bomb, bytes.size);
	json_writer_boolean(&line, "good", good);
	json_writer_text(&line, "words", bytes_text(diag_text(words, &diag)));
	json_writer_number(&line, "cpu_us", used);
	json_writer_number(&line, "memory_kib", read_status("VmHWM") - resident);
	json_writer_close_object(&line);
	puts(buffer_text(&line));
	fflush(stdout);
}

static int
measure_all(void)
{
	BOMB_KIT_CLEANUP struct bomb_kit kit;
	const struct bomb *bomb;
	int failed = 0, status;

	bomb_kit_init(&kit, BYTES_NONE);
	for (size_t i = 0; (bomb = bomb_at(i)); i++) {
		pid_t child = fork();

		if (child == 0) {
			measure(bomb, &kit);
			_exit(0);
		}
		if (child < 0 || waitpid(child, &status, 0) != child || status != 0) {
			fprintf(stderr, "bombs: %s broke the decoder\n", bomb->name);
			failed = 1;
		}
	}
	return failed;
}

static void
write_bytes(const char *directory, const char *name, struct bytes bytes)
{
	TEXT_CLEANUP char *path = text_format("%s/%s", directory, name);
	FILE *file = fopen(path, "we");

	bomb_must(file &&
			(bytes.size == 0 ||
				fwrite(bytes.data, 1, bytes.size, file) == bytes.size) &&
			fclose(file) == 0,
		path);
}

/* Prints a JSON line for each. */
static int
write_all(enum bomb_target target, struct bytes certificates, const char *directory)
{
	BOMB_KIT_CLEANUP struct bomb_kit kit;
	const struct bomb *bomb;

	bomb_kit_init(&kit, certificates);
	for (size_t i = 0; (bomb = bomb_at(i)); i++) {
		BUFFER_CLEANUP struct buffer bytes = {0}, line = {0};

		if (bomb->target != target)
			continue;
		bomb->make(&bytes, &kit, bomb);
		write_bytes(directory, bomb->name, buffer_bytes(&bytes));
		begin_line(&line, bomb, bytes.size);
		json_writer_close_object(&line);
		puts(buffer_text(&line));
	}
	return 0;
}

static int
write_for_server(const char *certificates, const char *directory)
{
	BUFFER_CLEANUP struct buffer answer = {0};

	bomb_must(file_read(&answer, certificates, 1 << 20) == 0, certificates);
	return write_all(BOMB_FOR_SERVER, buffer_bytes(&answer), directory);
}

int
main(int argc, char **argv)
{
	ossl_start();
	if (argc == 2 && strcmp(argv[1], "measure") == 0)
		return measure_all();
	if (argc == 4 && strcmp(argv[1], "write") == 0)
		return write_for_server(argv[2], argv[3]);
	if (argc == 3 && strcmp(argv[1], "write-lists") == 0)
		return write_all(BOMB_IN_CERTIFICATES, BYTES_NONE, argv[2]);
	fputs("usage: bombs measure | write GETCACERT DIRECTORY | write-lists DIRECTORY\n", stderr);
	return 2;
}
