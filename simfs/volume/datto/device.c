/* SPDX-License-Identifier: Apache-2.0 */
/* device.c - the device that dattobd would show for a volume, and the hooks for the volume. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "simfs/base/mix.h"
#include "simfs/profile/datto.h"
#include "simfs/volume/core.h"
#include "simfs/volume/creation.h"
#include "simfs/volume/datto/datto.h"
#include "simfs/volume/datto/device.h"
#include "simfs/volume/life.h"

static bool is_ours(const struct snapshot *snapshot)
{
	const char *driver = snapshot->profile->driver;

	return driver && strcmp(driver, DATTO_DRIVER) == 0;
}

struct snapshot *datto_traced(struct volume *volume)
{
	for (struct snapshot *at = volume_snapshot_next(volume, NULL); at;
		at = volume_snapshot_next(volume, at)) {
		if (is_ours(at) && at->store)
			return at;
	}
	return NULL;
}

bool datto_device_exists(struct volume *volume)
{
	return volume->datto->unverified.exists || datto_traced(volume);
}

static bool is_dormant(const struct snapshot *snapshot)
{
	return snapshot->volume->datto->is_unmounted && is_ours(snapshot);
}

char *volume_datto_info(struct volume *volume)
{
	const struct datto_driver *driver = volume->datto;
	struct datto_device device = { .block_device = volume->options.live_path };
	struct profile_snapshot facts;

	if (!driver)
		return NULL;

	const struct datto_unverified *unverified = &driver->unverified;
	const struct snapshot *snapshot = datto_traced(volume);

	device.cache_bytes = driver->cache_bytes;
	if (unverified->exists) {
		device.exists = true;
		device.minor = unverified->minor;
		device.cow_path = unverified->cow_path;
		device.state = DATTO_STATE_UNVERIFIED |
			       (unverified->is_incremental ? 0 : DATTO_STATE_SNAPSHOT);
		device.error = unverified->error;
	} else if (snapshot) {
		const struct store_facts *stored = store_facts(snapshot->store);
		const struct owner owner = owner_of(stored);

		facts = snapshot_for_profile(snapshot);
		device.exists = true;
		device.minor = owner.minor;
		device.cow_path = owner_label(stored);
		device.state = datto_state(&facts);
		device.error = facts.error;
		device.snapshot = &facts;
		device.fallocate_bytes = driver->dormant_id == snapshot->id ? 0 : facts.limit_bytes;
		device.step_bytes = driver->step_bytes;
		device.reserved_bytes = driver->reserved_bytes;
		device.sequence_id = owner.sequence_id;
		device.uuid_high = mix64(volume->volume_id ^ owner.lineage);
		device.uuid_low = mix64(device.uuid_high);
	}
	return datto_info_text(&device);
}

/* Raises the limit by a step, if enabled; logs if it cannot. */
static bool auto_expand(struct snapshot *snapshot)
{
	struct volume *volume = snapshot->volume;
	struct blockio_folder *folder = volume->folder;
	uint64_t step_bytes = volume->datto->step_bytes;
	uint64_t reserved_bytes = volume->datto->reserved_bytes;
	uint64_t blocks = 0, block_bytes = 0;
	struct store_facts facts;

	if (step_bytes == 0 || !is_ours(snapshot))
		return false;
	/* The reserve may be close to the 64-bit maximum. */
	if (folder->ops->space && folder->ops->space(folder, &blocks, &block_bytes) == 0 &&
		(blocks * block_bytes < step_bytes ||
			blocks * block_bytes - step_bytes < reserved_bytes)) {
		datto_log_not_expanded(
			&volume->kernel_log, step_bytes, reserved_bytes, blocks, block_bytes);
		return false;
	}
	facts = *store_facts(snapshot->store);
	facts.limit_bytes += step_bytes;
	/* Nothing waits for it: a kill before it leaves the old limit. */
	store_update(snapshot->store, &facts, NULL);
	return true;
}

/* An unverified device occupies its minor, too. */
static int place_check(struct snapshot_create *create, unsigned *count)
{
	struct volume *volume = create->volume;

	if (volume->datto->is_unmounted) {
		create->was_logged = true;
		datto_log_unmounted(&volume->kernel_log);
		return snapshot_refuse(create, -EINVAL, "its file system is not mounted");
	}
	*count += volume->datto->unverified.exists;
	return 0;
}

static int datto_open(struct volume *volume)
{
	volume->datto = calloc(1, sizeof *volume->datto);
	if (!volume->datto)
		return -ENOMEM;
	volume->datto->cache_bytes = DATTO_CACHE_BYTES;
	return 0;
}

static void datto_close(struct volume *volume)
{
	free(volume->datto);
}

const struct volume_extension extension_datto = {
	.driver = DATTO_DRIVER,
	.open = datto_open,
	.close = datto_close,
	.is_dormant = is_dormant,
	.expand = auto_expand,
	.place_check = place_check,
	.info_name = "datto-info",
	.info = volume_datto_info,
};
