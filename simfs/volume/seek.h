/* SPDX-License-Identifier: Apache-2.0 */
/* seek.h - how a topology tells seek.c where the layers of a view have data. */
#ifndef SNAPRIG_VOLUME_SEEK_H
#define SNAPRIG_VOLUME_SEEK_H

#include <stdint.h>

struct volume;

/* The target of the search, and the nearest data found so far; END 0: none. */
struct search {
	uint64_t from;
	uint64_t first, end;
};

/* A layer has data from FIRST to END; FIRST may be before the target. */
void search_meets(struct search *search, uint64_t first, uint64_t end);
void search_meets_blocks(
	struct search *search, uint64_t first, uint64_t count, uint64_t block_bytes);

/* The image is one of the layers. */
void search_image(struct search *search, struct volume *volume);

#endif
