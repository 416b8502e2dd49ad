/*
 * What a request is for, as its URL alone says: the word that rules and profiles
 * use for it. The honest stages find out by themselves.
 */
#pragma once

#include <stddef.h>

struct request;

/* The words: the operations' own names, "probe" for none, "admin_page"; NULL behind the last. */
extern const char *const request_kind_words[];

/* Returns the word, one of request_kind_words, or NULL for a URL that is for nothing of these. */
const char *request_kind(const struct request *request);
