/* SPDX-License-Identifier: Apache-2.0 */
/* changed.c - `snaprig snapshot changed`: which blocks changed since a snapshot. */
#include <errno.h>
#include <inttypes.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

#include "simfs/base/exit_code.h"
#include "simfs/base/log.h"
#include "simfs/cli/cli.h"
#include "simfs/cli/command_table.h"
#include "simfs/cli/meant.h"
#include "simfs/control/protocol.h"

struct values {
	bool json;
	const char *bitmap;
	const char *until;
};

/*
 * Asks until everything has arrived, and returns one answer with all extents.  The caller frees it.
 */
static int changed_fetch(const char *mount_point, const char *name, const char *until, json_t **ret)
{
	json_int_t from = 0;
	json_t *all = NULL;

	for (;;) {
		json_t *answer = NULL;
		int exit_code = cli_call(mount_point, ASK("snapshot.changed"),
			cli_pack("{s:s, s:I, s:s*}", "name", name, "from", from, "until", until),
			&answer);

		if (exit_code != EXIT_MET) {
			json_decref(all);
			return exit_code;
		}

		json_t *next = json_object_get(answer, "next");
		bool is_last = !json_is_integer(next);

		from = json_integer_value(next);
		if (all) {
			json_array_extend(json_object_get(all, "extents"),
				json_object_get(answer, "extents"));
			json_decref(answer);
		} else {
			all = answer;
		}
		if (is_last) {
			json_object_del(all, "next");
			*ret = all;
			return EXIT_MET;
		}
	}
}

static uint64_t extent_part(const json_t *extent, size_t index)
{
	return (uint64_t)json_integer_value(json_array_get(extent, index));
}

static int bitmap_write(const char *path, const json_t *changed)
{
	uint64_t block_bytes = (uint64_t)json_integer_value(
		json_object_get(changed, "block_bytes"));
	uint64_t size_bytes = (uint64_t)json_integer_value(json_object_get(changed, "size_bytes"));

	if (block_bytes == 0) {
		log_error("the volume's answer has no block size");
		return EXIT_RIG;
	}

	uint64_t blocks = (size_bytes + block_bytes - 1) / block_bytes;
	uint8_t *bits = calloc(1, blocks / 8 + 1);
	FILE *file = bits ? fopen(path, "we") : NULL;
	json_t *extent;
	size_t i;

	if (!file) {
		log_error_code(-errno, "cannot create '%s'", path);
		free(bits);
		return EXIT_RIG;
	}
	json_array_foreach(json_object_get(changed, "extents"), i, extent)
	{
		uint64_t first = extent_part(extent, 0) / block_bytes;
		uint64_t end = (extent_part(extent, 0) + extent_part(extent, 1) + block_bytes - 1) /
			       block_bytes;

		for (uint64_t block = first; block < end && block < blocks; block++)
			bits[block / 8] |= (uint8_t)(1u << block % 8);
	}

	bool is_written = fwrite(bits, 1, (blocks + 7) / 8, file) == (blocks + 7) / 8;

	is_written = fclose(file) == 0 && is_written;
	free(bits);
	if (!is_written)
		log_error_code(-errno, "cannot write '%s'", path);
	return is_written ? EXIT_MET : EXIT_RIG;
}

static int run(const struct command_line *line, int argc, char **argv)
{
	struct values values = { 0 };
	json_t *changed = NULL;
	size_t count, i;
	json_t *extent;
	int exit_code = command_line_parse(line, argc, argv, &values, &count);

	if (exit_code != COMMAND_GO_ON)
		return exit_code;
	if (meant_other_order(line, argv, count))
		return EXIT_USAGE;
	exit_code = changed_fetch(argv[1], argv[2], values.until, &changed);
	if (exit_code == EXIT_MET && values.bitmap)
		exit_code = bitmap_write(values.bitmap, changed);
	if (exit_code == EXIT_MET && values.json) {
		json_object_set_new(changed, "snapshot", json_string(argv[2]));
		exit_code = json_output_print(changed);
	} else if (exit_code == EXIT_MET && !values.bitmap) {
		json_array_foreach(json_object_get(changed, "extents"), i, extent)
			printf("%" PRIu64 " %" PRIu64 "\n", extent_part(extent, 0),
				extent_part(extent, 1));
		exit_code = command_line_finish();
	}
	json_decref(changed);
	return exit_code;
}

static const struct command_option options[] = {
	{ "json", NULL, "print one JSON object; its extents are [offset, length], in bytes",
		.offset = offsetof(struct values, json) },
	{ "bitmap", "FILE", "write one bit for each block; the lowest bit of a byte comes first",
		COMMAND_FILE, .offset = offsetof(struct values, bitmap) },
	{ "until", "SNAPSHOT", "compare with this later snapshot instead of the live view",
		COMMAND_SNAPSHOT, .offset = offsetof(struct values, until) },
	{ 0 },
};

const struct command_line snapshot_changed_action = {
	.name = "snapshot changed",
	.summary = "list the blocks that changed since a snapshot",
	.operands = { ASK_MNT, { "NAME", COMMAND_SNAPSHOT, NULL, NULL } },
	.options = options,
	.about = "Lists the blocks of the live view that changed since a snapshot was taken, as "
		 "offset\n"
		 "and length in bytes, one range per line.  The list is exact to the snapshot's "
		 "block\n"
		 "size, and survives unmounting.  It includes blocks that were written in the "
		 "snapshot\n"
		 "itself.  For a failed snapshot the command fails, because the changes are not "
		 "known.\n"
		 "With --until it compares two snapshots of a chain (--profile xen).",
	.examples = "  snaprig snapshot changed mnt s0\n"
		    "  snaprig snapshot changed mnt s0 --bitmap s0.bitmap\n",
	.exits = ASK_EXITS,
	.run = run,
};
