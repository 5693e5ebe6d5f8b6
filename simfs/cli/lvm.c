/* SPDX-License-Identifier: Apache-2.0 */
/* lvm.c - snaprig lvm: the real LVM tools, in a world of their own. */
#include <errno.h>
#include <limits.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "simfs/base/cleanup.h"
#include "simfs/base/exit_code.h"
#include "simfs/base/log.h"
#include "simfs/cli/command_table.h"
#include "simfs/cli/lvm_image.h"
#include "simfs/cli/lvm_journal.h"
#include "simfs/control/protocol.h"
#include "simfs/doors/dm/run/run.h"

#define OLD_MESSAGES "2.02"

struct values {
	const char *vg, *lv, *free, *messages;
	bool empty, monitor, enter, journal, json;
};

/* The state folder of the rig at MOUNT_POINT; NULL after a message. */
static char *state_folder_of(const char *mount_point)
{
	AUTO(auto_free) char *link = NULL;
	char target[PATH_MAX];
	ssize_t length = -1;
	char *end;

	if (asprintf(&link, "%s/" MOUNT_CONTROL, mount_point) < 0)
		link = NULL;
	if (link)
		length = readlink(link, target, sizeof target - 1);
	if (length < 0) {
		log_error_code(-errno, "no volume is mounted at '%s'", mount_point);
		return NULL;
	}
	target[length] = '\0';
	end = strrchr(target, '/');
	if (end)
		*end = '\0';
	return strdup(target);
}

static int run_in_world(const struct values *values, const char *mount_point, char *const *command)
{
	AUTO(auto_free) char *state = state_folder_of(mount_point);
	const struct world_options options = {
		.mount_point = mount_point,
		.state_folder = state,
		.vg = values->vg,
		.lv = values->lv,
		.free = values->free,
		.empty = values->empty,
		.monitor = values->monitor,
		.old_messages = values->messages != NULL,
	};

	if (!state)
		return EXIT_USAGE;
	return values->enter ? world_enter(mount_point, state, command)
			     : world_run(&options, command);
}

/* PLACE is an image, or its mount point. */
static int print_journal(const struct values *values, const char *place)
{
	AUTO(auto_free) char *state = NULL;
	struct stat facts;

	if (stat(place, &facts) < 0) {
		log_error_code(-errno, "cannot open image '%s'", place);
		return EXIT_USAGE;
	}
	if (S_ISDIR(facts.st_mode))
		state = state_folder_of(place);
	else if (asprintf(&state, "%s" STATE_SUFFIX, place) < 0)
		state = NULL;
	return state ? lvm_journal_print(state, values->json) : EXIT_USAGE;
}

static int run(const struct command_line *line, int argc, char **argv)
{
	AUTO(auto_free) char **words = calloc((size_t)argc + 1, sizeof *words);
	AUTO(auto_free) char *place = NULL;
	struct values values = { 0 };
	char shell[] = "/bin/sh", *const no_command[] = { shell, NULL };
	struct stat facts;
	size_t count, word_count = 0;
	int code;

	if (!words) {
		log_error("out of memory");
		return EXIT_RIG;
	}
	memcpy(words, argv, (size_t)argc * sizeof *words);
	code = command_line_parse(line, argc, argv, &values, &count);
	if (code != COMMAND_GO_ON)
		return code;
	if (values.messages && strcmp(values.messages, OLD_MESSAGES) != 0) {
		log_error("the messages of LVM '%s' are not known (only " OLD_MESSAGES ")",
			values.messages);
		return EXIT_USAGE;
	}
	if (values.journal)
		return print_journal(&values, argv[1]);
	if (geteuid() != 0) {
		log_error("the world of the LVM tools needs root");
		return EXIT_SKIPPED;
	}
	place = realpath(argv[1], NULL);
	if (!place || stat(place, &facts) < 0) {
		log_error_code(-errno, "cannot open image '%s'", argv[1]);
		return EXIT_USAGE;
	}

	char *const *command = argv[count + 1] ? argv + count + 1 : no_command;

	if (S_ISDIR(facts.st_mode))
		return run_in_world(&values, place, command);
	if (values.enter) {
		log_error("'--enter' needs the folder that the volume is mounted on");
		return EXIT_USAGE;
	}
	/* Everything typed except the image. */
	for (int at = 1; at < argc; at++)
		if (words[at] != argv[1])
			words[word_count++] = words[at];
	return lvm_image_run(place, words, word_count);
}

#define AT(field) .offset = offsetof(struct values, field)

static const struct command_option options[] = {
	{ "vg", "NAME", "name of the volume group (default vg0, or its present name)", COMMAND_TEXT,
		AT(vg) },
	{ "lv", "NAME", "name of the logical volume with the volume's content (default live)",
		COMMAND_TEXT, AT(lv) },
	{ "free", "SIZE", "free space in the group (default: the size of the volume)", COMMAND_SIZE,
		AT(free) },
	{ "empty", NULL, "make a group without a logical volume, all of it free", AT(empty),
		.excludes = "lv" },
	{ "monitor", NULL, "run the real dmeventd, which watches snapshots and extends them",
		AT(monitor) },
	{ "lvm-messages", "2.02",
		"let a wrapper before the real tools print LVM 2.02's messages about dead "
		"devices",
		COMMAND_CHOICE, "2.02", AT(messages) },
	{ "enter", NULL, "join the world of the volume mounted there", AT(enter) },
	{ "journal", NULL,
		"print what the commands of the last world did, and what was wrong with it",
		AT(journal) },
	{ "json", NULL, "print that as JSON", AT(json) },
	{ 0 },
};

const struct command_line lvm_command = {
	.name = "lvm",
	.summary = "run the real LVM tools in a private world",
	.operands = { { "IMAGE|MNT", COMMAND_FILE, NULL, NULL } },
	.options = options,
	.command = "CMD...",
	.about = "Runs CMD, or a shell, in a private world with a simulated device-mapper.  In "
		 "this world\n"
		 "the volume is a logical volume, /dev/vg0/live, and Debian's own lvcreate, lvs, "
		 "lvremove,\n"
		 "lvconvert, dmsetup and kpartx work on it and on its snapshots.  The machine's "
		 "disks are\n"
		 "not visible in the world, and the world is not visible outside.\n"
		 "\n"
		 "IMAGE is mounted as long as the world exists.  With MNT, the mount point of a "
		 "volume\n"
		 "with profile lvm, you can use its faults and status from outside.  The group, "
		 "its\n"
		 "logical volumes and snapshots are kept in the state folder.  The world ends with "
		 "its\n"
		 "last process, and leaves nothing on the machine.",
	.examples =
		"  snaprig lvm vol.img -- sh -c 'lvcreate -s -L 16M -n b1 /dev/vg0/live && lvs'\n"
		"  snaprig mount vol.img mnt --profile lvm\n"
		"  snaprig lvm mnt -- rsnapshot daily\n",
	.exits = "  N    the exit code of CMD; 128 + N if signal N ended it; 127 or 126 if there "
		 "is no\n"
		 "       such program, or it cannot be run\n"
		 "  1    with --journal: something is wrong with what the commands did\n"
		 "  2    the command line is wrong, or the volume already has a world\n"
		 "  4    the rig or the machine failed\n"
		 "  77   a privilege or a tool is missing (snaprig doctor)\n",
	.run = run,
};
