/* SPDX-License-Identifier: Apache-2.0 */
/*
 * fuzz_store.c - any bytes are a store or are refused; never a crash, and never a position outside
 * of the file.  store_input.h explains the input.
 */
#include <errno.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <jansson.h>

#include "simfs/base/check.h"
#include "simfs/blockio/memory.h"
#include "simfs/store/read.h"
#include "simfs/store/store_internal.h"
#include "simfs/store/store_state.h"
#include "simfs/volume/core.h"
#include "simfs/volume/request.h"
#include "tests/fuzz/store_input.h"

#define VOLUME_BYTES INPUT_VOLUME_BYTES

/* The offset of the volume's id in its file. */
#define VOLUME_ID_OFFSET 16

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void put_file(struct blockio_folder *folder, struct memory_disk *disk, const char *name,
	const uint8_t *bytes, size_t size)
{
	struct blockio *io;
	uint64_t size_bytes;

	MUST(folder->ops->open(folder, name, true, &io) == 0);
	MUST(io->ops->resize(io, size) == 0);
	blockio_destroy(io);
	memcpy(memory_disk_bytes(disk, name, &size_bytes), bytes, size);
}

/* Makes the store's file at FILE, and its file of sums. */
static void put_store(struct blockio_folder *folder, struct memory_disk *disk, struct input *input,
	uint8_t bits, uint64_t volume_id, uint8_t *file)
{
	static struct sums_entry entries[INPUT_FILE_MAX_BYTES / STORE_UNIT_BYTES];
	struct sums_edits sums = { 0 };
	char name[STORE_SUMS_NAME_BYTES];

	put_file(folder, disk, "s.store", file,
		input_make_store(input, bits, volume_id, file, &sums));
	if (sums.count == 0)
		return;
	memset(entries, 0, sizeof entries);
	store_sums_name(((const struct store_superblock *)file)->store_id, name, sizeof name);
	put_file(folder, disk, name, (const uint8_t *)entries,
		input_make_sums(&sums, file, entries));
}

static void close_volume(struct memory_disk *disk, struct volume *volume)
{
	/* Its journal is still being written. */
	while (memory_disk_step(disk))
		continue;
	MUST(volume_close(volume) == 0);
}

/* Checks what the store alone reports about its file. */
static void check_store(struct blockio_folder *folder, uint8_t bits)
{
	struct store_open_options options = {
		.boot_id = bits & MAKE_RESTARTED ? 1 : 0,
		.verify_data = (bits & MAKE_VERIFIED) != 0,
		.limits = bits & MAKE_SMALLEST ? &store_limits_smallest : NULL,
	};
	struct store_findings findings;
	struct store *store = NULL;
	int error = store_open(folder, "s.store", &options, &store, &findings);

	MUST(error != 0 || store);
	if (store && error == 0) {
		const struct store_facts *facts = store_facts(store);
		uint64_t count = facts->volume_bytes / facts->block_bytes, found = 0;

		for (uint64_t block = 0; block < count && block < 65536; block++) {
			uint64_t offset = store_offset(store, block);

			if (offset == 0)
				continue;
			found++;
			if (offset == STORE_CHANGED)
				continue;
			MUST(offset + facts->block_bytes <= store_file_bytes(store));
			MUST(offset + facts->block_bytes <= store_io(store)->size_bytes);
		}
		MUST(found <= store_blocks(store));
	}
	store_destroy(store);
}

/* A request and its result; 1 while it is in flight. */
struct going {
	struct volume_request request;
	int result;
};

static unsigned requests_ended;
static int request_result;

static void request_done(struct volume_request *request, int result)
{
	(void)request;
	requests_ended++;
	request_result = result;
}

/* Reads the snapshot, or writes the live view, completely. */
static void go_over(struct memory_disk *disk, struct volume *volume, struct snapshot *snapshot,
	enum volume_kind kind, char *buffer)
{
	static struct volume_request request;

	request = (struct volume_request){
		.kind = kind,
		.snapshot = snapshot,
		.length = VOLUME_BYTES,
		.buffer = buffer,
		.done = request_done,
	};
	requests_ended = 0;
	volume_submit(volume, &request);
	while (memory_disk_step(disk))
		continue;
	MUST(requests_ended == 1);
	MUST(request_result == 0 || (snapshot && request_result == -EIO));
}

static void check_volume(struct memory_disk *disk, struct blockio *origin,
	struct blockio_folder *folder, const struct store_superblock *found, uint8_t bits,
	char *buffer)
{
	struct volume_options options = {
		.profile = &profile_plain,
		.quiet = true,
		.limits = bits & MAKE_SMALLEST ? &volume_limits_smallest : NULL,
	};
	struct volume *volume;

	if (volume_open(origin, folder, &options, &volume) < 0) {
		/* Only if it claims to be of another topology or version. */
		MUST(found->owner_kind != OWNER_COW_SNAPSHOT ||
			superblock_is_of_another_version(found));
		return;
	}

	struct snapshot *snapshot = volume_snapshot_find(volume, "s");

	MUST(snapshot);
	go_over(disk, volume, snapshot, VOLUME_READ, buffer);
	go_over(disk, volume, NULL, VOLUME_WRITE, buffer);
	go_over(disk, volume, snapshot, VOLUME_READ, buffer);
	json_decref(volume_status(volume));
	close_volume(disk, volume);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct input input = { .data = data, .size = size };
	struct volume_options options = { .profile = &profile_plain, .quiet = true };
	struct memory_disk *disk;
	struct blockio_folder *folder;
	struct blockio *origin;
	struct volume *volume;
	uint64_t volume_id, size_bytes;
	uint8_t *file = calloc(1, INPUT_FILE_MAX_BYTES);
	void *buffer;

	MUST(file && posix_memalign(&buffer, BLOCKIO_ALIGNMENT_MAX, VOLUME_BUFFER_BYTES) == 0);
	MUST(memory_disk_create(1, 512, &disk) == 0);
	MUST(memory_folder_create(disk, &folder) == 0);
	MUST(folder->ops->open(folder, "image", true, &origin) == 0);
	MUST(origin->ops->resize(origin, VOLUME_BYTES) == 0);
	MUST(volume_open(origin, folder, &options, &volume) == 0);
	close_volume(disk, volume);
	memcpy(&volume_id, memory_disk_bytes(disk, "volume", &size_bytes) + VOLUME_ID_OFFSET,
		sizeof volume_id);
	memset(buffer, 'x', VOLUME_BUFFER_BYTES);

	uint8_t bits = input_byte(&input);

	put_store(folder, disk, &input, bits, volume_id, file);
	check_store(folder, bits);
	check_volume(disk, origin, folder, (struct store_superblock *)file, bits, buffer);
	blockio_destroy(origin);
	folder->ops->destroy(folder);
	memory_disk_destroy(disk);
	free(buffer);
	free(file);
	return 0;
}
