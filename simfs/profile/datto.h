/* SPDX-License-Identifier: Apache-2.0 */
/*
 * datto.h - arithmetic and texts of the dattobd driver, 0.12.1.
 *
 * Source of every number and line: docs/real-systems.md 1 (read in datto/dattobd) and a recording
 * of the driver on a 128 MiB volume, in tests/fixtures/dattobd/.
 */
#ifndef SNAPRIG_PROFILE_DATTO_H
#define SNAPRIG_PROFILE_DATTO_H

#include "simfs/profile/profile.h"

/* `driver` for profiles of dattobd, or of a descendant with its ioctls. */
#define DATTO_DRIVER "dattobd"

/* The size of the COW file's header and index, which precede its first data block. */
uint64_t datto_data_offset_bytes(uint64_t volume_bytes);

/* `nr_changed_blocks`: a block is counted before room is found for it. */
uint64_t datto_changed_blocks(const struct profile_snapshot *snapshot);

/* cow_max_memory_default */
#define DATTO_CACHE_BYTES 314572800u

/* max_snap_devices */
#define DATTO_MINORS 24u

/* Bits of `state`. */
#define DATTO_STATE_SNAPSHOT   1u /* else incremental */
#define DATTO_STATE_ACTIVE     2u /* else dormant */
#define DATTO_STATE_UNVERIFIED 4u /* reloaded, with its COW file not checked yet */

/* What /proc/datto-info shows for one device. */
struct datto_device {
	bool exists;
	uint32_t minor;
	const char *cow_path; /* as it was given; "": the default */
	const char *block_device;
	uint64_t cache_bytes;
	unsigned state; /* DATTO_STATE_… */
	int error;

	/* NULL: unverified, and the fields below are unknown. */
	const struct profile_snapshot *snapshot;
	uint64_t fallocate_bytes;
	uint64_t step_bytes, reserved_bytes; /* for auto-expand; step 0: off */
	uint64_t sequence_id;
	uint64_t uuid_high, uuid_low;
};

/* The state of SNAPSHOT, which is verified. */
unsigned datto_state(const struct profile_snapshot *snapshot);

/*
 * The text of /proc/datto-info, with its exact layout.  The caller frees it; NULL if memory ran
 * out.
 */
char *datto_info_text(const struct datto_device *device);

/* As log_no_room() of struct profile, with DRIVER at the start of each line. */
void datto_log_no_room_of(struct text_log *kernel_log, const char *driver, const char *label,
	int error, bool is_setup);
void datto_log_no_room(struct text_log *kernel_log, const char *label, int error, bool is_setup);

uint64_t datto_used_bytes(const struct profile_snapshot *snapshot);
bool datto_admits(const struct profile_snapshot *snapshot);
void datto_log_not_expanded(struct text_log *kernel_log, uint64_t step_bytes,
	uint64_t reserved_bytes, uint64_t blocks, uint64_t block_bytes);
void datto_log_unmounted(struct text_log *kernel_log);
int datto_refuse_snapshot(struct text_log *kernel_log);
void datto_log_overflow(struct text_log *kernel_log, const struct profile_overflow *overflow);
void datto_log_failure(
	struct text_log *kernel_log, enum profile_failure failure, int error, uint64_t write_bytes);
void datto_log_read_error(struct text_log *kernel_log, uint32_t minor, uint64_t offset);
void datto_native(const struct profile_snapshot *snapshot, char *buffer, size_t length);

#endif
