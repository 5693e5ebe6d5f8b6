/* SPDX-License-Identifier: Apache-2.0 */
#include "scenarios/run/content.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "scenarios/base/files.h"
#include "scenarios/base/process.h"
#include "scenarios/run/content_ext4.h"
#include "simfs/base/check.h"
#include "simfs/base/cleanup.h"
#include "simfs/base/clock.h"
#include "simfs/base/file_io.h"
#include "simfs/base/heap.h"
#include "simfs/base/mix.h"

#define CHUNK_BYTES	 ((size_t)1 << 20)

#define COMMAND_LIMIT_NS (120 * NS_PER_S)

/* So that the content differs from what writers make of the same seed. */
#define CONTENT_STREAM 0x636f6e74656e74ull

static int zeros_make(const struct content_order *order, struct reason *reason)
{
	AUTO(auto_close)
	int fd = open(order->image_path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);

	if (fd < 0 || ftruncate(fd, (off_t)order->volume_bytes) < 0)
		return reason_error(reason, -errno, "cannot make '%s'", order->image_path);
	return 0;
}

static int random_make(const struct content_order *order, struct reason *reason)
{
	AUTO(auto_close)
	int fd = open(order->image_path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
	AUTO(auto_free) unsigned char *chunk = heap_new(CHUNK_BYTES);

	if (fd < 0)
		return reason_error(reason, -errno, "cannot make '%s'", order->image_path);
	for (uint64_t offset = 0; offset < order->volume_bytes; offset += CHUNK_BYTES) {
		uint64_t length = order->volume_bytes - offset;

		if (length > CHUNK_BYTES)
			length = CHUNK_BYTES;
		mix_fill(chunk, CHUNK_BYTES, mix64(order->seed ^ CONTENT_STREAM), offset);

		int error = file_write_all(fd, chunk, (size_t)length, offset);

		if (error < 0)
			return reason_error(reason, error, "cannot write '%s'", order->image_path);
	}
	return 0;
}

static int image_copy(const struct content_order *order, struct reason *reason)
{
	AUTO(auto_free) char *source = content_image_path(order->spec, order->scenario_path);
	struct stat stat_source;

	if (stat(source, &stat_source) < 0)
		return reason_error(reason, -errno, "cannot read image '%s'", source);
	if (!S_ISREG(stat_source.st_mode)) {
		reason_set(reason, "cannot read image '%s': it is not a regular file", source);
		return -EINVAL;
	}
	if ((uint64_t)stat_source.st_size > order->volume_bytes) {
		reason_set(reason, "image '%s' has %jd bytes, more than the volume's %" PRIu64,
			source, (intmax_t)stat_source.st_size, order->volume_bytes);
		return -EINVAL;
	}

	int error = file_copy(source, order->image_path);

	if (error == 0 && truncate(order->image_path, (off_t)order->volume_bytes) < 0)
		error = -errno;
	return error < 0 ? reason_error(reason, error, "cannot copy image '%s'", source) : 0;
}

/* Reports that the command failed with RESULT, and printed to LOG. */
static int command_failed(
	const struct process_result *result, const char *log, struct reason *reason)
{
	AUTO(auto_free) char *line = file_last_line(log);

	if (result->timed_out)
		reason_set(reason, "the content's command was killed at its time limit");
	else
		reason_set(reason, "the content's command exited with %d: %s", result->exit_status,
			line ? line : "it said nothing");
	return -EINVAL;
}

/* Runs the command in FOLDER, which is empty. */
static int command_run(const struct content_order *order, const char *folder, struct reason *reason)
{
	AUTO(auto_free) char *log = heap_format("%s/content.log", order->work_folder);
	AUTO(auto_free) char *image = heap_format("SNAPRIG_IMAGE=%s", order->image_path);
	const char *argv[] = { "/bin/sh", "-c", order->spec->command, NULL };
	const char *environment[] = { image, NULL };
	const struct process_order process = {
		.argv = argv,
		.environment = environment,
		.output_path = log,
		.folder = folder,
		.time_limit_ns = COMMAND_LIMIT_NS,
	};
	struct process_result result;
	int error = process_run(&process, &result);

	if (error < 0)
		return reason_error(reason, error, "cannot run the content's command");
	if (result.exit_status != 0)
		error = command_failed(&result, log, reason);
	process_result_deinit(&result);
	unlink(log);
	return error;
}

static int command_make(const struct content_order *order, struct reason *reason)
{
	AUTO(auto_free) char *folder = heap_format("%s/content", order->work_folder);
	struct stat made;
	int error = zeros_make(order, reason);

	if (error == 0 && mkdir(folder, 0700) < 0)
		return reason_error(reason, -errno, "cannot make '%s'", folder);
	if (error == 0) {
		error = command_run(order, folder, reason);
		/* Files that it left there would be attributed to the client. */
		folder_remove(folder);
	}
	if (error == 0 && (stat(order->image_path, &made) < 0 ||
				  (uint64_t)made.st_size != order->volume_bytes)) {
		reason_set(reason, "the content's command changed the size of the image");
		error = -EINVAL;
	}
	return error;
}

static int (*const makers[])(const struct content_order *order, struct reason *reason) = {
	[CONTENT_ZEROS] = zeros_make,
	[CONTENT_RANDOM] = random_make,
	[CONTENT_IMAGE] = image_copy,
	[CONTENT_COMMAND] = command_make,
	[CONTENT_EXT4] = content_ext4_make,
};

int content_make(const struct content_order *order, struct reason *reason)
{
	MUST(order->spec->kind < sizeof makers / sizeof makers[0]);
	return makers[order->spec->kind](order, reason);
}
