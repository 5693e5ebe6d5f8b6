/* SPDX-License-Identifier: Apache-2.0 */
#include "simfs/profile/datto.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#define COW_BLOCK_BYTES	 4096u
#define COW_HEADER_BYTES 4096u
#define SECTION_MAPPINGS 4096u	/* blocks that one section of the index covers */
#define SECTION_BYTES	 32768u /* SECTION_MAPPINGS positions of 8 bytes */
#define COW_FILE_PATH	 "/.datto"

uint64_t datto_data_offset_bytes(uint64_t volume_bytes)
{
	uint64_t blocks = (volume_bytes + COW_BLOCK_BYTES - 1) / COW_BLOCK_BYTES;
	uint64_t sections = (blocks + SECTION_MAPPINGS - 1) / SECTION_MAPPINGS;

	return COW_HEADER_BYTES + sections * SECTION_BYTES;
}

uint64_t datto_changed_blocks(const struct profile_snapshot *snapshot)
{
	return snapshot->blocks_taken + snapshot->overflow_blocks;
}

uint64_t datto_used_bytes(const struct profile_snapshot *snapshot)
{
	/* The COW file of an incremental is cut down to its index. */
	if (snapshot->tracks_only)
		return datto_data_offset_bytes(snapshot->volume_bytes);
	return datto_data_offset_bytes(snapshot->volume_bytes) +
	       snapshot->blocks_taken * COW_BLOCK_BYTES;
}

/* The driver checks where a block begins, so the last block may exceed the limit. */
bool datto_admits(const struct profile_snapshot *snapshot)
{
	return datto_used_bytes(snapshot) < snapshot->limit_bytes;
}

void datto_log_not_expanded(struct text_log *kernel_log, uint64_t step_bytes,
	uint64_t reserved_bytes, uint64_t blocks, uint64_t block_bytes)
{
	text_log_line(kernel_log,
		"datto: rejected auto-expand: %" PRIu64 " MiB step size, %" PRIu64
		" MiB reserved space, %" PRIu64 " blocks available, %" PRIu64 " B block size",
		step_bytes >> 20, reserved_bytes >> 20, blocks, block_bytes);
}

void datto_log_unmounted(struct text_log *kernel_log)
{
	text_log_line(kernel_log, "datto: illegal to perform setup while unmounted: -22");
	text_log_line(kernel_log, "datto: error during setup ioctl handler: -22");
}

int datto_refuse_snapshot(struct text_log *kernel_log)
{
	text_log_line(kernel_log, "datto: block device is already being traced: -22");
	text_log_line(kernel_log, "datto: error setting up base block device: -22");
	text_log_line(kernel_log, "datto: error setting up tracer as active snapshot: -22");
	text_log_line(kernel_log, "datto: error during setup ioctl handler: -22");
	return -EINVAL;
}

void datto_log_no_room_of(struct text_log *kernel_log, const char *driver, const char *label,
	int error, bool is_setup)
{
	if (!*label)
		label = COW_FILE_PATH;
	if (error == -EOPNOTSUPP) {
		text_log_line(kernel_log,
			"%s: fallocate is not supported for '%s', falling back on writing zeros",
			driver, label);
		return;
	}
	text_log_line(kernel_log, "%s: error performing fallocate on file '%s': %d", driver, label,
		error);
	text_log_line(kernel_log, "%s: error during cow manager initialization: %d", driver, error);
	text_log_line(kernel_log, "%s: error setting up cow manager: %d", driver, error);
	if (!is_setup)
		return;
	text_log_line(
		kernel_log, "%s: error setting up tracer as active snapshot: %d", driver, error);
	text_log_line(kernel_log, "%s: error during setup ioctl handler: %d", driver, error);
}

void datto_log_no_room(struct text_log *kernel_log, const char *label, int error, bool is_setup)
{
	datto_log_no_room_of(kernel_log, "datto", label, error, is_setup);
}

/*
 * Logs the end of a write whose blocks could not be stored.  "memory demands" is not memory: the
 * driver multiplies the bytes of the write by 4096, and "saved" is blocks times 4096.  The quirk is
 * kept.
 */
static void log_write_failed(
	struct text_log *kernel_log, int error, uint64_t write_bytes, uint64_t blocks_done)
{
	text_log_line(kernel_log, "datto: error writing cow data: %d", error);
	text_log_line(kernel_log, "datto: error writing cow data and mapping: %d", error);
	text_log_line(kernel_log,
		"datto: memory demands %" PRIu64 ", memory saved before crash %" PRIu64 ": %d",
		write_bytes * COW_BLOCK_BYTES, blocks_done * COW_BLOCK_BYTES, error);
	text_log_line(kernel_log, "datto: error handling write bio: %d", error);
	text_log_line(kernel_log, "datto: error handling write bio in kernel thread: %d", error);
}

void datto_log_overflow(struct text_log *kernel_log, const struct profile_overflow *overflow)
{
	const struct profile_snapshot *snapshot = overflow->snapshot;

	text_log_line(kernel_log,
		"datto: cow file '%s' max size exceeded (%" PRIu64 "/%" PRIu64 "): %d",
		snapshot->label && *snapshot->label ? snapshot->label : COW_FILE_PATH,
		datto_used_bytes(snapshot), snapshot->limit_bytes, -EFBIG);
	log_write_failed(kernel_log, -EFBIG, overflow->write_bytes, overflow->blocks_done);
}

