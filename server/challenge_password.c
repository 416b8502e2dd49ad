#include "server/challenge_password.h"

#include <ctype.h>
#include <string.h>

#include "common/utf8.h"
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
	BUFFER_SECRET_CLEANUP struct buffer octets = {0};

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

int64_t
challenge_password_end(const struct challenge_password_order *order,
	const struct settings *settings, int64_t now_ms)
{
	return order->expires_at_ms ? order->expires_at_ms
				    : now_ms + settings->password_validity * MS_PER_MINUTE;
}

/* Remembers what stands in `out`. DONE, REFUSED, CHALLENGE_DUPLICATE or BROKEN. */
static int
add(struct buffer *out, struct server *server, const char *cache, const struct settings *settings,
	const struct challenge_password_order *order, int64_t now_ms, struct diag *diag)
{
	return store_challenge_add(server->store, cache, buffer_text(out), now_ms,
		challenge_password_end(order, settings, now_ms),
		order->beyond_limit ? 0 : settings->password_max, diag);
}

static int
give_drawn(struct buffer *out, struct server *server, const char *cache,
	const struct settings *settings, const struct challenge_password_order *order,
	int64_t now_ms, struct diag *diag)
{
	int result = CHALLENGE_DUPLICATE;

	for (int i = 0; result == CHALLENGE_DUPLICATE && i < DRAWS_MAX; i++) {
		draw(out, server, settings);
		result = add(out, server, cache, settings, order, now_ms, diag);
	}
	if (result == CHALLENGE_DUPLICATE)
		return diag_refuse(diag, "password cache", "PasswordLength", "longer passwords",
			"almost every password of %lld bytes is waiting",
			(long long)settings->password_length);
	return result;
}

static int
check_text(const char *text, struct diag *diag)
{
	struct bytes rest = bytes_text(text);
	size_t size;

	if (rest.size < 1 || rest.size > CHALLENGE_PASSWORD_MAX)
		return diag_refuse(diag, "challenge", NULL, "1 to 8192 bytes", "%zu", rest.size);
	while (rest.size > 0 && (size = utf8_size(rest)) > 0)
		rest = BYTES(rest.data + size, rest.size - size);
	if (rest.size > 0)
		return diag_refuse(diag, "challenge", NULL, "UTF-8", "another byte 0x%02x, at %zu",
			*rest.data, strlen(text) - rest.size);
	return DONE;
}

static int
give_text(struct buffer *out, struct server *server, const char *cache,
	const struct settings *settings, const struct challenge_password_order *order,
	int64_t now_ms, struct diag *diag)
{
	int result = check_text(order->text, diag);

	if (result != DONE)
		return result;
	buffer_clear(out);
	buffer_append_text(out, order->text);
	result = add(out, server, cache, settings, order, now_ms, diag);
	if (result == CHALLENGE_DUPLICATE)
		return diag_refuse(diag, "challenge", NULL, "one that is not waiting already",
			"%.64s", order->text);
	return result;
}

int
challenge_password_mint(struct buffer *out, struct server *server, const char *cache,
	const struct settings *settings, const struct challenge_password_order *order,
	int64_t now_ms, struct diag *diag)
{
	if (settings->use_single_password && (order->text || order->expires_at_ms))
		return diag_refuse(diag, "challenge", "UseSinglePassword",
			"use_single_password: false, or the site's single password",
			"the site takes no one-time passwords");
	if (settings->use_single_password)
		return give_single(out, server, cache, settings, diag);
	return (order->text ? give_text : give_drawn)(
		out, server, cache, settings, order, now_ms, diag);
}

int
challenge_password_new(struct buffer *out, struct server *server, const char *cache,
	const struct settings *settings, int64_t now_ms, struct diag *diag)
{
	const struct challenge_password_order order = {0};

	return challenge_password_mint(out, server, cache, settings, &order, now_ms, diag);
}
