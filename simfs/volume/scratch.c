/* SPDX-License-Identifier: Apache-2.0 */
/*
 * scratch.c - buffers for old data and for the edges of unaligned writes.
 *
 * A write has at most one, from its first scratch_take() until it leaves its range (range.c).
 * Nothing else frees it, so all reads into it have ended by then.
 *
 * Mapped, not allocated: a 4 KiB write touches two pages of its buffer, and the rest stays
 * address space only. The most recently freed one is reused first, while it is in the CPU's
 * cache. Their number never exceeds that of the requests.
 */
#include <sys/mman.h>

#include "simfs/volume/core.h"
#include "simfs/volume/way.h"

/* The first bytes of a spare buffer hold the link. */
char *scratch_take(struct volume_request *write)
{
	if (write->scratch)
		return write->scratch;
	write->scratch = (char *)list_pop(&write->volume->scratch_spare);
	if (write->scratch)
		return write->scratch;

	void *bytes = mmap(NULL, SCRATCH_BYTES + SCRATCH_SUMS_BYTES, PROT_READ | PROT_WRITE,
		MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);

	write->scratch = bytes == MAP_FAILED ? NULL : bytes;
	return write->scratch;
}

void scratch_give(struct volume_request *write)
{
	struct list *link = (struct list *)write->scratch;

	if (!link)
		return;
	*link = (struct list){ 0 };
	list_prepend(&write->volume->scratch_spare, link);
	write->scratch = NULL;
}

void scratch_free_all(struct volume *volume)
{
	struct list *link;

	while ((link = list_pop(&volume->scratch_spare)))
		munmap(link, SCRATCH_BYTES + SCRATCH_SUMS_BYTES);
}
