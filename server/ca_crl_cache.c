#include "server/ca_crl_cache.h"

#include <pthread.h>
#include <stdlib.h>

#include "common/memory.h"

struct ca_crl_cache {
	pthread_mutex_t lock;
	struct buffer der;
	struct buffer revoked;
	uint32_t number;
	int64_t signed_at;
	int64_t next_due;
};

struct ca_crl_cache *
ca_crl_cache_new(void)
{
	struct ca_crl_cache *cache = memory_new(1, sizeof(*cache));

	pthread_mutex_init(&cache->lock, NULL);
	return cache;
}

void
ca_crl_cache_free(struct ca_crl_cache *cache)
{
	if (!cache)
		return;
	pthread_mutex_destroy(&cache->lock);
	buffer_done(&cache->der);
	buffer_done(&cache->revoked);
	free(cache);
}

bool
ca_crl_cache_take(struct buffer *out, struct ca_crl_cache *cache, struct bytes revoked, int64_t now)
{
	bool right;

	pthread_mutex_lock(&cache->lock);
	right = cache->der.size && now >= cache->signed_at && now < cache->next_due &&
		bytes_equal(buffer_bytes(&cache->revoked), revoked);
	if (right)
		buffer_append(out, buffer_bytes(&cache->der));
	pthread_mutex_unlock(&cache->lock);
	return right;
}

void
ca_crl_cache_keep(struct ca_crl_cache *cache, uint32_t number, struct bytes der,
	struct bytes revoked, int64_t now, int64_t next_due)
{
	pthread_mutex_lock(&cache->lock);
	if (number > cache->number) {
		cache->number = number;
		cache->signed_at = now;
		cache->next_due = next_due;
		buffer_clear(&cache->der);
		buffer_append(&cache->der, der);
		buffer_clear(&cache->revoked);
		buffer_append(&cache->revoked, revoked);
	}
	pthread_mutex_unlock(&cache->lock);
}
