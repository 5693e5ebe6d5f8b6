/* SPDX-License-Identifier: Apache-2.0 */
#include "simfs/profile/profile.h"

#include <errno.h>
#include <string.h>

static const struct profile *const profiles[] = {
	&profile_plain,
	&profile_datto,
	&profile_actiphy,
	&profile_elastio,
	&profile_lvm,
	&profile_vss,
	&profile_xen,
};

#define PROFILE_COUNT (sizeof profiles / sizeof profiles[0])

const struct profile *profile_at(size_t index)
{
	return index < PROFILE_COUNT ? profiles[index] : NULL;
}

const struct profile *profile_find(const char *name)
{
	for (size_t i = 0; i < PROFILE_COUNT; i++) {
		if (strcmp(profiles[i]->name, name) == 0)
			return profiles[i];
	}
	return NULL;
}

int profile_limit_bytes(const struct profile *profile, const struct size_or_share *limit,
	uint64_t volume_bytes, uint64_t *ret)
{
	/* The size of an SR is free, and an area serves all snapshots, but one store can need only
	 * so much. */
	bool is_shared = profile->chain || profile->shares_area;
	bool is_bounded = !profile->refuse_limit && !is_shared;
	uint64_t bytes = limit->bytes;

	if (limit->is_share) {
		if (limit->per_million > 2000000 && !is_shared)
			return -EINVAL;

		unsigned __int128 share = (unsigned __int128)volume_bytes * limit->per_million;

		if (share / 1000000 > INT64_MAX)
			return -EINVAL;
		bytes = (uint64_t)(share / 1000000);
		if (profile->limit_unit_bytes)
			bytes -= bytes % profile->limit_unit_bytes;
	}
	if (bytes == 0 || (bytes / 2 > volume_bytes && is_bounded))
		return -EINVAL;
	*ret = bytes;
	return 0;
}
