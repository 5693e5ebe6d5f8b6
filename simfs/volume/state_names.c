/* SPDX-License-Identifier: Apache-2.0 */
/* state_names.c - the names of the files in the state folder. */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "simfs/volume/core.h"
#include "simfs/volume/state.h"

void snapshot_file_name(const char *snapshot, char *buffer, size_t length)
{
	snprintf(buffer, length, "%s" STORE_SUFFIX, snapshot);
}

void snapshot_file(const struct snapshot *snapshot, char *buffer, size_t length)
{
	if (snapshot->is_lost)
		snprintf(buffer, length, "%s" LOST_SUFFIX, snapshot->name);
	else if (snapshot->is_kept)
		snprintf(buffer, length, "%016" PRIx64 KEPT_SUFFIX, snapshot->id);
	else
		snapshot_file_name(snapshot->name, buffer, length);
}

bool state_has_suffix(const char *name, const char *suffix)
{
	size_t length = strlen(name), tail = strlen(suffix);

	return length > tail && strcmp(name + length - tail, suffix) == 0;
}

bool state_is_unfinished(const char *name)
{
	return state_has_suffix(name, STORE_SUFFIX NEW_SUFFIX) ||
	       state_has_suffix(name, NODE_SUFFIX NEW_SUFFIX);
}
