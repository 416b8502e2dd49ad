#include "server/challenge_password.h"

#include <ctype.h>

#include "server/server.h"
#include "server/store.h"

#define MS_PER_MINUTE 60000

/* How often one is drawn that waits already, before there are too many for their length. */
#define DRAWS_MAX 64

/* Replaces `out` by a new password. */
static void
draw(struct buffer *out, struct server *server, const struct settings *settings)
{
	size_t size = (size_t)settings->password_length;
	BUFFER_CLEANUP struct buffer octets = {0};

	random_fill(&server->random, buffer_append_space(&octets, size), size);
	buffer_clear(out);
	buffer_append_hex(out, buffer_bytes(&octets));
	for (size_t i = 0; i < out->size; i++)
		out->data[i] = (uint8_t)toupper(out->data[i]);
}

static int
give_single(struct buffer *out, struct server *server, const char *cache,
	const struct settings *settings, struct diag *diag)
{
	struct store *store = server->store;
	int result = store_single_password_find(out, store, cache, diag);

	if (result != REFUSED)
		return result;
	draw(out, server, settings);
	if (store_single_password_keep(store, cache, buffer_text(out), diag) != DONE)
		return BROKEN;
	/* Another thread may have been first. */
	return store_single_password_find(out, store, cache, diag);
}

int
challenge_password_new(struct buffer *out, struct server *server, const char *cache,
	const struct settings *settings, int64_t now_ms, struct diag *diag)
{
	int64_t expires_at = now_ms + settings->password_validity * MS_PER_MINUTE;
	int result = CHALLENGE_DUPLICATE;

	if (settings->use_single_password)
		return give_single(out, server, cache, settings, diag);
	for (int i = 0; result == CHALLENGE_DUPLICATE && i < DRAWS_MAX; i++) {
		draw(out, server, settings);
		result = store_challenge_add(server->store, cache, buffer_text(out), now_ms,
			expires_at, settings->password_max, diag);
	}
	if (result == CHALLENGE_DUPLICATE)
		return diag_refuse(diag, "password cache", "PasswordLength", "longer passwords",
			"almost every password of %lld bytes is waiting",
			(long long)settings->password_length);
	return result;
}
