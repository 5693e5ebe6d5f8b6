/* SPDX-License-Identifier: Apache-2.0 */
#include "scenarios/clients/reference_pipeline.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "scenarios/clients/reference.h"
#include "scenarios/clients/reference_files.h"
#include "scenarios/clients/reference_log.h"
#include "scenarios/clients/reference_manifest.h"
#include "scenarios/clients/reference_vss.h"
#include "simfs/base/cleanup.h"
#include "simfs/base/file_io.h"
#include "simfs/base/log.h"
#include "simfs/base/progress_bar.h"

/* A backup in progress. */
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

/* Logs what the pipeline logs about a read that returned less than requested. */
static int read_failed(uint64_t offset, size_t length, size_t got, int error)
{
	if (error < 0)
		pipeline_log("ReadFile failed Level = ERROR[%d]", -error);
	pipeline_log("Warning: less data read, (%" PRIu64 ", %zu %zu)", offset, length, got);
	pipeline_log("###### something wrong during run pipe line");
	return REFERENCE_EXIT_READ;
}

static int target_failed(int error, const char *path)
{
	log_error_code(error, "cannot write backup '%s'", path);
	pipeline_log("###### something wrong during run pipe line");
	return REFERENCE_EXIT_TARGET;
}

static int pipeline_open(struct pipeline *pipeline, const char *snapshot, const char *out)
{
	AUTO(auto_free) char *manifest_path = NULL;
	struct stat stat;

	/* Without O_NONBLOCK, opening a pipe here would wait for a writer. */
	pipeline->source = open(snapshot, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
	if (pipeline->source < 0 || fstat(pipeline->source, &stat) < 0) {
		int error = -errno;

		log_error_code(error, "cannot open snapshot '%s'", snapshot);
		return read_failed(0, 0, 0, error);
	}
	if (!S_ISREG(stat.st_mode)) {
		log_error("cannot read snapshot '%s': it is not a regular file", snapshot);
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

/* Copies everything, in order, to the temporary file. */
static int pipeline_copy(struct pipeline *pipeline)
{
	AUTO(auto_free) unsigned char *chunk = malloc(REFERENCE_CHUNK_BYTES);

	if (!chunk)
		return target_failed(-ENOMEM, pipeline->image.path);
	for (uint64_t offset = 0; offset < pipeline->size_bytes;) {
		uint64_t left = pipeline->size_bytes - offset;
		size_t length = left < REFERENCE_CHUNK_BYTES ? (size_t)left : REFERENCE_CHUNK_BYTES;
		int error;
		size_t got = file_read_up_to(pipeline->source, chunk, length, offset, &error);

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
		progress_bar_set(offset);
	}
	return 0;
}

/* The manifest is published last: an image without one is not a backup. */
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

	if (exit_code == 0) {
		progress_bar_begin("backup", NULL, pipeline.size_bytes);
		exit_code = pipeline_copy(&pipeline);
		progress_bar_end();
	}
	if (exit_code == 0)
		exit_code = pipeline_publish(&pipeline);
	return exit_code;
}

/* The snapshot is the client's own: it is deleted when the pipeline has ended. */
static int taken_run(const struct retry_policy *policy, const char *snapshot, const char *out)
{
	struct vss *vss = NULL;
	int exit_code = vss_take(snapshot, policy, &vss);

	if (exit_code != 0)
		return exit_code;
	exit_code = pipeline_run(snapshot, out);
	vss_release(vss, exit_code == 0);
	return exit_code;
}

int pipeline_backup(const char *snapshot, const char *out, const struct retry_policy *takes_with)
{
	int exit_code;

	stop_watch();
	pipeline_log("Pipeline start");
	pipeline_log("OOOW: No");
	exit_code = takes_with ? taken_run(takes_with, snapshot, out) : pipeline_run(snapshot, out);
	pipeline_log("Pipeline end, exit code: %d", exit_code);
	return exit_code & 0xff;
}