void datto_log_failure(
	struct text_log *kernel_log, enum profile_failure failure, int error, uint64_t write_bytes)
{
	switch (failure) {
	case PROFILE_OLD_READ:
		text_log_line(kernel_log,
			"datto: error reading from base device for copy on write: %d", error);
		text_log_line(
			kernel_log, "datto: error during bio read complete callback: %d", error);
		return;
	case PROFILE_STORE_WRITE:
		/* All blocks are stored in one write, so none was saved. */
		log_write_failed(kernel_log, error, write_bytes, 0);
		return;
	case PROFILE_READ_ORIGIN:
		text_log_line(
			kernel_log, "datto: error reading from base device for read: %d", error);
		break;
	case PROFILE_READ_STORE:
		text_log_line(kernel_log, "datto: error reading cow data: %d", error);
		break;
	}
	text_log_line(kernel_log, "datto: error handling read bio: %d", error);
	text_log_line(kernel_log, "datto: error handling read bio in kernel thread: %d", error);
}

/* The block layer logs this for the page at which a read through its cache ends. */
void datto_log_read_error(struct text_log *kernel_log, uint32_t minor, uint64_t offset)
{
	text_log_line(kernel_log,
		"Buffer I/O error on dev datto%" PRIu32 ", logical block %" PRIu64
		", async page read",
		minor, offset / COW_BLOCK_BYTES);
}

unsigned datto_state(const struct profile_snapshot *snapshot)
{
	return (snapshot->tracks_only ? 0 : DATTO_STATE_SNAPSHOT) |
	       (snapshot->is_dormant ? 0 : DATTO_STATE_ACTIVE);
}

/* This driver has no state for failure: the state stays, and an error appears. */
void datto_native(const struct profile_snapshot *snapshot, char *buffer, size_t length)
{
	if (snapshot->failed)
		snprintf(buffer, length, "\"error\": %d, \"state\": %u", snapshot->error,
			datto_state(snapshot));
	else
		snprintf(buffer, length, "\"state\": %u", datto_state(snapshot));
}

/*
 * Relative to the mount point of its file system, which is assumed to be the folder that holds it.
 */
static const char *cow_file(const struct datto_device *device)
{
	const char *slash = strrchr(device->cow_path, '/');

	if (!slash)
		return *device->cow_path ? device->cow_path : COW_FILE_PATH;
	return device->snapshot ? slash : device->cow_path;
}

static void print_verified(FILE *out, const struct datto_device *device)
{
	const struct profile_snapshot *snapshot = device->snapshot;

	fprintf(out, "\t\t\t\"fallocate\": %" PRIu64 ",\n", device->fallocate_bytes >> 20 << 20);
	fprintf(out, "\t\t\t\"cow_size_current\": %" PRIu64 ",\n",
		snapshot->tracks_only ? datto_used_bytes(snapshot) : snapshot->limit_bytes);
	fprintf(out, "\t\t\t\"seq_id\": %" PRIu64 ",\n", device->sequence_id);
	fprintf(out, "\t\t\t\"uuid\": \"%016" PRIx64 "%016" PRIx64 "\",\n", device->uuid_high,
		device->uuid_low);
	fprintf(out, "\t\t\t\"version\": 1,\n");
	fprintf(out, "\t\t\t\"nr_changed_blocks\": %" PRIu64 ",\n", datto_changed_blocks(snapshot));
	if (device->step_bytes > 0)
		fprintf(out,
			"\t\t\t\"auto_expand\": {\n"
			"\t\t\t\t\"step_size_mib\": %" PRIu64 ",\n"
			"\t\t\t\t\"reserved_space_mib\": %" PRIu64 "\n"
			"\t\t\t},\n",
			device->step_bytes >> 20, device->reserved_bytes >> 20);
}

static void print_device(FILE *out, const struct datto_device *device)
{
	fprintf(out, "\t\t{\n");
	fprintf(out, "\t\t\t\"minor\": %u,\n", device->minor);
	fprintf(out, "\t\t\t\"cow_file\": \"%s\",\n", cow_file(device));
	fprintf(out, "\t\t\t\"block_device\": \"%s\",\n", device->block_device);
	fprintf(out, "\t\t\t\"max_cache\": %" PRIu64 ",\n", device->cache_bytes);
	if (device->snapshot)
		print_verified(out, device);
	if (device->error < 0)
		fprintf(out, "\t\t\t\"error\": %d,\n", device->error);
	fprintf(out, "\t\t\t\"state\": %u\n", device->state);
	fprintf(out, "\t\t}");
}

char *datto_info_text(const struct datto_device *device)
{
	char *text = NULL;
	size_t length = 0;
	FILE *out = open_memstream(&text, &length);

	if (!out)
		return NULL;
	fprintf(out, "{\n\t\"version\": \"0.12.1\",\n\t\"devices\": [\n");
	if (device->exists)
		print_device(out, device);
	fprintf(out, "\n\t]\n}\n");
	return fclose(out) == 0 ? text : NULL;
}

const struct profile profile_datto = {
	.name = "datto",
	.imitates = "dattobd 0.12.1",
	.about = "COW file of 10 % with header and index; at the limit EFBIG in the log, reads EIO",
	.block_bytes = COW_BLOCK_BYTES,
	.block_is_fixed = true,
	.limit = { .is_share = true, .per_million = 100000 },
	.snapshots_max = 1,
	.ignores_discards = true,
	.overflow_error = -EFBIG,
	.memory_error = -ENOMEM,
	.used_bytes = datto_used_bytes,
	.admits = datto_admits,
	.refuse_snapshot = datto_refuse_snapshot,
	.log_overflow = datto_log_overflow,
	.log_failure = datto_log_failure,
	.log_read_error = datto_log_read_error,
	.log_no_room = datto_log_no_room,
	.read_error_fails_snapshot = true,
	.native = datto_native,
	.driver = DATTO_DRIVER,
};
