/* SPDX-License-Identifier: Apache-2.0 */
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "scenarios/clients/reference.h"
#include "scenarios/clients/reference_files.h"
#include "scenarios/clients/reference_manifest.h"
#include "scenarios/clients/reference_xapi_restore.h"
#include "scenarios/clients/reference_xo.h"
#include "simfs/base/cleanup.h"
#include "simfs/base/exit_code.h"
#include "simfs/base/file_io.h"
#include "simfs/base/json_output.h"
#include "simfs/base/log.h"
#include "simfs/base/progress_bar.h"
#include "simfs/base/sizes.h"
#include "simfs/base/xapi_module.h"

/* This program never writes larger chunks: do not allocate memory for what a file claims. */
#define CHUNK_BYTES_MAX ((uint64_t)64 << 20)

static int backup_damaged(const char *out, const char *how)
{
	log_error("backup '%s' is damaged: %s", out, how);
	return REFERENCE_EXIT_DAMAGED;
}

static int manifest_load(const char *out, struct manifest *ret)
{
	AUTO(auto_free) char *path = NULL;

	if (asprintf(&path, "%s.manifest", out) < 0)
		path = NULL;

	int error = path ? manifest_read(path, ret) : -ENOMEM;

	if (error == -EBADMSG)
		return backup_damaged(out, "its manifest cannot be parsed");
	if (error < 0) {
		log_error_code(error, "cannot read manifest '%s.manifest'", out);
		return REFERENCE_EXIT_TARGET;
	}
	if (ret->chunk_bytes > CHUNK_BYTES_MAX) {
		manifest_deinit(ret);
		return backup_damaged(out, "its manifest has chunks that are too large");
	}
	return 0;
}

static int chunks_copy(
	const struct manifest *manifest, const char *out, int source, struct pending_file *image)
{
	AUTO(auto_free) unsigned char *chunk = malloc((size_t)manifest->chunk_bytes);

	if (!chunk) {
		log_error_code(-ENOMEM, "cannot restore to '%s'", image->path);
		return REFERENCE_EXIT_TARGET;
	}
	for (size_t i = 0; i < manifest->chunk_count; i++) {
		uint64_t offset = i * manifest->chunk_bytes;
		uint64_t left = manifest->size_bytes - offset;
		size_t length = (size_t)(left < manifest->chunk_bytes ? left
								      : manifest->chunk_bytes);
		int error;
		size_t got = file_read_up_to(source, chunk, length, offset, &error);

		if (error < 0) {
			log_error_code(error, "cannot read backup '%s'", out);
			return REFERENCE_EXIT_TARGET;
		}
		if (got < length || manifest_checksum(chunk, length) != manifest->checksums[i]) {
			char how[96];

			snprintf(how, sizeof how,
				"chunk %zu at offset %" PRIu64 " has a wrong checksum", i, offset);
			return backup_damaged(out, how);
		}
		error = asked_to_stop() ? -ECANCELED : write_all(image->fd, chunk, length);
		if (error < 0) {
			log_error_code(error, "cannot write image '%s'", image->path);
			return REFERENCE_EXIT_TARGET;
		}
		progress_bar_set(offset + length);
	}
	return 0;
}

static int image_publish(struct pending_file *image)
{
	int error = pending_file_publish(image);

	if (error == 0)
		error = folder_flush(image->path);
	if (error == 0)
		return 0;
	log_error_code(error, "cannot write image '%s'", image->path);
	pending_file_withdraw(image);
	return REFERENCE_EXIT_TARGET;
}

