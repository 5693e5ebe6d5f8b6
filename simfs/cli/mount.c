/* SPDX-License-Identifier: Apache-2.0 */
/* mount.c - snaprig mount IMAGE MNT, and snaprig mount IMAGE [MNT] -- CMD. */
#include <stddef.h>
#include <unistd.h>

#include "simfs/base/captive.h"
#include "simfs/base/cleanup.h"
#include "simfs/base/exit_code.h"
#include "simfs/base/heap.h"
#include "simfs/base/json_output.h"
#include "simfs/base/log.h"
#include "simfs/base/machine.h"
#include "simfs/cli/command_table.h"
#include "simfs/cli/mount_background.h"
#include "simfs/cli/mount_captive.h"
#include "simfs/cli/mount_places.h"
#include "simfs/cli/mount_temporary.h"
#include "simfs/cli/mount_values.h"
#include "simfs/cli/mount_words.h"
#include "simfs/control/protocol.h"
#include "simfs/daemon.h"

struct mounting {
	struct background background;
	const struct daemon_options *daemon;
	bool json;
};

/* Prints what is mounted, served by process PID. */
static int print(const struct daemon_options *daemon, pid_t pid)
{
	AUTO(auto_free) char *control = heap_format("%s/" MOUNT_CONTROL, daemon->mount_point);
	json_t *document = json_pack("{s:o, s:o, s:s, s:o, s:i}", "mount_point",
		json_output_text(daemon->mount_point), "image", json_output_text(daemon->image),
		"profile", daemon->profile->name, "control", json_output_text(control), "pid",
		(int)pid);
	int code = json_output_print(document);

	json_decref(document);
	return code;
}

static void ready(void *context)
{
	struct mounting *mounting = context;

	background_ready(&mounting->background);
	if (mounting->json && !mounting->daemon->in_background)
		(void)print(mounting->daemon, getpid());
}

static int run_background(struct mounting *mounting)
{
	int code = background_run(mounting->daemon, &mounting->background);

	return code == EXIT_MET && mounting->json
		       ? print(mounting->daemon, mounting->background.pid)
		       : code;
}

/* With a COMMAND (NULL: none), mounts the volume while that runs. */
static int mount_volume(const struct mount_values *values, const struct daemon_options *typed,
	const char *image, const char *point, char *const *command)
{
	struct daemon_options daemon = *typed;
	struct mounting mounting = { .background = { .ready_fd = -1, .null_fd = -1 },
		.daemon = &daemon,
		.json = values->json };
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
	daemon.ready = ready;
	daemon.context = &mounting;
	if (command)
		return mount_captive_run(&daemon, &mounting.background, command);
	return values->foreground ? daemon_run(&daemon) : run_background(&mounting);
}

static int mount_while(const struct mount_values *values, const struct daemon_options *daemon,
	const char *image, const char *point, char *const *command)
{
	struct mount_temporary temporary;
	int code;

	captive_begin();
	code = mount_temporary_make(image, values->size, point, &temporary);
	if (code == EXIT_MET)
		code = mount_volume(values, daemon, image ? image : temporary.image,
			point ? point : temporary.mount_point, command);
	mount_temporary_deinit(&temporary);
	return code;
}

/* Runs the command line in which -o is already written out. */
static int run_words(const struct command_line *line, int argc, char **argv)
{
	struct mount_values values = { 0 };
	struct daemon_options daemon;
	const char *why;
	size_t count;
	int code = command_line_parse(line, argc, argv, &values, &count);

	if (code != COMMAND_GO_ON)
		return code;

	char *const *command = argv + count + 1;
	const char *image = values.size ? NULL : argv[1];
	const char *point = count > (image != NULL) ? argv[count] : NULL;

	if (!*command && (!image || !point)) {
		log_error("%s (see 'snaprig mount --help')",
			image ? "mount needs a folder MNT, or a command behind --"
			      : "--size needs a command behind --");
		return EXIT_USAGE;
	}
	if (*command && (values.foreground || values.json)) {
		log_error("'--%s' and a command exclude each other",
			values.foreground ? "foreground" : "json");
		return EXIT_USAGE;
	}
	if (mount_values_read(&values, &daemon) < 0)
		return EXIT_USAGE;
	if (!machine_can_serve(&why) || !machine_can_unmount(&why)) {
		log_error("cannot mount: %s", why);
		return EXIT_SKIPPED;
	}
	return *command ? mount_while(&values, &daemon, image, point, command)
			: mount_volume(&values, &daemon, image, point, NULL);
}

