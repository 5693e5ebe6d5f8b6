/* SPDX-License-Identifier: Apache-2.0 */
/*
 * engine_load_doubt.c - failed writes to a chain, any of which a kill may bring after all.
 *
 * A segment written after a failed one is complete on disk, and so are two failed writes of the
 * same bytes: either may be found.
 */
#include <stdlib.h>
#include <string.h>

#include "simfs/base/check.h"
#include "tests/lib/engine_load_internal.h"

struct load_doubt {
	struct list link; /* load.doubts */
	uint64_t offset, length;
	uint8_t *bytes;
	bool *is_over; /* a later write of this byte has succeeded */
};

void load_doubt_add(struct load *load, const struct volume_request *request)
{
	struct load_doubt *doubt = calloc(1, sizeof *doubt);

	MUST(doubt);
	doubt->offset = request->offset;
	doubt->length = request->length;
	MUST(doubt->bytes = malloc(request->length));
	MUST(doubt->is_over = calloc(request->length, sizeof(bool)));
	memcpy(doubt->bytes, request->buffer, request->length);
	list_append(&load->doubts, &doubt->link);
}

void load_doubt_over(struct load *load, const struct volume_request *request)
{
	uint64_t end = request->offset + request->length;

	list_for_each (link, &load->doubts) {
		struct load_doubt *doubt = CONTAINER_OF(link, struct load_doubt, link);
		uint64_t at = doubt->offset > request->offset ? doubt->offset : request->offset;

		for (; at < end && at < doubt->offset + doubt->length; at++)
			doubt->is_over[at - doubt->offset] = true;
	}
}

void load_doubts_forget(struct load *load)
{
	struct list *link;

	while ((link = list_pop(&load->doubts))) {
		struct load_doubt *doubt = CONTAINER_OF(link, struct load_doubt, link);

		free(doubt->bytes);
		free(doubt->is_over);
		free(doubt);
	}
}

void load_doubts_settle(struct load *load, const uint8_t *image)
{
	list_for_each (link, &load->doubts) {
		const struct load_doubt *doubt = CONTAINER_OF(link, struct load_doubt, link);

		for (uint64_t i = 0; i < doubt->length; i++) {
			uint64_t at = doubt->offset + i;

			if (!doubt->is_over[i] && doubt->bytes[i] == image[at])
				load->live[at] = image[at];
		}
	}
	load_doubts_forget(load);
}
