/* SPDX-License-Identifier: Apache-2.0 */
/* device.c - the device that dattobd would show of a volume. */
#include "simfs/base/mix.h"
#include "simfs/profile/datto.h"
#include "simfs/volume/core.h"
#include "simfs/volume/datto/datto.h"
#include "simfs/volume/life.h"

struct snapshot *datto_traced(struct volume *volume)
{
	for (struct snapshot *at = volume_snapshot_next(volume, NULL); at;
		at = volume_snapshot_next(volume, at)) {
		if (at->profile->is_dattobd && at->store)
			return at;
	}
	return NULL;
}

bool datto_device_exists(struct volume *volume)
{
	return volume->datto.unverified.exists || datto_traced(volume);
}

bool datto_is_dormant(const struct snapshot *snapshot)
{
	return snapshot->profile->is_dattobd && snapshot->volume->datto.is_unmounted;
}

char *volume_datto_info(struct volume *volume)
{
	const struct datto_unverified *unverified = &volume->datto.unverified;
	const struct snapshot *snapshot = datto_traced(volume);
	struct datto_device device = { .block_device = volume->options.live_path,
		.cache_bytes = volume->datto.cache_bytes };
	struct profile_snapshot facts;

	if (!volume->options.profile->is_dattobd)
		return NULL;
	if (unverified->exists) {
		device.exists = true;
		device.minor = unverified->minor;
		device.cow_path = unverified->cow_path;
		device.state = DATTO_STATE_UNVERIFIED |
			       (unverified->is_incremental ? 0 : DATTO_STATE_SNAPSHOT);
		device.error = unverified->error;
	} else if (snapshot) {
		const struct store_facts *stored = store_facts(snapshot->store);

		facts = snapshot_for_profile(snapshot);
		device.exists = true;
		device.minor = stored->minor;
		device.cow_path = stored->label;
		device.state = datto_state(&facts);
		device.error = facts.error;
		device.snapshot = &facts;
		device.fallocate_bytes = snapshot->has_been_dormant ? 0 : facts.limit_bytes;
		device.step_bytes = volume->datto.step_bytes;
		device.reserved_bytes = volume->datto.reserved_bytes;
		device.sequence_id = stored->sequence_id;
		device.uuid_high = mix64(volume->volume_id ^ stored->lineage);
		device.uuid_low = mix64(device.uuid_high);
	}
	return datto_info_text(&device);
}

bool datto_auto_expand(struct snapshot *snapshot)
{
	struct volume *volume = snapshot->volume;
	struct blockio_folder *folder = volume->folder;
	uint64_t step_bytes = volume->datto.step_bytes;
	uint64_t reserved_bytes = volume->datto.reserved_bytes;
	uint64_t blocks = 0, block_bytes = 0;
	struct store_facts facts;

	if (!snapshot->profile->is_dattobd || step_bytes == 0)
		return false;
	/* The reserve may be nearly all that 64 bits hold. */
	if (folder->ops->space && folder->ops->space(folder, &blocks, &block_bytes) == 0 &&
		(blocks * block_bytes < step_bytes ||
			blocks * block_bytes - step_bytes < reserved_bytes)) {
		datto_log_not_expanded(
			&volume->kernel_log, step_bytes, reserved_bytes, blocks, block_bytes);
		return false;
	}
	facts = *store_facts(snapshot->store);
	facts.limit_bytes += step_bytes;
	/* Nobody waits: a kill that comes first leaves the limit that was. */
	store_update(snapshot->store, &facts, NULL);
	return true;
}