static int run(const struct command_line *line, int argc, char **argv)
{
	struct mount_words words;
	int code = EXIT_USAGE;

	if (mount_words_init(line, argc, argv, &words) == 0)
		code = run_words(line, words.argc, words.argv);
	mount_words_deinit(&words);
	return code;
}

#define AT(field) .offset = offsetof(struct mount_values, field)

static const struct command_option options[] = {
	{ "size", "SIZE", "use an image of zeros that is removed when the command ends",
		COMMAND_SIZE, AT(size), .is_operand = true },
	{ "profile", "NAME", "the system to imitate (default plain; 'snaprig list profiles')",
		COMMAND_LISTED, "profiles", AT(profile) },
	{ "limit", "SIZE|SHARE",
		"space for the old blocks of one snapshot: 64MiB, 10%; for a chain: the size of "
		"its SR",
		COMMAND_SIZE, AT(limit) },
	{ "block", "SIZE", "how much a snapshot preserves at a time: 4KiB to 512KiB", COMMAND_SIZE,
		AT(block) },
	{ "sr", "file|lvm", "the storage of a chain: files (thin, the default) or LVM (thick)",
		COMMAND_CHOICE, "file lvm", AT(sr) },
	{ "format", "vhd|qcow2", "the format of a chain's nodes (default vhd)", COMMAND_CHOICE,
		"vhd qcow2", AT(format) },
	{ "coalesce-rate", "SIZE", "how much coalesce copies per second at most: 20MiB",
		COMMAND_SIZE, AT(coalesce_rate) },
	{ "no-coalesce", NULL, "coalesce only on 'snaprig coalesce'", AT(no_coalesce) },
	{ "time-scale", "X", "run the rig's clock X times as fast as real time: 100, 0.5",
		COMMAND_NUMBER, AT(time_scale) },
	{ "memory", "SOURCE",
		"where memory.used is measured: system (the default), or cgroup:PATH, the "
		"folder of a cgroup with a memory limit",
		COMMAND_CHOICE, "system cgroup:", AT(memory) },
	{ "durable", NULL, "make snapshots survive a power cut; writes under them are slower",
		AT(durable) },
	{ "verify", NULL, "read all stores and check their data; this may take minutes",
		AT(verify) },
	{ "trust-image", NULL,
		"the snapshots belong to this image, in spite of its times and its inode",
		AT(trust_image), .excludes = "fail-snapshots" },
	{ "fail-snapshots", NULL, "they do not: fail the snapshots that share its data",
		AT(fail_snapshots) },
	{ "store", "FOLDER", "the folder for the state (default IMAGE.snaprig)", COMMAND_FOLDER,
		AT(store) },
	{ "transport", "auto|dev", "auto or dev; both are the same in this version", COMMAND_CHOICE,
		"auto dev", AT(transport) },
	{ "fault", "RULE...",
		"a fault to arm from the start; may be repeated "
		"('snaprig fault add --help')",
		COMMAND_RULE, NULL, AT(faults) },
	{ "writer", "WRITER...",
		"an application that must freeze for a snapshot; may be repeated "
		"('snaprig writers add --help')",
		COMMAND_CHOICE, "simulated hook fsfreeze", AT(writers) },
	{ "no-writer-check", NULL,
		"take a snapshot even if a writer fails; the client has to ask for their status",
		AT(no_writer_check) },
	{ "seed", "N", "seed of the random decisions of faults (default 1)", COMMAND_NUMBER,
		AT(seed) },
	{ "watchdog", "TIME|off",
		"end a rig that has made no progress for this time, with a trace in rig.log "
		"(default 60s; off)",
		COMMAND_CHOICE, "off 60s", AT(watchdog) },
	{ "busy-poll", "TIME|auto|off",
		"while requests come, poll this long for the next event before sleeping "
		"(default off; auto: 60us if there are three processors)",
		COMMAND_CHOICE, "off auto 60us", AT(busy_poll) },
	{ "read-ahead", "SIZE|off",
		"how far to read a snapshot ahead of a sequential reader, at most "
		"(default 2MiB; off)",
		COMMAND_CHOICE, "off 2MiB", AT(read_ahead) },
	{ "foreground", NULL, "stay in the foreground", AT(foreground) },
	{ "json", NULL, "print the mount, and the process that serves it, as JSON", AT(json) },
	{ "o", "OPTIONS",
		"FUSE options, separated by commas: ro, allow_other, allow_root, max_read=BYTES, "
		"noatime, default_permissions, [no]dev, [no]exec, [no]suid, dirsync, debug;\n"
		"owner and mode of the files: uid=N, gid=N, mode=OCTAL, umask=OCTAL;\n"
		"and all options above, for fstab: profile=datto,limit=10%,durable",
		COMMAND_SET,
		"ro allow_other allow_root max_read= noatime default_permissions dev nodev exec "
		"noexec suid nosuid dirsync debug uid= gid= mode= umask= profile= limit= block= "
		"sr= format= coalesce-rate= no-coalesce time-scale= memory= durable verify "
		"trust-image fail-snapshots store= transport= fault= writer= no-writer-check "
		"seed= watchdog= busy-poll= read-ahead= noauto nofail",
		AT(fuse_options) },
	{ 0 },
};

