#include "common/file.h"

#include <errno.h>
#include <fcntl.h>
#include <unistd.h>

#define PIECE 65536

/* Straight into the buffer, so that no copy of a key stays behind. */
static int
read_all(struct buffer *out, int descriptor, size_t limit)
{
	size_t before = out->size;

	for (;;) {
		ssize_t size;

		buffer_reserve(out, PIECE);
		size = read(descriptor, out->data + out->size, PIECE);
		if (size == 0)
			return 0;
		if (size < 0 && errno != EINTR)
			return errno;
		out->size += size > 0 ? (size_t)size : 0;
		if (out->size - before > limit)
			return EFBIG;
	}
}

int
file_read(struct buffer *out, const char *path, size_t limit)
{
	int descriptor = open(path, O_RDONLY | O_CLOEXEC), error;

	if (descriptor < 0)
		return errno;
	error = read_all(out, descriptor, limit);
	close(descriptor);
	return error;
}

int
file_write(int descriptor, struct bytes content)
{
	while (content.size > 0) {
		ssize_t size = write(descriptor, content.data, content.size);

		if (size < 0 && errno != EINTR)
			return errno;
		if (size > 0)
			content = BYTES(content.data + size, content.size - (size_t)size);
	}
	return 0;
}

int
file_write_and_close(int descriptor, struct bytes content)
{
	int error = file_write(descriptor, content);

	if (close(descriptor) != 0 && error == 0)
		error = errno;
	return error;
}
