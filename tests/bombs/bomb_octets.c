#include "tests/bombs/bomb_octets.h"

void
bomb_octets_alone(struct buffer *out, const struct bomb_kit *kit, const struct bomb *bomb)
{
	bomb_repeat(out, bomb->octets, bomb->count);
}

void
bomb_octets_as_data(struct buffer *out, const struct bomb_kit *kit, const struct bomb *bomb)
{
	BUFFER_CLEANUP struct buffer data = {0};

	bomb_repeat(&data, bomb->octets, bomb->count);
	bomb_message_with_data(out, kit, buffer_bytes(&data));
}

/* Lets the part of these parts be what has been repeated in `all`. */
static void
set(void *parts, struct buffer *all, const struct bomb *bomb)
{
	bomb_repeat(all, bomb->octets, bomb->count);
	*(struct bytes *)((char *)parts + bomb->part) = buffer_bytes(all);
}

void
bomb_octets_in_message(struct buffer *out, const struct bomb_kit *kit, const struct bomb *bomb)
{
	BUFFER_CLEANUP struct buffer all = {0};
	struct bomb_message parts = {0};

	set(&parts, &all, bomb);
	bomb_message_write(out, kit, &parts);
}

void
bomb_octets_in_envelope(struct buffer *out, const struct bomb_kit *kit, const struct bomb *bomb)
{
	BUFFER_CLEANUP struct buffer all = {0};
	struct bomb_envelope parts = {0};

	set(&parts, &all, bomb);
	bomb_message_with_envelope(out, kit, &parts, BYTES_NONE);
}

void
bomb_octets_in_csr(struct buffer *out, const struct bomb_kit *kit, const struct bomb *bomb)
{
	BUFFER_CLEANUP struct buffer all = {0};
	struct bomb_csr parts = {0};

	set(&parts, &all, bomb);
	bomb_message_with_csr(out, kit, &parts);
}
