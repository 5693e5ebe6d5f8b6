/* SPDX-License-Identifier: Apache-2.0 */
/* intents.c - files whose names say what coalesce was about to do. */
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "simfs/volume/chain/chain.h"

#define ID_DIGITS 16

static const char *const prefixes[] = {
	[INTENT_COALESCE] = "coalesce_",
	[INTENT_RELINK] = "relink_",
	[INTENT_LEAF] = "leaf_",
};

static void file_name(enum coalesce_intent kind, uint64_t id, char *buffer, size_t length)
{
	snprintf(buffer, length, "%s%016" PRIx64, prefixes[kind], id);
}

int intent_write(struct chain *chain, enum coalesce_intent kind, uint64_t id)
{
	struct blockio_folder *folder = chain->volume->folder;
	struct blockio *io;
	char file[64];
	int error;

	file_name(kind, id, file, sizeof file);
	error = folder->ops->open(folder, file, true, &io);
	if (error == -EEXIST)
		return 0;
	if (error == 0)
		blockio_destroy(io);
	return error;
}

int intent_remove(struct chain *chain, enum coalesce_intent kind, uint64_t id)
{
	struct blockio_folder *folder = chain->volume->folder;
	char file[64];
	int error;

	file_name(kind, id, file, sizeof file);
	error = folder->ops->remove(folder, file);
	return error == -ENOENT ? 0 : error;
}

bool intent_parse(const char *file, enum coalesce_intent *ret_kind, uint64_t *ret_id)
{
	for (size_t kind = 0; kind < INTENT_KINDS; kind++) {
		const char *digits = file + strlen(prefixes[kind]);
		char *end;

		if (strncmp(file, prefixes[kind], strlen(prefixes[kind])) != 0 ||
			strlen(digits) != ID_DIGITS ||
			strspn(digits, "0123456789abcdef") != ID_DIGITS)
			continue;
		*ret_kind = (enum coalesce_intent)kind;
		*ret_id = strtoull(digits, &end, 16);
		return true;
	}
	return false;
}
