/* SPDX-License-Identifier: Apache-2.0 */
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "simfs/base/cleanup.h"
#include "simfs/base/own_file.h"
#include "simfs/doors/dm/origins/group_layout.h"
#include "simfs/doors/dm/origins/lvm_text.h"
#include "simfs/doors/dm/origins/origins_internal.h"
#include "simfs/doors/dm/origins/origins_state.h"

#define SECTOR_BYTES ((size_t)512)
#define HEAD_BYTES   (GROUP_METADATA_SECTORS * SECTOR_BYTES)

/* LVM's metadata of the physical volume, which the caller frees; NULL if it has none. */
static char *read_metadata(const struct origins *origins)
{
	AUTO(auto_free) unsigned char *head = malloc(HEAD_BYTES);
	AUTO(auto_close) int state_fd = -1;
	AUTO(auto_close) int fd = -1;

	state_fd = open(origins->order.state, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (!head || state_fd < 0 ||
		own_file_open(state_fd, GROUP_METADATA_FILE, O_RDONLY, &fd) < 0)
		return NULL;

	ssize_t got = pread(fd, head, HEAD_BYTES, 0);

	return got < 0 ? NULL : lvm_text_read(head, (size_t)got);
}

static bool is_left(
	const struct origins *origins, const struct cow_area *area, const char *metadata)
{
	if (area->device || area->uses > 0)
		return false;
	if (area->is_dropped)
		return true;
	return metadata && area->is_lvms && area->place.disk == origins->base_disk &&
	       !lvm_text_has(metadata, area->place.offset);
}

void origins_sweep(struct origins *origins)
{
	AUTO(auto_free) char *metadata = read_metadata(origins);
	struct list *at = origins->areas.next;

	while (at != &origins->areas) {
		struct cow_area *area = CONTAINER_OF(at, struct cow_area, link);

		at = at->next;
		if (is_left(origins, area, metadata))
			cow_area_delete(origins, area);
	}
}
