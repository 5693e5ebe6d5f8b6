/* SPDX-License-Identifier: Apache-2.0 */
#include "simfs/store/sums.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <xxhash.h>

#include "simfs/store/format.h"

uint32_t unit_sum(const void *unit)
{
	uint32_t sum = (uint32_t)XXH3_64bits(unit, STORE_UNIT_BYTES);

	return sum > SUM_UNSETTLED ? sum : SUM_UNSETTLED + 1;
}

void sums_deinit(struct store_sums *sums)
{
	for (uint32_t i = 0; i < sums->chunk_count; i++)
		free(sums->chunks[i]);
	free(sums->chunks);
	*sums = (struct store_sums){ 0 };
}

static int directory_grow(struct store_sums *sums, uint32_t wanted)
{
	uint32_t count = sums->chunk_count ? sums->chunk_count : 1;

	while (count < wanted)
		count *= 2;

	uint32_t **chunks = realloc(sums->chunks, count * sizeof *chunks);

	if (!chunks)
		return -ENOMEM;
	memset(chunks + sums->chunk_count, 0, (count - sums->chunk_count) * sizeof *chunks);
	sums->chunks = chunks;
	sums->chunk_count = count;
	return 0;
}

int sums_reserve(struct store_sums *sums, uint64_t end)
{
	uint32_t wanted = (uint32_t)((end + SUMS_CHUNK - 1) / SUMS_CHUNK);
	int error = wanted > sums->chunk_count ? directory_grow(sums, wanted) : 0;

	/* Earlier chunks exist, or were skipped and are allocated now. */
	for (uint32_t i = wanted; i > 0 && error == 0 && !sums->chunks[i - 1]; i--) {
		sums->chunks[i - 1] = calloc(SUMS_CHUNK, sizeof **sums->chunks);
		error = sums->chunks[i - 1] ? 0 : -ENOMEM;
	}
	return error;
}
