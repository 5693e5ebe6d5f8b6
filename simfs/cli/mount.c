/* SPDX-License-Identifier: Apache-2.0 */
/* mount.c - snaprig mount IMAGE MNT */
#include <errno.h>
#include <inttypes.h>
#include <limits.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "faults/rule.h"
#include "simfs/base/cgroup.h"
#include "simfs/base/cleanup.h"
#include "simfs/base/exit_code.h"
#include "simfs/base/log.h"
#include "simfs/base/watchdog.h"
#include "simfs/cli/cli.h"
#include "simfs/cli/commands.h"
#include "simfs/cli/mount_background.h"
#include "simfs/cli/mount_places.h"
#include "simfs/daemon.h"
#include "simfs/mount/mount_options.h"
#include "simfs/volume/writers/spec.h"

struct values {
	const char *profile, *limit, *block, *store, *transport, *seed, *fuse_options;
	const char *sr, *format, *coalesce_rate, *time_scale, *memory, *watchdog;
	struct cli_list faults, writers;
	bool no_writer_check;
	bool no_coalesce;
	bool durable;
	bool verify;
	bool trust_image;
	bool fail_snapshots;
	bool foreground;
};

static const struct cli_option options[] = {
	{ "profile", "NAME", "the system to imitate (default plain; 'snaprig list profiles')",
		offsetof(struct values, profile) },
	{ "limit", "SIZE|PCT",
		"room for the old blocks of one snapshot: 64MiB, 10%; of a chain:\n"
		"the size of its SR",
		offsetof(struct values, limit) },
	{ "block", "SIZE", "what a snapshot preserves at a time: 4KiB to 512KiB",
		offsetof(struct values, block) },
	{ "sr", "file|lvm", "what a chain lies on: files (thin, the default) or LVM (thick)",
		offsetof(struct values, sr) },
	{ "format", "vhd|qcow2", "the format of a chain's nodes (default vhd)",
		offsetof(struct values, format) },
	{ "coalesce-rate", "SIZE", "how much coalesce copies a second at most: 20MiB",
		offsetof(struct values, coalesce_rate) },
	{ "no-coalesce", NULL, "coalesce only at 'snaprig coalesce'",
		offsetof(struct values, no_coalesce) },
	{ "time-scale", "X", "the rig's clock runs X times as fast as time: 100, 0.5",
		offsetof(struct values, time_scale) },
	{ "memory", "SOURCE",
		"what memory.used is measured from: system (the default), or\n"
		"cgroup:PATH, the folder of a cgroup with a memory limit",
		offsetof(struct values, memory) },
	{ "durable", NULL, "snapshots outlive a power cut, too; writes under them are slower",
		offsetof(struct values, durable) },
	{ "verify", NULL, "read all stores and check their data, which may take minutes",
		offsetof(struct values, verify) },
	{ "trust-image", NULL,
		"the snapshots are of this image, whatever its times and its inode\n"
		"say",
		offsetof(struct values, trust_image) },
	{ "fail-snapshots", NULL, "they are not: fail the snapshots that share its data",
		offsetof(struct values, fail_snapshots) },
	{ "store", "DIR", "where the state lies (default IMAGE.snaprig)",
		offsetof(struct values, store) },
	{ "transport", "NAME", "auto or dev, which are the same in this version",
		offsetof(struct values, transport) },
	{ "fault", "RULE...",
		"a fault that is armed from the start; may be repeated\n"
		"('snaprig fault add --help')",
		offsetof(struct values, faults) },
	{ "writer", "WRITER...",
		"an application that must freeze for a snapshot; may be repeated\n"
		"('snaprig writers add --help')",
		offsetof(struct values, writers) },
	{ "no-writer-check", NULL,
		"take the snapshot even if a writer fails: its taker has to ask them",
		offsetof(struct values, no_writer_check) },
	{ "seed", "N", "seed of what faults leave to chance (default 1)",
		offsetof(struct values, seed) },
	{ "watchdog", "TIME",
		"end a rig that has stood still for so long, with a trace in rig.log\n"
		"(default 60s; off)",
		offsetof(struct values, watchdog) },
	{ "foreground", NULL, "stay in the foreground", offsetof(struct values, foreground) },
	{ "o", "OPTIONS",
		"with commas: ro, allow_other, allow_root, max_read=BYTES, noatime,\n"
		"default_permissions, [no]dev, [no]exec, [no]suid, dirsync, debug;\n"
		"owner and mode of the files: uid=N, gid=N, mode=OCTAL, umask=OCTAL",
		offsetof(struct values, fuse_options) },
	{ 0 },
};

