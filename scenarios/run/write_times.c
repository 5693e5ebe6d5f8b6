/* SPDX-License-Identifier: Apache-2.0 */
#include "scenarios/run/write_times.h"

#include <pthread.h>
#include <stdlib.h>

#include "simfs/base/heap.h"

struct write_times {
	pthread_mutex_t lock; /* protects what follows */
	uint64_t *ns;
	size_t count;
};

struct write_times *write_times_create(void)
{
	struct write_times *times = heap_new(sizeof *times);

	pthread_mutex_init(&times->lock, NULL);
	return times;
}

void write_times_destroy(struct write_times *times)
{
	if (!times)
		return;
	pthread_mutex_destroy(&times->lock);
	free(times->ns);
	free(times);
}

void write_times_add(struct write_times *times, uint64_t duration_ns)
{
	if (!times)
		return;
	pthread_mutex_lock(&times->lock);
	times->ns = heap_grow(times->ns, times->count, sizeof *times->ns);
	times->ns[times->count++] = duration_ns;
	pthread_mutex_unlock(&times->lock);
}

static int compare(const void *left, const void *right)
{
	uint64_t a = *(const uint64_t *)left, b = *(const uint64_t *)right;

	return a < b ? -1 : a > b;
}

/* Returns the lowest time that is not exceeded by PERCENT of all. */
static uint64_t percentile(const struct write_times *times, size_t percent)
{
	return times->ns[(times->count * percent + 99) / 100 - 1];
}

struct write_latency write_times_take(struct write_times *times)
{
	struct write_latency latency = { 0 };

	pthread_mutex_lock(&times->lock);
	latency.count = times->count;
	if (times->count > 0) {
		qsort(times->ns, times->count, sizeof *times->ns, compare);
		latency.p50_ns = percentile(times, 50);
		latency.p99_ns = percentile(times, 99);
	}
	times->count = 0;
	pthread_mutex_unlock(&times->lock);
	return latency;
}
