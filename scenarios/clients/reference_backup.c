/* SPDX-License-Identifier: Apache-2.0 */
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
#include "simfs/base/exit_code.h"
#include "simfs/base/log.h"

static const char help[] =
	"usage: snaprig backup [--take [--retry POLICY]] SNAPSHOT OUT\n"
	"\n"
	"The reference client: reads the file SNAPSHOT in order and makes the backup OUT and\n"
	"OUT.manifest.  They appear when they are whole, or not at all.\n"
	"\n"
	"options:\n"
	"  --take          take the snapshot, MNT/snapshots/NAME of a mounted volume, which is\n"
	"                  not there yet; look whether the volume's writers are well, and\n"
	"                  delete it in the end\n"
	"  --retry POLICY  when it cannot be taken, on the rig's clock:\n";

static const char help_end[] =
	"\n"
	"Exit code: 0 done, 201 (the low byte of -311) SNAPSHOT could not be taken, 198 (that of\n"
	"-314) SNAPSHOT could not be read, 1 OUT could not be written, 2 usage\n";

static void help_print(void)
{
	const struct retry_policy *policy;

	fputs(help, stdout);
	for (size_t i = 0; (policy = retry_policy_at(i)); i++)
		printf("    %-12s  %s%s\n", policy->name, policy->about,
			i == 0 ? " (the default)" : "");
	fputs(help_end, stdout);
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

/* The snapshot is the client's own: it goes when the pipeline has ended. */
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

/* What was typed. */
struct backup_words {
	const struct retry_policy *retry; /* NULL: the first */
	const char *snapshot;
	const char *out;
	bool takes;
};

static const struct retry_policy *policy_read(const char *name)
{
	const struct retry_policy *policy = name ? retry_policy_find(name) : NULL;

	if (!policy)
		log_error("unknown retry policy '%s' (see 'snaprig backup --help')",
			name ? name : "");
	return policy;
}

/* 0, or -EINVAL after a message. */
static int words_read(int argc, char **argv, struct backup_words *ret)
{
	int at = 1;

	for (; at < argc && argv[at][0] == '-'; at++) {
		if (strcmp(argv[at], "--take") == 0) {
			ret->takes = true;
		} else if (strcmp(argv[at], "--retry") == 0) {
			ret->retry = policy_read(at + 1 < argc ? argv[++at] : NULL);
			if (!ret->retry)
				return -EINVAL;
		} else {
			log_error("unknown option '%s' (see 'snaprig backup --help')", argv[at]);
			return -EINVAL;
		}
	}
	if (argc - at != 2) {
		log_error("SNAPSHOT and OUT are needed (see 'snaprig backup --help')");
		return -EINVAL;
	}
	if (ret->retry && !ret->takes) {
		log_error("--retry is of a snapshot that is taken: --take is missing");
		return -EINVAL;
	}
	ret->snapshot = argv[at];
	ret->out = argv[at + 1];
	return 0;
}

int command_backup(int argc, char **argv)
{
	struct backup_words words = { 0 };

	if (argc == 2 && strcmp(argv[1], "--help") == 0) {
		help_print();
		return EXIT_MET;
	}
	if (words_read(argc, argv, &words) < 0)
		return EXIT_USAGE;
	stop_watch();
	pipeline_log("Pipeline start");
	pipeline_log("OOOW: No");

	int exit_code = words.takes ? taken_run(words.retry ? words.retry : retry_policy_at(0),
					      words.snapshot, words.out)
				    : pipeline_run(words.snapshot, words.out);

	pipeline_log("Pipeline end, exit code: %d", exit_code);
	return exit_code & 0xff;
}