const struct command_line mount_command = {
	.name = "mount",
	.summary = "mount a volume",
	.operands = { { "IMAGE", COMMAND_FILE, NULL, NULL },
		{ "[MNT]", COMMAND_FOLDER, NULL, NULL } },
	.options = options,
	.command = "CMD...",
	.about = "Serves IMAGE, a file or a block device, as MNT/live, with its snapshots in\n"
		 "MNT/snapshots.  Returns when the mount can be used.  A background process serves "
		 "it, and\n"
		 "writes its messages to rig.log beside the state.\n"
		 "\n"
		 "With a CMD, the volume is mounted while CMD runs and unmounted afterwards.  "
		 "Without MNT\n"
		 "it is mounted on a temporary folder.  CMD finds the paths in its environment:\n"
		 "SNAPRIG_MNT, SNAPRIG_LIVE, SNAPRIG_SNAPSHOTS (the folder) and SNAPRIG_CONTROL "
		 "(the\n"
		 "socket).",
	.examples = "  snaprig mount vol.img mnt --profile datto\n"
		    "  touch mnt/snapshots/monday\n"
		    "  dd if=mnt/snapshots/monday of=monday.backup bs=1M\n"
		    "  snaprig mount --size 1GiB -- sh -c 'mke2fs $SNAPRIG_LIVE'\n"
		    "  mount -t fuse.snaprig vol.img mnt -o profile=datto,limit=20%\n",
	.exits = "  0    mounted; with --foreground: served, and ended normally\n"
		 "  N    the exit code of CMD; 128 + N if signal N ended it; 127 or 126 if there "
		 "is no\n"
		 "       such program, or it cannot be run\n"
		 "  2    the command line is wrong, or what it names cannot be mounted\n"
		 "  4    the rig or the machine failed\n"
		 "  77   an ordinary user could not unmount it again\n",
	.run = run,
};
