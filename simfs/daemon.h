/* SPDX-License-Identifier: Apache-2.0 */
/*
 * daemon.h - runs a mounted volume from start to end.
 *
 * Builds the stack bottom up (ring, image, state folder, volume, control socket, mount), serves
 * until it must end, and takes it down in reverse.
 */
#ifndef SNAPRIG_DAEMON_H
#define SNAPRIG_DAEMON_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "simfs/base/sizes.h"
#include "simfs/profile/chain.h"
#include "simfs/profile/profile.h"
#include "simfs/volume/image.h"

/* The default time, but 0 with fewer than three usable CPUs. */
#define DAEMON_BUSY_POLL_AUTO	    UINT64_MAX

#define DAEMON_READ_AHEAD_MAX_BYTES (16u << 20)

struct daemon_options {
	const char *image;	  /* absolute */
	const char *mount_point;  /* absolute */
	const char *state_folder; /* absolute; created if it is missing */
	const struct profile *profile;
	bool has_limit;
	struct size_or_share limit;
	const char *limit_text; /* as typed, if has_limit */
	uint32_t block_bytes;	/* 0: the profile's */

	bool durable;
	bool verify;
	enum image_policy image_policy;

	/* For a chain, as in struct volume_options. */
	enum chain_sr sr;
	enum chain_format format;
	uint64_t coalesce_bytes_per_second;
	bool no_coalesce;

	uint64_t time_scale_per_mille; /* of the rig's clock */
	uint64_t watchdog_ns;	       /* as for watchdog_start(); 0: none */
	uint64_t busy_poll_ns;	       /* as for ring_busy_poll(), or DAEMON_BUSY_POLL_AUTO */
	bool has_read_ahead;	       /* as in struct volume_options */
	uint32_t read_ahead_bytes;
	bool smallest_limits; /* for everything that has limits, in tests */
	uint64_t seed;
	const char *const *fault_rules; /* all valid */
	size_t fault_rule_count;
	const char *const *writers; /* all valid */
	size_t writer_count;
	bool no_writer_check;
	bool in_background;	  /* messages go to STATE_LOG once log_file_take_over() is called */
	const char *fuse_options; /* NULL: none */

	/* For memory.used: a cgroup with a limit, and the text as typed; NULL: the system. */
	const char *memory_cgroup;
	const char *memory_source_name;

	/* Required.  The volume is mounted and can be used. */
	void (*ready)(void *context);
	void *context;
};

/*
 * Serves until the volume is unmounted, or SIGTERM, SIGINT or SIGHUP arrives.  Reports failures.
 * Returns the exit code of the process (enum exit_code): EXIT_MET after a clean end, EXIT_USAGE if
 * the image or the options are unusable, EXIT_RIG if the machine or the rig failed.
 */
int daemon_run(const struct daemon_options *options);

#endif
