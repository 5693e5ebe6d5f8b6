/* SPDX-License-Identifier: Apache-2.0 */
/* snapshot_facts.c - chooses a new snapshot's block size, limit and numbers. */
#include <errno.h>
#include <stdio.h>

#include "simfs/base/clock.h"
#include "simfs/base/mix.h"
#include "simfs/volume/core.h"
#include "simfs/volume/creation.h"

static void choose_owner(const struct snapshot_create *create, struct store_facts *facts)
{
	struct owner owner = {
		.lineage = facts->order,
		.sequence_id = 1,
		.minor = create->minor,
	};

	if (create->replaces) {
		struct owner replaced = owner_of(store_facts(create->replaces->store));

		owner.sequence_id = replaced.sequence_id + 1;
		owner.lineage = replaced.lineage;
	}
	snprintf(owner.label, sizeof owner.label, "%s", create->label ? create->label : "");
	owner_put(facts, OWNER_COW_SNAPSHOT, &owner);
}

int snapshot_choose_facts(struct snapshot_create *create, struct store_facts *facts)
{
	struct volume *volume = create->volume;
	int64_t created_ns = volume_stamp(volume);
	const struct profile *profile = volume->options.profile;
	uint32_t block_bytes = create->block_bytes ? create->block_bytes
						   : volume->options.block_bytes;
	const struct size_or_share *limit = &profile->limit;

	if (block_bytes == 0)
		block_bytes = profile->block_bytes;
	if (profile->block_is_fixed && block_bytes != profile->block_bytes)
		return snapshot_refuse(create, -EINVAL, "the profile's block size is fixed");
	if (block_bytes < STORE_UNIT_BYTES || block_bytes > VOLUME_BLOCK_MAX_BYTES ||
		(block_bytes & (block_bytes - 1)) != 0)
		return snapshot_refuse(
			create, -EINVAL, "a block is a power of two from 4KiB to 512KiB");
	if (create->has_limit)
		limit = &create->limit;
	else if (volume->options.has_limit)
		limit = &volume->options.limit;

	*facts = (struct store_facts){
		.volume_id = volume->volume_id,
		.order = volume->next_order++,
		.volume_bytes = volume_bytes(volume),
		.block_bytes = block_bytes,
		.created_seconds = created_ns / (int64_t)NS_PER_S,
		.created_nanoseconds = (uint32_t)(created_ns % (int64_t)NS_PER_S),
		.boot_id = volume->options.boot_id,
	};
	choose_owner(create, facts);
	facts->store_id = mix64(volume->volume_id ^ mix64(facts->order));
	if ((limit->is_share || limit->bytes > 0 || limit != &profile->limit) &&
		profile_limit_bytes(profile, limit, facts->volume_bytes, &facts->limit_bytes) < 0)
		return snapshot_refuse(create, -EINVAL,
			"a limit is more than nothing and at most twice the volume");
	if (facts->limit_bytes == 0 && profile->default_limit_bytes)
		facts->limit_bytes = profile->default_limit_bytes(facts->volume_bytes, block_bytes);
	if (profile->refuse_limit) {
		const char *why = profile->refuse_limit(facts->limit_bytes, block_bytes);

		if (why)
			return snapshot_refuse(create, -EINVAL, why);
	}
	snprintf(facts->name, sizeof facts->name, "%s", create->name);
	snprintf(facts->profile, sizeof facts->profile, "%s", profile->name);
	return 0;
}
