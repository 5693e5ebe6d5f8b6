/* SPDX-License-Identifier: Apache-2.0 */
/* mount.c - snaprig mount IMAGE MNT */
#include <stddef.h>

#include "simfs/base/cleanup.h"
#include "simfs/base/exit_code.h"
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
	size_t count;
	int code = command_line_parse(line, argc, argv, &values, &count);

	if (code != COMMAND_GO_ON)
		return code;
	if (mount_values_read(&values, &daemon) < 0)
		return EXIT_USAGE;
	return mount_volume(&values, &daemon, argv[1], argv[2]);
}

#define AT(field) .offset = offsetof(struct mount_values, field)

static const struct command_option options[] = {
	{ .name = "profile",
		.value = "NAME",
		.kind = COMMAND_LISTED,
		.choices = "profiles",
		AT(profile),
		.about = "the system to imitate (default plain; 'snaprig list profiles')" },
	{ .name = "limit",
		.value = "SIZE|SHARE",
		.kind = COMMAND_SIZE,
		AT(limit),
		.about = "room for the old blocks of one snapshot: 64MiB, 10%; of a chain:\n"
			 "the size of its SR" },
	{ .name = "block",
		.value = "SIZE",
		.kind = COMMAND_SIZE,
		AT(block),
		.about = "what a snapshot preserves at a time: 4KiB to 512KiB" },
	{ .name = "sr",
		.value = "file|lvm",
		.kind = COMMAND_CHOICE,
		.choices = "file lvm",
		AT(sr),
		.about = "what a chain lies on: files (thin, the default) or LVM (thick)" },
	{ .name = "format",
		.value = "vhd|qcow2",
		.kind = COMMAND_CHOICE,
		.choices = "vhd qcow2",
		AT(format),
		.about = "the format of a chain's nodes (default vhd)" },
	{ .name = "coalesce-rate",
		.value = "SIZE",
		.kind = COMMAND_SIZE,
		AT(coalesce_rate),
		.about = "how much coalesce copies a second at most: 20MiB" },
	{ .name = "no-coalesce", AT(no_coalesce), .about = "coalesce only at 'snaprig coalesce'" },
	{ .name = "time-scale",
		.value = "X",
		.kind = COMMAND_NUMBER,
		AT(time_scale),
		.about = "the rig's clock runs X times as fast as time: 100, 0.5" },
	{ .name = "memory",
		.value = "SOURCE",
		.kind = COMMAND_CHOICE,
		.choices = "system cgroup:",
		AT(memory),
		.about = "what memory.used is measured from: system (the default), or\n"
			 "cgroup:PATH, the folder of a cgroup with a memory limit" },
	{ .name = "durable",
		AT(durable),
		.about = "snapshots outlive a power cut, too; writes under them are slower" },
	{ .name = "verify",
		AT(verify),
		.about = "read all stores and check their data, which may take minutes" },
	{ .name = "trust-image",
		.excludes = "fail-snapshots",
		AT(trust_image),
		.about = "the snapshots are of this image, whatever its times and its inode\n"
			 "say" },
	{ .name = "fail-snapshots",
		AT(fail_snapshots),
		.about = "they are not: fail the snapshots that share its data" },
	{ .name = "store",
		.value = "FOLDER",
		.kind = COMMAND_FOLDER,
		AT(store),
		.about = "where the state lies (default IMAGE.snaprig)" },
	{ .name = "transport",
		.value = "auto|dev",
		.kind = COMMAND_CHOICE,
		.choices = "auto dev",
		AT(transport),
		.about = "auto or dev, which are the same in this version" },
	{ .name = "fault",
		.value = "RULE...",
		.kind = COMMAND_LISTED,
		.choices = "points",
		AT(faults),
		.about = "a fault that is armed from the start; may be repeated\n"
			 "('snaprig fault add --help')" },
	{ .name = "writer",
		.value = "WRITER...",
		.kind = COMMAND_CHOICE,
		.choices = "simulated hook fsfreeze",
		AT(writers),
		.about = "an application that must freeze for a snapshot; may be repeated\n"
			 "('snaprig writers add --help')" },
	{ .name = "no-writer-check",
		AT(no_writer_check),
		.about = "take the snapshot even if a writer fails: its taker has to ask them" },
	{ .name = "seed",
		.value = "N",
		.kind = COMMAND_NUMBER,
		AT(seed),
		.about = "seed of what faults leave to chance (default 1)" },
	{ .name = "watchdog",
		.value = "TIME|off",
		.kind = COMMAND_CHOICE,
		.choices = "off 60s",
		AT(watchdog),
		.about = "end a rig that has stood still for so long, with a trace in rig.log\n"
			 "(default 60s; off)" },
	{ .name = "foreground", AT(foreground), .about = "stay in the foreground" },
	{ .name = "o",
		.value = "OPTIONS",
		.kind = COMMAND_TEXT,
		AT(fuse_options),
		.about = "with commas: ro, allow_other, allow_root, max_read=BYTES, noatime,\n"
			 "default_permissions, [no]dev, [no]exec, [no]suid, dirsync, debug;\n"
			 "owner and mode of the files: uid=N, gid=N, mode=OCTAL, umask=OCTAL" },
	{ 0 },
};

const struct command_line mount_command = {
	.name = "mount",
	.summary = "mount a volume",
	.operands = { { .name = "IMAGE", .kind = COMMAND_FILE },
		{ .name = "MNT", .kind = COMMAND_FOLDER } },
	.options = options,
	.about = "Serves IMAGE, a file or a block device, as MNT/live, with its snapshots in\n"
		 "MNT/snapshots.  Returns when the mount can be used; a process in the background\n"
		 "serves it, and writes its messages to rig.log beside the state.",
	.examples = "  snaprig mount vol.img mnt --profile datto\n"
		    "  touch mnt/snapshots/monday\n"
		    "  dd if=mnt/snapshots/monday of=monday.backup bs=1M\n",
	.exits = "  0    mounted; with --foreground: served, and ended in order\n"
		 "  2    the command line is wrong, or what it names cannot be mounted\n"
		 "  4    the rig or the machine failed\n",
	.run = run,
};
