/* SPDX-License-Identifier: Apache-2.0 */
/* mount.c - snaprig mount IMAGE MNT */
#include <stddef.h>

#include "simfs/base/cleanup.h"
#include "simfs/base/exit_code.h"
#include "simfs/base/log.h"
#include "simfs/base/machine.h"
#include "simfs/cli/command_table.h"
#include "simfs/cli/mount_background.h"
#include "simfs/cli/mount_places.h"
#include "simfs/cli/mount_values.h"
#include "simfs/daemon.h"

static int mount_volume(const struct mount_values *values, const struct daemon_options *typed,
	const char *image, const char *point)
{
	struct background background = { .ready_fd = -1, .null_fd = -1 };
	struct daemon_options daemon = *typed;
	AUTO(mount_places_deinit) struct mount_places places;
	int code = mount_places_find(image, point, values->store, &places);

	if (code == EXIT_MET)
		code = mount_places_check(&places, daemon.memory_cgroup);
	if (code != EXIT_MET)
		return code;
	daemon.image = places.image;
	daemon.mount_point = places.mount_point;
	daemon.state_folder = places.state_folder;
	daemon.in_background = !values->foreground;
	daemon.ready = background_ready;
	daemon.context = &background;
	return values->foreground ? daemon_run(&daemon) : background_run(&daemon, &background);
}

static int run(const struct command_line *line, int argc, char **argv)
{
	struct mount_values values = { 0 };
	struct daemon_options daemon;
	const char *why;
	size_t count;
	int code = command_line_parse(line, argc, argv, &values, &count);

	if (code != COMMAND_GO_ON)
		return code;
	if (mount_values_read(&values, &daemon) < 0)
		return EXIT_USAGE;
	if (!machine_can_unmount(&why)) {
		log_error("cannot mount: %s", why);
		return EXIT_SKIPPED;
	}
	return mount_volume(&values, &daemon, argv[1], argv[2]);
}

#define AT(field) .offset = offsetof(struct mount_values, field)

static const struct command_option options[] = {
	{ "profile", "NAME", "the system to imitate (default plain; 'snaprig list profiles')",
		COMMAND_LISTED, "profiles", AT(profile) },
	{ "limit", "SIZE|SHARE",
		"room for the old blocks of one snapshot: 64MiB, 10%; of a chain:\n"
		"the size of its SR",
		COMMAND_SIZE, AT(limit) },
	{ "block", "SIZE", "what a snapshot preserves at a time: 4KiB to 512KiB", COMMAND_SIZE,
		AT(block) },
	{ "sr", "file|lvm", "what a chain lies on: files (thin, the default) or LVM (thick)",
		COMMAND_CHOICE, "file lvm", AT(sr) },
	{ "format", "vhd|qcow2", "the format of a chain's nodes (default vhd)", COMMAND_CHOICE,
		"vhd qcow2", AT(format) },
	{ "coalesce-rate", "SIZE", "how much coalesce copies a second at most: 20MiB", COMMAND_SIZE,
		AT(coalesce_rate) },
	{ "no-coalesce", NULL, "coalesce only at 'snaprig coalesce'", AT(no_coalesce) },
	{ "time-scale", "X", "the rig's clock runs X times as fast as time: 100, 0.5",
		COMMAND_NUMBER, AT(time_scale) },
	{ "memory", "SOURCE",
		"what memory.used is measured from: system (the default), or\n"
		"cgroup:PATH, the folder of a cgroup with a memory limit",
		COMMAND_CHOICE, "system cgroup:", AT(memory) },
	{ "durable", NULL, "snapshots outlive a power cut, too; writes under them are slower",
		AT(durable) },
	{ "verify", NULL, "read all stores and check their data, which may take minutes",
		AT(verify) },
	{ "trust-image", NULL,
		"the snapshots are of this image, whatever its times and its inode\n"
		"say",
		AT(trust_image), .excludes = "fail-snapshots" },
	{ "fail-snapshots", NULL, "they are not: fail the snapshots that share its data",
		AT(fail_snapshots) },
	{ "store", "FOLDER", "where the state lies (default IMAGE.snaprig)", COMMAND_FOLDER,
		AT(store) },
	{ "transport", "auto|dev", "auto or dev, which are the same in this version",
		COMMAND_CHOICE, "auto dev", AT(transport) },
	{ "fault", "RULE...",
		"a fault that is armed from the start; may be repeated\n"
		"('snaprig fault add --help')",
		COMMAND_LISTED, "points", AT(faults) },
	{ "writer", "WRITER...",
		"an application that must freeze for a snapshot; may be repeated\n"
		"('snaprig writers add --help')",
		COMMAND_CHOICE, "simulated hook fsfreeze", AT(writers) },
	{ "no-writer-check", NULL,
		"take the snapshot even if a writer fails: its taker has to ask them",
		AT(no_writer_check) },
	{ "seed", "N", "seed of what faults leave to chance (default 1)", COMMAND_NUMBER,
		AT(seed) },
	{ "watchdog", "TIME|off",
		"end a rig that has stood still for so long, with a trace in rig.log\n"
		"(default 60s; off)",
		COMMAND_CHOICE, "off 60s", AT(watchdog) },
	{ "foreground", NULL, "stay in the foreground", AT(foreground) },
	{ "o", "OPTIONS",
		"with commas: ro, allow_other, allow_root, max_read=BYTES, noatime,\n"
		"default_permissions, [no]dev, [no]exec, [no]suid, dirsync, debug;\n"
		"owner and mode of the files: uid=N, gid=N, mode=OCTAL, umask=OCTAL",
		COMMAND_TEXT, AT(fuse_options) },
	{ 0 },
};

const struct command_line mount_command = {
	.name = "mount",
	.summary = "mount a volume",
	.operands = { { "IMAGE", COMMAND_FILE, NULL, NULL },
		{ "MNT", COMMAND_FOLDER, NULL, NULL } },
	.options = options,
	.about = "Serves IMAGE, a file or a block device, as MNT/live, with its snapshots in\n"
		 "MNT/snapshots.  Returns when the mount can be used; a process in the background\n"
		 "serves it, and writes its messages to rig.log beside the state.",
	.examples = "  snaprig mount vol.img mnt --profile datto\n"
		    "  touch mnt/snapshots/monday\n"
		    "  dd if=mnt/snapshots/monday of=monday.backup bs=1M\n",
	.exits = "  0    mounted; with --foreground: served, and ended in order\n"
		 "  2    the command line is wrong, or what it names cannot be mounted\n"
		 "  4    the rig or the machine failed\n"
		 "  77   an ordinary user could not unmount it again\n",
	.run = run,
};
