#include "server/settings_check.h"

#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#include "common/algorithm.h"
#include "common/memory.h"
#include "common/pattern.h"
#include "common/suggestion.h"
#include "server/w3c_fields.h"

int
settings_check_host_name(const char *value, struct diag *diag)
{
	static const char allowed[] = "abcdefghijklmnopqrstuvwxyz"
				      "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-";

	if (value[strspn(value, allowed)])
		return diag_refuse(diag, "", NULL, "letters, digits and hyphens", "\"%s\"", value);
	return DONE;
}

int
settings_check_user(const char *value, struct diag *diag)
{
	if (strchr(value, ':'))
		return diag_refuse(
			diag, "", NULL, "a name without a colon (RFC 7617 2)", "\"%s\"", value);
	return DONE;
}

/* A set of words: `at` gives them one by one, NULL behind the last; gaps are empty texts. */
struct vocabulary {
	const char *wanted; /* "a digest" */
	const char *(*at)(size_t index);
};

static int
refuse_word(const char *word, const struct vocabulary *vocabulary, struct diag *diag)
{
	struct suggestion suggestion = suggestion_start(word);
	char what[160];

	snprintf(what, sizeof(what), "\"%s\" is unknown", word);
	for (size_t i = 0; vocabulary->at(i); i++)
		suggestion_offer(&suggestion, vocabulary->at(i));
	return suggestion_refuse(&suggestion, "", what, "", vocabulary->wanted, diag);
}

static const char *const reply_words[] = {"as_captured", "mirror"};
#define REPLY_WORDS (sizeof(reply_words) / sizeof(reply_words[0]))

static bool
is_reply_word(const char *value)
{
	for (size_t i = 0; i < REPLY_WORDS; i++)
		if (strcmp(value, reply_words[i]) == 0)
			return true;
	return false;
}

static const char *
reply_digest_at(size_t index)
{
	const struct digest_algorithm *digest;

	if (index < REPLY_WORDS)
		return reply_words[index];
	digest = algorithm_digest_at(index - REPLY_WORDS);
	return digest ? digest->name : NULL;
}

static const char *
reply_cipher_at(size_t index)
{
	const struct cipher_algorithm *cipher;

	if (index < REPLY_WORDS)
		return reply_words[index];
	cipher = algorithm_cipher_at(index - REPLY_WORDS);
	return cipher ? cipher->name : NULL;
}

int
settings_check_digest(const char *value, struct diag *diag)
{
	static const struct vocabulary words = {
		"as_captured, mirror or a digest such as SHA-256", reply_digest_at};

	if (is_reply_word(value) || algorithm_digest_named(value))
		return DONE;
	return refuse_word(value, &words, diag);
}

int
settings_check_cipher(const char *value, struct diag *diag)
{
	static const struct vocabulary words = {
		"as_captured, mirror or a cipher such as AES-128-CBC", reply_cipher_at};

	if (is_reply_word(value) || algorithm_cipher_named(value))
		return DONE;
	return refuse_word(value, &words, diag);
}

/* The keywords of the digests, then of the ciphers. */
static const char *
keyword_at(size_t index)
{
	const struct cipher_algorithm *cipher;
	const char *keyword;
	size_t digests = 0;

	while (algorithm_digest_at(digests))
		digests++;
	if (index < digests) {
		keyword = algorithm_digest_at(index)->capability;
	} else {
		cipher = algorithm_cipher_at(index - digests);
		if (!cipher)
			return NULL;
		keyword = cipher->capability;
	}
	return keyword ? keyword : "";
}

/* RFC 8894 3.5.2: the server writes a keyword in its exact case. */
static int
check_keyword(const char *word, struct diag *diag)
{
	static const struct vocabulary keywords = {
		"an algorithm keyword of GetCACaps such as SHA-256", keyword_at};

	const char *keyword;

	for (size_t i = 0; (keyword = keyword_at(i)); i++)
		if (strcmp(keyword, word) == 0)
			return DONE;
	return refuse_word(word, &keywords, diag);
}

int
settings_check_capabilities(const char *value, struct diag *diag)
{
	TEXT_CLEANUP char *copy = text_copy(value);
	char *rest = copy;

	for (char *word; (word = strsep(&rest, ", "));)
		if (*word && check_keyword(word, diag))
			return REFUSED;
	return DONE;
}

int
settings_check_log_fields(const char *value, struct diag *diag)
{
	uint32_t fields;

	return w3c_fields_parse(&fields, value, diag);
}

/* --- patterns ------------------------------------------------------------------------- */

void
settings_check_write_host_name_pattern(struct buffer *out)
{
	buffer_append_text(out, "[A-Za-z0-9-]*");
}

void
settings_check_write_user_pattern(struct buffer *out)
{
	buffer_append_text(out, "[^:]*");
}

static void
write_reply_words(struct buffer *out)
{
	buffer_append_text(out, "(?:");
	for (size_t i = 0; i < REPLY_WORDS; i++)
		buffer_append_format(out, "%s|", reply_words[i]);
}

void
settings_check_write_digest_pattern(struct buffer *out)
{
	write_reply_words(out);
	algorithm_write_digest_pattern(out);
	buffer_append_byte(out, ')');
}

void
settings_check_write_cipher_pattern(struct buffer *out)
{
	write_reply_words(out);
	algorithm_write_cipher_pattern(out);
	buffer_append_byte(out, ')');
}

void
settings_check_write_capabilities_pattern(struct buffer *out)
{
	BUFFER_CLEANUP struct buffer words = {0};
	const char *keyword;

	for (size_t i = 0; (keyword = keyword_at(i)); i++) {
		if (!*keyword)
			continue;
		buffer_append_text(&words, words.size ? "|" : "");
		pattern_text(&words, keyword, false);
	}
	buffer_append_format(out, "[, ]*(?:(?:%s)(?:[, ]+(?:%s))*[, ]*)?", buffer_text(&words),
		buffer_text(&words));
}
