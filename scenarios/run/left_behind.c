/* SPDX-License-Identifier: Apache-2.0 */
/*
 * left_behind.c - describes what a backup left on the disk: a file with its size, a folder with
 * the number of its files and their size.
 */
#include <inttypes.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "scenarios/base/files.h"
#include "scenarios/run/run_left.h"
#include "scenarios/run/run_state.h"
#include "simfs/base/cleanup.h"
#include "simfs/base/heap.h"
#include "simfs/base/sizes.h"

/* Appends ONE to TEXT, separated by a comma. */
static void text_add(char **text, const char *one)
{
	AUTO(auto_free) char *before = *text;

	*text = heap_format("%s%s%s", before ? before : "", before ? ", " : "", one);
}

static void folder_add(char **text, const char *name, int length, size_t count, uint64_t bytes)
{
	char size[32];
	AUTO(auto_free)
	char *one = heap_format("%.*s/ %zu file%s %s", length, name, count, count == 1 ? "" : "s",
		size_format(bytes, size, sizeof size));

	text_add(text, one);
}

/* Returns how many files from AT on are in the same top-level folder; BYTES is their total size. */
static size_t same_folder(
	const struct folder_listing *listing, size_t at, size_t length, uint64_t *ret_bytes)
{
	const char *first = listing->files[at].path;
	size_t count = 0;

	*ret_bytes = 0;
	while (at + count < listing->count &&
		strncmp(listing->files[at + count].path, first, length + 1) == 0)
		*ret_bytes += listing->files[at + count++].bytes;
	return count;
}

static void out_describe(const char *folder, char **text)
{
	struct folder_listing listing;
	uint64_t bytes;
	size_t count;

	folder_list(folder, &listing);
	for (size_t i = 0; i < listing.count; i += count) {
		const char *path = listing.files[i].path;
		size_t length = strcspn(path, "/");
		char size[32];

		if (path[length]) {
			count = same_folder(&listing, i, length, &bytes);
			folder_add(text, path, (int)length, count, bytes);
			continue;
		}

		AUTO(auto_free)
		char *one = heap_format(
			"%s %s", path, size_format(listing.files[i].bytes, size, sizeof size));

		text_add(text, one);
		count = 1;
	}
	folder_listing_deinit(&listing);
}

static void repo_describe(const char *folder, char **text)
{
	struct folder_listing listing;
	uint64_t bytes = 0;

	folder_list(folder, &listing);
	for (size_t i = 0; i < listing.count; i++)
		bytes += listing.files[i].bytes;
	if (listing.count > 0)
		folder_add(text, "repo", (int)strlen("repo"), listing.count, bytes);
	folder_listing_deinit(&listing);
}

char *left_behind_describe(const struct run *run, const struct run_backup *backup)
{
	AUTO(auto_free) char *folder = work_path(run, "out", backup->name);
	char *text = NULL;

	out_describe(folder, &text);
	repo_describe(run->repo, &text);
	return text ? text : heap_copy(LEFT_BEHIND_NOTHING);
}
