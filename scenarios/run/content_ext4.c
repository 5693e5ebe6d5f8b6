/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The files are laid out in a staging folder, which `mke2fs -d` copies into the image in the order
 * of their names.  What would differ from run to run (identifiers, hash seed, times) is derived
 * from the scenario's seed or fixed.
 */
#include "scenarios/run/content_ext4.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "scenarios/base/files.h"
#include "scenarios/base/process.h"
#include "scenarios/run/ext4_map.h"
#include "simfs/base/cleanup.h"
#include "simfs/base/clock.h"
#include "simfs/base/file_io.h"
#include "simfs/base/heap.h"
#include "simfs/base/mix.h"

#define FILES_PER_FOLDER 24
#define CHUNK_BYTES	 ((size_t)1 << 20)

/* 2023-11-14 22:13:20 UTC: a run must not depend on the day. */
#define TIME_SECONDS 1700000000u
#define TIME_TEXT    "1700000000"

/* Streams of the scenario's seed. */
#define STREAM_SIZES	0x657874342d73697aull
#define STREAM_BYTES	0x657874342d627974ull
#define STREAM_UUID	0x657874342d757569ull
#define STREAM_HASHES	0x657874342d686173ull

#define MKE2FS_LIMIT_NS (120 * NS_PER_S)

/* Sizes are distributed like people's files: many small ones, some a hundred times as large. */
static uint64_t file_weight(uint64_t seed, uint32_t file)
{
	uint64_t chance = mix64(seed ^ STREAM_SIZES ^ file);
	uint64_t magnitude = chance % 8;

	return (1ull << magnitude) + (chance >> 8) % (1ull << magnitude);
}

static int file_fill(const char *path, uint64_t seed, uint64_t size)
{
	AUTO(auto_close) int fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0644);
	AUTO(auto_free) unsigned char *chunk = heap_new(CHUNK_BYTES);

	if (fd < 0)
		return -errno;
	for (uint64_t offset = 0; offset < size; offset += CHUNK_BYTES) {
		uint64_t length = size - offset < CHUNK_BYTES ? size - offset : CHUNK_BYTES;

		mix_fill(chunk, CHUNK_BYTES, seed, offset);

		int error = file_write_all(fd, chunk, (size_t)length, offset);

		if (error < 0)
			return error;
	}
	return 0;
}

static int folder_make(const char *staging, uint32_t folder)
{
	AUTO(auto_free) char *path = heap_format("%s/folder-%03u", staging, folder);

	return mkdir(path, 0755) < 0 ? -errno : 0;
}

/* Creates BYTES in FILES files, in folders, and a symbolic link to the first. */
static int staging_fill(const struct content_order *order, const char *staging)
{
	uint32_t files = order->spec->files;
	uint64_t weight_all = 0, weight_before = 0, bytes_before = 0;
	int error = 0;

	for (uint32_t file = 0; file < files; file++)
		weight_all += file_weight(order->seed, file);
	for (uint32_t file = 0; file < files && error == 0; file++) {
		weight_before += file_weight(order->seed, file);

		/* Computed from the sums, so that bytes rounded off one file go to the next. */
		uint64_t bytes_until = (uint64_t)((__uint128_t)order->spec->bytes * weight_before /
						  weight_all);
		uint32_t folder = file / FILES_PER_FOLDER;
		AUTO(auto_free)
		char *path = heap_format("%s/folder-%03u/file-%05u", staging, folder, file);

		if (file % FILES_PER_FOLDER == 0)
			error = folder_make(staging, folder);
		if (error == 0)
			error = file_fill(path, mix64(order->seed ^ STREAM_BYTES ^ file),
				bytes_until - bytes_before);
		bytes_before = bytes_until;
	}
	if (error < 0 || files == 0)
		return error;

	AUTO(auto_free) char *link = heap_format("%s/first", staging);

	return symlink("folder-000/file-00000", link) < 0 ? -errno : 0;
}

static void uuid_format(uint64_t seed, char text[37])
{
	uint64_t high = mix64(seed), low = mix64(high);

	/* Version 4, variant 1, like a random UUID. */
	snprintf(text, 37, "%08" PRIx32 "-%04x-4%03x-%04x-%012" PRIx64, (uint32_t)(high >> 32),
		(unsigned)(high >> 16 & 0xffff), (unsigned)(high & 0xfff),
		(unsigned)(0x8000 | (low >> 48 & 0x3fff)), (uint64_t)(low & 0xffffffffffffull));
}

static int mke2fs_run(const struct content_order *order, const char *staging, struct reason *reason)
{
	char uuid[37], hashes[37];

	uuid_format(order->seed ^ STREAM_UUID, uuid);
	uuid_format(order->seed ^ STREAM_HASHES, hashes);

	AUTO(auto_free) char *log = heap_format("%s/mke2fs.log", order->work_folder);
	AUTO(auto_free)
	char *options = heap_format("lazy_itable_init=0,lazy_journal_init=0,nodiscard,"
				    "root_owner=0:0,hash_seed=%s",
		hashes);
	/* Blocks of 4 KiB for every size, because writers and the oracle count in them. */
	const char *argv[] = { "mke2fs", "-t", "ext4", "-q", "-F", "-b", "4096", "-U", uuid, "-E",
		options, "-d", staging, order->image_path, NULL };
	const char *environment[] = { "E2FSPROGS_FAKE_TIME=" TIME_TEXT,
		"SOURCE_DATE_EPOCH=" TIME_TEXT, "LC_ALL=C", NULL };
	struct process_order process = {
		.argv = argv,
		.environment = environment,
		.output_path = log,
		.time_limit_ns = MKE2FS_LIMIT_NS,
	};
	struct process_result result;
	int error = process_run(&process, &result);

	if (error == -ENOENT) {
		reason_set(reason, "program 'mke2fs' is missing (package e2fsprogs)");
		return -ENOPKG;
	}
	if (error < 0)
		return reason_error(reason, error, "cannot run 'mke2fs'");
	if (result.exit_status != 0) {
		AUTO(auto_free) char *line = file_last_line(log);

		reason_set(reason, "'mke2fs' exited with %d: %s", result.exit_status,
			line ? line : "it said nothing");
		error = -EINVAL;
	}
	process_result_deinit(&result);
	/* Only the last line of its output was needed. */
	unlink(log);
	return error;
}

int content_ext4_make(const struct content_order *order, struct reason *reason)
{
	AUTO(auto_free) char *staging = heap_format("%s/staging", order->work_folder);
	struct content_order image = *order;
	struct content_spec zeros = { .kind = CONTENT_ZEROS };

	image.spec = &zeros;

	int error = content_make(&image, reason);

	if (error < 0)
		return error;
	error = mkdir(staging, 0755) < 0 ? -errno : staging_fill(order, staging);
	if (error < 0)
		reason_error(reason, error, "cannot fill the folder '%s'", staging);
	else
		error = mke2fs_run(order, staging, reason);
	folder_remove(staging);
	return error < 0 ? error : ext4_set_times(order->image_path, TIME_SECONDS, reason);
}
