/*
 * The newest CRL of one CA. It locks itself, for as long as it takes to copy.
 */
#pragma once

#include "common/buffer.h"

struct ca_crl_cache;

struct ca_crl_cache *ca_crl_cache_new(void);
void ca_crl_cache_free(struct ca_crl_cache *cache);

/* Appends the CRL that is kept, if it is still right: no new one is due at `now`, and what is on it
 * is `revoked`, as given to ca_crl_cache_keep. Otherwise returns false. */
bool ca_crl_cache_take(
	struct buffer *out, struct ca_crl_cache *cache, struct bytes revoked, int64_t now);

/* Keeps a copy of a CRL signed at `now`, the next being due at `next_due`, unless one with a
 * greater number is there. */
void ca_crl_cache_keep(struct ca_crl_cache *cache, uint32_t number, struct bytes der,
	struct bytes revoked, int64_t now, int64_t next_due);