static const struct cli cli = {
	.name = "mount",
	.arguments = "IMAGE MNT",
	.arguments_min = 2,
	.arguments_max = 2,
	.about = "Serves IMAGE, a file or a block device, as MNT/live, with its snapshots in\n"
		 "MNT/snapshots.  Returns when the mount can be used; a process in the background\n"
		 "serves it, and writes its messages to rig.log beside the state.",
	.options = options,
	.examples = "  snaprig mount vol.img mnt --profile datto\n"
		    "  touch mnt/snapshots/monday\n"
		    "  dd if=mnt/snapshots/monday of=monday.backup bs=1M\n",
	.exits = "  0    mounted; with --foreground: served, and ended in order\n"
		 "  2    the command line is wrong, or what it names cannot be mounted\n"
		 "  4    the rig or the machine failed\n",
};

static int bad(const char *what, const char *text, const char *hint)
{
	log_error("cannot read %s '%s' (try %s)", what, text, hint);
	return -EINVAL;
}

static int read_transport(const char *text)
{
	if (strcmp(text, "auto") == 0 || strcmp(text, "dev") == 0)
		return 0;
	if (strcmp(text, "uring") == 0)
		log_error("transport 'uring' is not in this version (try auto)");
	else
		log_error("unknown transport '%s' (try auto)", text);
	return -EINVAL;
}

static int read_number(const char *text, uint64_t *ret)
{
	char *end;

	errno = 0;
	*ret = strtoull(text, &end, 0);
	if (errno != 0 || end == text || *end != '\0' || *text == '-')
		return bad("seed", text, "7");
	return 0;
}

static int read_block(const char *text, const struct profile *profile, uint32_t *ret)
{
	uint64_t bytes;

	if (size_parse(text, &bytes) < 0 || bytes < 4096 || bytes > 512 * 1024 ||
		(bytes & (bytes - 1)) != 0)
		return bad("block size", text, "16KiB; a power of two from 4KiB to 512KiB");
	if (profile->block_is_fixed && bytes != profile->block_bytes) {
		log_error("the blocks of profile '%s' are fixed at %u bytes", profile->name,
			profile->block_bytes);
		return -EINVAL;
	}
	*ret = (uint32_t)bytes;
	return 0;
}

static int read_limit(const char *text, struct daemon_options *ret)
{
	char hint[64];

	ret->has_limit = true;
	ret->limit_text = text;
	if (size_or_share_parse(text, &ret->limit) < 0)
		return bad("limit", text, size_hint(text, hint, sizeof hint));
	return 0;
}

/* The options that only a chain has. */
static int read_chain(const struct values *values, struct daemon_options *ret)
{
	char hint[64];

	if (!ret->profile->chain &&
		(values->sr || values->format || values->coalesce_rate || values->no_coalesce)) {
		log_error("profile '%s' has no chain for --sr, --format, --coalesce-rate and "
			  "--no-coalesce (try --profile xen)",
			ret->profile->name);
		return -EINVAL;
	}
	if (values->sr && chain_sr_find(values->sr, &ret->sr) < 0)
		return bad("SR", values->sr, "file or lvm");
	if (values->format && chain_format_find(values->format, &ret->format) < 0)
		return bad("format", values->format, "vhd or qcow2");
	if (values->coalesce_rate &&
		(size_parse(values->coalesce_rate, &ret->coalesce_bytes_per_second) < 0 ||
			ret->coalesce_bytes_per_second == 0))
		return bad("rate", values->coalesce_rate,
			size_hint(values->coalesce_rate, hint, sizeof hint));
	ret->no_coalesce = values->no_coalesce;
	return 0;
}

static int read_fuse_options(const char *text)
{
	char message[MOUNT_OPTIONS_MESSAGE_BYTES];
	struct mount_options fuse_options;
	int error = mount_options_parse(text, &fuse_options, message);

	if (error < 0)
		log_error("%s", message);
	return error;
}

static int read_faults(const struct cli_list *faults, struct daemon_options *ret)
{
	char message[RULE_MESSAGE_BYTES];
	struct fault_rule rule;

	for (size_t i = 0; i < faults->count; i++) {
		if (rule_parse(faults->texts[i], &rule, message) < 0) {
			log_error("fault '%s': %s", faults->texts[i], message);
			return -EINVAL;
		}
	}
	ret->fault_rules = faults->texts;
	ret->fault_rule_count = faults->count;
	return 0;
}

static int read_writers(const struct values *values, struct daemon_options *ret)
{
	char message[WRITER_MESSAGE_BYTES];
	struct writer_spec writer;

	for (size_t i = 0; i < values->writers.count; i++) {
		if (writer_spec_parse(values->writers.texts[i], &writer, message) < 0) {
			log_error("writer '%s': %s", values->writers.texts[i], message);
			return -EINVAL;
		}
	}
	ret->writers = values->writers.texts;
	ret->writer_count = values->writers.count;
	ret->no_writer_check = values->no_writer_check;
	return 0;
}

