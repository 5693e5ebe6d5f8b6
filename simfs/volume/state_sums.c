/* SPDX-License-Identifier: Apache-2.0 */
/* state_sums.c - the files of sums beside the stores: reports faults, removes stray ones. */
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "simfs/base/log.h"
#include "simfs/volume/core.h"
#include "simfs/volume/damage.h"
#include "simfs/volume/state.h"

void state_tell_sums(
	const struct volume *volume, const char *file, const struct store_findings *findings)
{
	if (volume->options.quiet)
		return;
	if (findings->has_lost_sums)
		log_error("the sums of '%s' are gone: blocks that were written in place cannot be "
			  "read",
			file);
	if (findings->bad_sums > 0)
		log_error("%" PRIu64
			  " of the sums of '%s' are damaged: their blocks may not be readable",
			findings->bad_sums, file);
	if (findings->units_as_found > 0)
		log_info("the machine went down while '%s' was written in place: %" PRIu64
			 " KiB of it are taken as they were found",
			file, findings->units_as_found * STORE_UNIT_BYTES >> 10);
}

bool state_is_sums(const char *name)
{
	return state_has_suffix(name, STORE_SUMS_SUFFIX) &&
	       strlen(name) == STORE_SUMS_ID_DIGITS + strlen(STORE_SUMS_SUFFIX) &&
	       strspn(name, "0123456789abcdef") == STORE_SUMS_ID_DIGITS;
}

static bool is_of_snapshot(const struct volume *volume, const char *name)
{
	char owned[STORE_SUMS_NAME_BYTES];

	list_for_each (at, &volume->snapshots) {
		const struct snapshot *snapshot = CONTAINER_OF(at, struct snapshot, link);

		if (!snapshot->store)
			continue;
		store_sums_name(store_facts(snapshot->store)->store_id, owned, sizeof owned);
		if (strcmp(owned, name) == 0)
			return true;
	}
	return false;
}

/* Checks the folder, not the loaded nodes: the volume may be mounted with another profile. */
static bool is_of_node(struct volume *volume, const char *name)
{
	char file[STORE_SUMS_NAME_BYTES];
	struct blockio *node;
	int error;

	snprintf(file, sizeof file, "%.*s" NODE_SUFFIX, STORE_SUMS_ID_DIGITS, name);
	error = volume->folder->ops->open(volume->folder, file, false, &node);
	if (error == 0)
		blockio_destroy(node);
	return error != -ENOENT;
}

void state_sweep_sums(struct volume *volume, const char *name)
{
	if (state_is_sums(name) && !is_of_snapshot(volume, name) && !is_of_node(volume, name))
		(void)volume->folder->ops->remove(volume->folder, name);
}
