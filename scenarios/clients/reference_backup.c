/* SPDX-License-Identifier: Apache-2.0 */
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "scenarios/clients/reference.h"
#include "scenarios/clients/reference_files.h"
#include "scenarios/clients/reference_manifest.h"
#include "simfs/base/cleanup.h"
#include "simfs/base/clock.h"
#include "simfs/base/log.h"
#include "simfs/control/protocol.h"

static const char help[] =
	"usage: snaprig backup SNAPSHOT OUT\n"
	"\n"
	"The reference client: reads the file SNAPSHOT in order and makes the backup OUT and\n"
	"OUT.manifest.  They appear when they are whole, or not at all.\n"
	"\n"
	"Exit code: 0 done, 198 (the low byte of -314) SNAPSHOT could not be read, 1 OUT could\n"
	"not be written, 2 usage\n";

/* One line of the log: "05/07/2025 06:12:55.812 text" (UTC). */
__attribute__((format(printf, 1, 2))) static void log_line(const char *format, ...)
{
	int64_t now_ns = clock_wall_ns();
	time_t seconds = now_ns / (int64_t)NS_PER_S;
	struct tm now;
	char stamp[32];
	va_list arguments;

	gmtime_r(&seconds, &now);
	strftime(stamp, sizeof stamp, "%m/%d/%Y %H:%M:%S", &now);
	printf("%s.%03d ", stamp, (int)(now_ns / (int64_t)NS_PER_MS % 1000));
	va_start(arguments, format);
	vprintf(format, arguments);
	va_end(arguments);
	putchar('\n');
	fflush(stdout);
}

/* One backup on its way. */
struct pipeline {
	int source;
	uint64_t size_bytes;
	struct manifest manifest;
	struct pending_file image;
	struct pending_file manifest_file;
};

static void pipeline_deinit(struct pipeline *pipeline)
{
	pending_file_deinit(&pipeline->image);
	pending_file_deinit(&pipeline->manifest_file);
	manifest_deinit(&pipeline->manifest);
	if (pipeline->source >= 0)
		close(pipeline->source);
}

/* Says what the pipeline says of a read that did not bring what was asked for. */
static int read_failed(uint64_t offset, size_t length, size_t got, int error)
{
	if (error < 0)
		log_line("ReadFile failed Level = ERROR[%d]", -error);
	log_line("Warning: less data read, (%" PRIu64 ", %zu %zu)", offset, length, got);
	log_line("###### something wrong during run pipe line");
	return REFERENCE_EXIT_READ;
}

static int target_failed(int error, const char *path)
{
	log_error_code(error, "cannot write backup '%s'", path);
	log_line("###### something wrong during run pipe line");
	return REFERENCE_EXIT_TARGET;
}

static int pipeline_open(struct pipeline *pipeline, const char *snapshot, const char *out)
{
	AUTO(auto_free) char *manifest_path = NULL;
	struct stat stat;

	/* Without O_NONBLOCK a pipe in its place would wait for a writer. */
	pipeline->source = open(snapshot, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
	if (pipeline->source < 0 || fstat(pipeline->source, &stat) < 0) {
		int error = -errno;

		log_error_code(error, "cannot open snapshot '%s'", snapshot);
		return read_failed(0, 0, 0, error);
	}
	if (!S_ISREG(stat.st_mode)) {
		log_error("cannot read snapshot '%s': it is no regular file", snapshot);
		return REFERENCE_EXIT_TARGET;
	}
	pipeline->size_bytes = (uint64_t)stat.st_size;
	if (asprintf(&manifest_path, "%s.manifest", out) < 0) {
		manifest_path = NULL;
		return target_failed(-ENOMEM, out);
	}

	int error = pending_file_create(out, &pipeline->image);

	if (error < 0)
		return target_failed(error, out);
	error = pending_file_create(manifest_path, &pipeline->manifest_file);
	return error < 0 ? target_failed(error, manifest_path) : 0;
}

/* Everything, in order, to the temporary file. */
static int pipeline_copy(struct pipeline *pipeline)
{
	AUTO(auto_free) unsigned char *chunk = malloc(REFERENCE_CHUNK_BYTES);

	if (!chunk)
		return target_failed(-ENOMEM, pipeline->image.path);
	for (uint64_t offset = 0; offset < pipeline->size_bytes;) {
		uint64_t left = pipeline->size_bytes - offset;
		size_t length = left < REFERENCE_CHUNK_BYTES ? (size_t)left : REFERENCE_CHUNK_BYTES;
		int error;
		size_t got = read_up_to(pipeline->source, chunk, length, offset, &error);

		if (got < length)
			return read_failed(offset, length, got, error);
		if (asked_to_stop())
			return target_failed(-ECANCELED, pipeline->image.path);
		error = write_all(pipeline->image.fd, chunk, length);
		if (error == 0)
			error = manifest_add(&pipeline->manifest, chunk, length);
		if (error < 0)
			return target_failed(error, pipeline->image.path);
		offset += length;
	}
	return 0;
}

/* The manifest is last: an image without one is no backup. */
static int pipeline_publish(struct pipeline *pipeline)
{
	int error = manifest_write(&pipeline->manifest, pipeline->manifest_file.fd);

	if (error < 0)
		return target_failed(error, pipeline->manifest_file.path);
	error = pending_file_publish(&pipeline->image);
	if (error < 0)
		return target_failed(error, pipeline->image.path);
	error = pending_file_publish(&pipeline->manifest_file);
	if (error == 0)
		error = folder_flush(pipeline->image.path);
	if (error < 0) {
		pending_file_withdraw(&pipeline->manifest_file);
		pending_file_withdraw(&pipeline->image);
		return target_failed(error, pipeline->manifest_file.path);
	}
	return 0;
}

static int pipeline_run(const char *snapshot, const char *out)
{
	AUTO(pipeline_deinit)
	struct pipeline pipeline = {
		.source = -1,
		.image.fd = -1,
		.manifest_file.fd = -1,
	};

	manifest_init(&pipeline.manifest, REFERENCE_CHUNK_BYTES);

	int exit_code = pipeline_open(&pipeline, snapshot, out);

	if (exit_code == 0)
		exit_code = pipeline_copy(&pipeline);
	if (exit_code == 0)
		exit_code = pipeline_publish(&pipeline);
	return exit_code;
}

int command_backup(int argc, char **argv)
{
	if (argc == 2 && strcmp(argv[1], "--help") == 0) {
		fputs(help, stdout);
		return EXIT_MET;
	}
	if (argc != 3 || argv[1][0] == '-') {
		log_error("SNAPSHOT and OUT are needed (see 'snaprig backup --help')");
		return EXIT_USAGE;
	}
	stop_watch();
	log_line("Pipeline start");
	log_line("OOOW: No");

	int exit_code = pipeline_run(argv[1], argv[2]);

	log_line("Pipeline end, exit code: %d", exit_code);
	return exit_code & 0xff;
}