/* A number with up to three decimals, in thousandths: more than 0, at most a million. */
static int read_time_scale(const char *text, uint64_t *ret_per_mille)
{
	char *end;
	double scale = strtod(text, &end);

	if (end == text || *end != '\0' || !(scale >= 0.001 && scale <= 1e6))
		return bad("time scale", text, "100; from 0.001 to 1000000");
	*ret_per_mille = (uint64_t)(scale * 1000 + 0.5);
	return 0;
}

static int read_watchdog(const char *text, uint64_t *ret_ns)
{
	*ret_ns = 0;
	if (strcmp(text, "off") == 0)
		return 0;
	if (duration_parse(text, ret_ns) < 0 || *ret_ns < WATCHDOG_MIN_NS ||
		*ret_ns > WATCHDOG_MAX_NS)
		return bad("watchdog time", text, "60s; from 100ms to 1440m, or off");
	return 0;
}

static int read_memory(const char *text, struct daemon_options *ret)
{
	static const char prefix[] = "cgroup:";
	struct cgroup_memory memory;
	const char *path;
	int error;

	if (strcmp(text, "system") == 0)
		return 0;
	path = text + strlen(prefix);
	if (strncmp(text, prefix, strlen(prefix)) != 0 || *path != '/')
		return bad("memory source", text, "system, or cgroup:/PATH");
	error = cgroup_read(path, &memory);
	if (error == -ENOENT)
		log_error("memory source '%s' is no cgroup of a memory controller", text);
	else if (error == -ENODATA)
		log_error("memory source '%s' has no limit to take a share of", text);
	else if (error < 0)
		log_error_code(error, "cannot read memory source '%s'", text);
	ret->memory_cgroup = path;
	ret->memory_source_name = text;
	return error;
}

/* For tests, and so no option: CONTRIBUTING.md. */
static int read_limits(bool *ret)
{
	const char *limits = getenv("SNAPRIG_LIMITS");

	*ret = limits && strcmp(limits, "smallest") == 0;
	if (!limits || !*limits || *ret)
		return 0;
	log_error("SNAPRIG_LIMITS is 'smallest' or nothing, and not '%s'", limits);
	return -EINVAL;
}

/* Fills RET from what was typed: 0 or -EINVAL after a message. */
static int read_values(const struct values *values, struct daemon_options *ret)
{
	const char *profile = values->profile ? values->profile : "plain";

	*ret = (struct daemon_options){
		.seed = 1,
		.durable = values->durable,
		.verify = values->verify,
		.time_scale_per_mille = 1000,
		.watchdog_ns = WATCHDOG_DEFAULT_NS,
		.fuse_options = values->fuse_options,
	};
	if (values->trust_image && values->fail_snapshots) {
		log_error("'--trust-image' and '--fail-snapshots' exclude each other");
		return -EINVAL;
	}
	ret->image_policy = values->trust_image	     ? IMAGE_TRUST
			    : values->fail_snapshots ? IMAGE_FAIL
						     : IMAGE_COMPARE;
	ret->profile = profile_find(profile);
	if (!ret->profile) {
		log_error("unknown profile '%s' ('snaprig list profiles' shows them)", profile);
		return -EINVAL;
	}
	if (read_limits(&ret->smallest_limits) < 0 ||
		(values->transport && read_transport(values->transport) < 0) ||
		(values->seed && read_number(values->seed, &ret->seed) < 0) ||
		(values->block && read_block(values->block, ret->profile, &ret->block_bytes) < 0) ||
		(values->limit && read_limit(values->limit, ret) < 0) ||
		(values->memory && read_memory(values->memory, ret) < 0) ||
		(values->fuse_options && read_fuse_options(values->fuse_options) < 0) ||
		(values->time_scale &&
			read_time_scale(values->time_scale, &ret->time_scale_per_mille) < 0) ||
		(values->watchdog && read_watchdog(values->watchdog, &ret->watchdog_ns) < 0) ||
		read_faults(&values->faults, ret) < 0 || read_writers(values, ret) < 0 ||
		read_chain(values, ret) < 0)
		return -EINVAL;
	return 0;
}

static int mount_volume(const struct values *values, const struct daemon_options *typed,
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

int command_mount(int argc, char **argv)
{
	struct values values = { 0 };
	struct daemon_options daemon;
	size_t count;
	int code = cli_parse(&cli, argc, argv, &values, &count);

	if (code != CLI_GO_ON)
		return code;
	if (read_values(&values, &daemon) < 0)
		return EXIT_USAGE;
	return mount_volume(&values, &daemon, argv[1], argv[2]);
}