static int restore_run(const char *out, const char *image_path)
{
	AUTO(manifest_deinit) struct manifest manifest = { 0 };
	AUTO(pending_file_deinit) struct pending_file image = { .fd = -1 };
	AUTO(auto_close) int source = open(out, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
	struct stat stat;

	if (source < 0 || fstat(source, &stat) < 0) {
		log_error_code(-errno, "cannot open backup '%s'", out);
		return REFERENCE_EXIT_TARGET;
	}

	int exit_code = manifest_load(out, &manifest);

	if (exit_code != 0)
		return exit_code;
	if ((uint64_t)stat.st_size != manifest.size_bytes)
		return backup_damaged(out, "its size differs from that in its manifest");

	int error = pending_file_create(image_path, &image);

	if (error < 0) {
		log_error_code(error, "cannot write image '%s'", image_path);
		return REFERENCE_EXIT_TARGET;
	}
	progress_bar_begin("restore", NULL, manifest.size_bytes);
	exit_code = chunks_copy(&manifest, out, source, &image);
	progress_bar_end();
	return exit_code == 0 ? image_publish(&image) : exit_code;
}

/* ---- the command ---- */

/* The options as typed by the user. */
struct values {
	const char *xapi;
	const char *vm;
	const char *at;
	const char *http_timeout;
	bool json;
};

static int print_vm(const char *name)
{
	json_t *document = json_pack("{s:o}", "vm", json_output_text(name));
	int exit_code = json_output_print(document);

	json_decref(document);
	return exit_code;
}

/* Restores into a pool. */
static int restore_into(const struct values *values, const char *remote, const char *name)
{
	struct xapi_restore_wish wish = {
		.url = values->xapi,
		.vm = values->vm,
		.at = values->at,
		.silence_ns = xo_defaults.silence_ns,
	};
	typeof(xapi_restore) *restore;

	if (values->http_timeout && (duration_parse(values->http_timeout, &wish.silence_ns) < 0 ||
					    wish.silence_ns == 0)) {
		log_error("bad value '%s' of --http-timeout (try 10s)", values->http_timeout);
		return EXIT_USAGE;
	}
	restore = XAPI_MODULE(xapi_restore);
	if (!restore)
		return EXIT_RIG;

	int exit_code = restore(remote, name, &wish);

	return exit_code == 0 && values->json ? print_vm(name) : exit_code;
}

static int run(const struct command_line *line, int argc, char **argv)
{
	struct values values = { 0 };
	size_t count;
	int exit_code = command_line_parse(line, argc, argv, &values, &count);

	if (exit_code != COMMAND_GO_ON)
		return exit_code;
	if (values.xapi)
		return restore_into(&values, argv[1], argv[2]);
	if (values.vm || values.at || values.http_timeout) {
		log_error("--%s needs --xapi", values.vm   ? "vm"
					       : values.at ? "at"
							   : "http-timeout");
		return EXIT_USAGE;
	}
	stop_watch();
	exit_code = restore_run(argv[1], argv[2]);
	return exit_code == 0 && values.json ? json_output_print_file("image", argv[2]) : exit_code;
}

static const struct command_option options[] = {
	{ .name = "xapi",
		.value = "URL",
		.kind = COMMAND_TEXT,
		.offset = offsetof(struct values, xapi),
		.about = "restore into the pool at http://USER:PASSWORD@HOST:PORT; OUT is then the "
			 "folder "
			 "with the backups of Xen Orchestra, and IMAGE the name of a new VM" },
	{ .name = "vm",
		.value = "UUID",
		.kind = COMMAND_TEXT,
		.offset = offsetof(struct values, vm),
		.about = "xapi: the VM that was backed up (default: the only one)" },
	{ .name = "at",
		.value = "TIME",
		.kind = COMMAND_TEXT,
		.offset = offsetof(struct values, at),
		.about = "xapi: name of the restore point, such as 20261128T003000Z (default: the "
			 "last)" },
	{ .name = "http-timeout",
		.value = "TIME",
		.kind = COMMAND_TIME,
		.offset = offsetof(struct values, http_timeout),
		.about = "xapi: how long the host may neither accept nor send data (default 5m)" },
	{ .name = "json",
		.offset = offsetof(struct values, json),
		.about = "print what was made, as JSON" },
	{ 0 },
};

const struct command_line restore_command = {
	.name = "restore",
	.summary = "restore a backup",
	.operands = { { "OUT", COMMAND_FILE, NULL, NULL }, { "IMAGE", COMMAND_FILE, NULL, NULL } },
	.options = options,
	.about =
		"The reference client: makes the file IMAGE from the backup, OUT and OUT.manifest, "
		"and\n"
		"verifies every checksum.  IMAGE appears when it is complete, or not at all.\n"
		"\n"
		"With --xapi it turns a restore point into a new VM in a pool.  For each disk it "
		"makes a\n"
		"new one, to which it sends first the VHD and then each delta.  If that fails, it\n"
		"removes them all.",
	.examples = "  snaprig restore monday.backup restored.img\n",
	.exits = "  0    done\n"
		 "  1    IMAGE could not be written, or OUT could not be read; xapi: the restore "
		 "failed\n"
		 "  2    the command line is wrong; xapi: there is no such restore point\n"
		 "  3    the backup is damaged\n"
		 "  4    the XAPI module cannot be loaded\n",
	.run = run,
};
