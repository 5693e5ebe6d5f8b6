/* SPDX-License-Identifier: Apache-2.0 */
/* verify.c - snaprig verify IMAGE. */
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "simfs/base/cleanup.h"
#include "simfs/base/exit_code.h"
#include "simfs/base/list.h"
#include "simfs/base/log.h"
#include "simfs/base/machine.h"
#include "simfs/blockio/file.h"
#include "simfs/cli/cli.h"
#include "simfs/cli/command_table.h"
#include "simfs/control/protocol.h"
#include "simfs/control/state_folder.h"
#include "simfs/daemon_taking.h"
#include "simfs/volume/verify/verify.h"
#include "simfs/volume/volume_limits.h"

struct values {
	const char *store;
	bool json;
};

struct verifying {
	struct verify verify;
	const char *image;
	json_t *findings, *notes; /* NULL: lines are printed */
};

static json_t *text_json(const char *text)
{
	json_t *json = text ? json_string(text) : NULL;

	return json ? json : json_null();
}

static void found(struct verify *verify, const struct verify_finding *finding)
{
	struct verifying *verifying = CONTAINER_OF(verify, struct verifying, verify);

	if (verifying->findings) {
		json_array_append_new(finding->is_note ? verifying->notes : verifying->findings,
			json_pack("{s:o, s:I, s:o, s:o, s:o}", "file", text_json(finding->file),
				"offset", (json_int_t)finding->offset, "whose",
				text_json(finding->whose), "block",
				finding->has_block ? json_integer((json_int_t)finding->block)
						   : json_null(),
				"what", text_json(finding->what)));
		return;
	}
	printf("%s%s: offset %" PRIu64 ": %s%s%s\n", finding->is_note ? "note: " : "",
		finding->file ? finding->file : verifying->image, finding->offset,
		finding->whose ? finding->whose : "", finding->whose ? ": " : "", finding->what);
}

static int print_result(const struct verifying *verifying)
{
	const struct verify *verify = &verifying->verify;
	json_t *object;
	int code;

	if (!verifying->findings) {
		printf("%" PRIu64 " store%s with %" PRIu64 " block%s checked, %" PRIu64
		       " finding%s\n",
			verify->stores, verify->stores == 1 ? "" : "s", verify->blocks,
			verify->blocks == 1 ? "" : "s", verify->findings,
			verify->findings == 1 ? "" : "s");
		return command_line_finish();
	}
	object = json_pack("{s:o, s:I, s:I, s:O, s:O}", "image", text_json(verifying->image),
		"stores", (json_int_t)verify->stores, "blocks", (json_int_t)verify->blocks,
		"findings", verifying->findings, "notes", verifying->notes);
	code = json_output_print(object);
	json_decref(object);
	return code;
}

static int verify_open(struct verifying *verifying, struct blockio *origin, struct ring *ring,
	int folder_fd, const char *state)
{
	struct blockio_folder *folder;
	int error = file_folder_create(ring, folder_fd, &folder), code;

	if (error == 0) {
		error = volume_verify(origin, folder, &verifying->verify);
		folder->ops->destroy(folder);
	}
	if (error < 0) {
		log_error_code(error, "cannot check the state in '%s'", state);
		return EXIT_RIG;
	}
	code = print_result(verifying);
	return code == EXIT_MET && verifying->verify.findings > 0 ? EXIT_FINDING : code;
}

static int verify_image(struct verifying *verifying, struct ring *ring, const char *state)
{
	AUTO(auto_close) int folder_fd = -1;
	struct blockio *origin = NULL;
	int code = taking_image(ring, verifying->image, &origin);
	int error;

	if (code != EXIT_MET)
		return code;
	error = state_folder_open(state, false, &folder_fd);
	if (error == -ENOENT)
		log_error("image '%s' has no state ('%s' is not there)", verifying->image, state);
	if (error < 0)
		code = error == -ENOENT || error == -EPERM ? EXIT_USAGE : EXIT_RIG;
	else
		code = taking_folder(folder_fd, state);
	if (code == EXIT_MET)
		code = verify_open(verifying, origin, ring, folder_fd, state);
	blockio_destroy(origin);
	return code;
}

static int run(const struct command_line *line, int argc, char **argv)
{
	const char *why;
	struct values values = { 0 };
	struct verifying verifying = { .verify.found = found };
	AUTO(auto_free) char *image = NULL;
	AUTO(auto_free) char *beside = NULL;
	struct ring *ring;
	size_t count;
	int code = command_line_parse(line, argc, argv, &values, &count), error;

	if (code != COMMAND_GO_ON)
		return code;
	image = realpath(argv[1], NULL);
	if (!image) {
		log_error_code(-errno, "cannot open image '%s'", argv[1]);
		return EXIT_USAGE;
	}
	if (asprintf(&beside, "%s" STATE_SUFFIX, image) < 0) {
		beside = NULL;
		log_error("out of memory");
		return EXIT_RIG;
	}
	if (!machine_has_io_uring(&why)) {
		log_error("cannot verify: %s", why);
		return EXIT_SKIPPED;
	}
	error = ring_create(&ring);
	if (error < 0) {
		log_error_code(error, "cannot use io_uring");
		return EXIT_RIG;
	}
	verifying.image = image;
	verifying.verify.boot_id = machine_boot_id();
	verifying.verify.verify_up_to_bytes = volume_limits_default.verify_up_to_bytes;
	machine_raise_file_limit();
	if (values.json) {
		verifying.findings = json_array();
		verifying.notes = json_array();
	}
	code = verify_image(&verifying, ring, values.store ? values.store : beside);
	json_decref(verifying.findings);
	json_decref(verifying.notes);
	ring_destroy(ring);
	return code;
}

static const struct command_option options[] = {
	{ "store", "FOLDER", "the folder with the state (default IMAGE.snaprig)", COMMAND_FOLDER,
		.offset = offsetof(struct values, store) },
	{ "json", NULL, "print one object", .offset = offsetof(struct values, json) },
	{ 0 },
};

const struct command_line verify_command = {
	.name = "verify",
	.summary = "read and check everything of an unmounted volume",
	.operands = { { "IMAGE", COMMAND_FILE, NULL, NULL } },
	.options = options,
	.about = "Reads and checks everything on disk of a volume that is not mounted, and changes "
		 "nothing:\n"
		 "whether the image is as the last unmount left it, every store and node with its "
		 "data, and\n"
		 "whether they belong together.  Each finding is one line: the file, the offset in "
		 "it, the\n"
		 "owner, and what is wrong.  For each file it lists the first 100 damaged blocks, "
		 "and the\n"
		 "number of the others.  A line with 'note' is useful to know but not damage.",
	.examples = "  snaprig verify vol.img && snaprig mount vol.img mnt\n",
	.exits = "  0    no findings\n"
		 "  1    findings\n"
		 "  2    the command line, or what it names, is wrong\n"
		 "  4    it cannot be checked: it is mounted, or the machine failed\n",
	.run = run,
};
