/* SPDX-License-Identifier: Apache-2.0 */
/* datto_device.c - the device that dattobd would show of a volume. */
#include "simfs/base/mix.h"
#include "simfs/profile/datto.h"
#include "simfs/volume/datto.h"
#include "simfs/volume/volume_internal.h"

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
		device.sequence_id = stored->sequence_id;
		device.uuid_high = mix64(volume->volume_id ^ stored->lineage);
		device.uuid_low = mix64(device.uuid_high);
	}
	return datto_info_text(&device);
}
