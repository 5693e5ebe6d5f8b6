/* SPDX-License-Identifier: Apache-2.0 */
/*
 * scratch.c - buffers for old bytes and for the edges of unaligned writes.
 *
 * Mapped, not allocated: a 4 KiB write touches two pages of its buffer and the
 * rest stays address space.  The last one given back is taken first, while it
 * is still in the processor's cache.  There are never more than requests.
 */
#include <sys/mman.h>

#include "simfs/volume/core.h"
#include "simfs/volume/way.h"

/* A spare buffer's first bytes hold the link. */
char *scratch_take(struct volume *volume)
{
	struct list *link = list_pop(&volume->scratch_spare);

	if (link)
		return (char *)link;

	void *bytes = mmap(NULL, SCRATCH_BYTES, PROT_READ | PROT_WRITE,
		MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);

	return bytes == MAP_FAILED ? NULL : bytes;
}

void scratch_give(struct volume *volume, char *scratch)
{
	struct list *link = (struct list *)scratch;

	*link = (struct list){ 0 };
	list_prepend(&volume->scratch_spare, link);
}

void scratch_free_all(struct volume *volume)
{
	struct list *link;

	while ((link = list_pop(&volume->scratch_spare)))
		munmap(link, SCRATCH_BYTES);
}
