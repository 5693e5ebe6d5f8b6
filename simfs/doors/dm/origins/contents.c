/* SPDX-License-Identifier: Apache-2.0 */
#include "simfs/doors/dm/origins/contents.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

/* Devices do not lie on themselves; if one did anyway, the descent ends. */
#define DEPTH_MAX 256

void contents_init(struct contents *contents)
{
	list_init(&contents->disks);
}

static void content_free(struct content *content)
{
	free(content->parts);
	free(content);
}

void contents_deinit(struct contents *contents)
{
	struct list *link;

	while ((link = list_pop(&contents->disks)))
		content_free(CONTAINER_OF(link, struct content, link));
}

static struct content *find(const struct contents *contents, uint64_t disk)
{
	list_for_each (link, &contents->disks) {
		struct content *content = CONTAINER_OF(link, struct content, link);

		if (content->disk == disk)
			return content;
	}
	return NULL;
}

const struct content *contents_find(const struct contents *contents, uint64_t disk)
{
	return find(contents, disk);
}

int contents_set(
	struct contents *contents, uint64_t disk, const struct content_part *parts, size_t count)
{
	struct content *content = find(contents, disk);
	struct content_part *copy = calloc(count + 1, sizeof *copy);

	if (!copy)
		return -ENOMEM;
	if (count > 0)
		memcpy(copy, parts, count * sizeof *copy);
	if (!content) {
		content = calloc(1, sizeof *content);
		if (!content) {
			free(copy);
			return -ENOMEM;
		}
		content->disk = disk;
		list_append(&contents->disks, &content->link);
	}
	free(content->parts);
	content->parts = copy;
	content->count = count;
	content->sectors = count > 0 ? copy[count - 1].start + copy[count - 1].length : 0;
	return 0;
}

void contents_forget(struct contents *contents, uint64_t disk)
{
	struct content *content = find(contents, disk);

	if (!content)
		return;
	list_remove(&content->link);
	content_free(content);
}

uint64_t contents_sectors(const struct contents *contents, uint64_t disk)
{
	const struct content *content = find(contents, disk);

	return content ? content->sectors : 0;
}

static const struct content_part *part_at(const struct content *content, uint64_t sector)
{
	for (size_t i = 0; i < content->count; i++) {
		const struct content_part *part = &content->parts[i];

		if (sector >= part->start && sector - part->start < part->length)
			return part;
	}
	return NULL;
}

/* Finds where the sector lies, and how many after it (at most *LENGTH) lie there, too. */
static bool go_down(const struct contents *contents, struct disk_place *at, uint64_t *length)
{
	for (unsigned depth = 0; depth < DEPTH_MAX; depth++) {
		const struct content *content = find(contents, at->disk);

		if (!content)
			return true;

		const struct content_part *part = part_at(content, at->offset);

		if (!part)
			return false;

		uint64_t inside = at->offset - part->start;

		if (part->length - inside < *length)
			*length = part->length - inside;
		if (part->is_bottom)
			return true;
		at->disk = part->below.disk;
		at->offset = part->below.offset + inside;
	}
	return false;
}

bool contents_place(const struct contents *contents, uint64_t disk, uint64_t start, uint64_t length,
	struct disk_place *ret)
{
	struct disk_place first = { .disk = disk, .offset = start };
	uint64_t done = length;

	if (length == 0 || !go_down(contents, &first, &done))
		return false;
	while (done < length) {
		struct disk_place next = { .disk = disk, .offset = start + done };
		uint64_t more = length - done;

		if (!go_down(contents, &next, &more) || next.disk != first.disk ||
			next.offset != first.offset + done)
			return false;
		done += more;
	}
	*ret = first;
	return true;
}
