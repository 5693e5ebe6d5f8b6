/* SPDX-License-Identifier: Apache-2.0 */
#include "simfs/cli/mount_values.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "faults/rule.h"
#include "simfs/base/cgroup.h"
#include "simfs/base/check.h"
#include "simfs/base/log.h"
#include "simfs/base/sizes.h"
#include "simfs/base/suggest.h"
#include "simfs/base/watchdog.h"
#include "simfs/blockio/busy_poll.h"
#include "simfs/cli/writer_path.h"
#include "simfs/mount/mount_options.h"
#include "simfs/volume/writers/spec.h"

#define PROFILES_MAX 32

static int bad(const char *what, const char *text, const char *hint)
{
	log_error("cannot read %s '%s' (try %s)", what, text, hint);
	return -EINVAL;
}

static int unknown_profile(const char *name)
{
	const char *known[PROFILES_MAX];
	char hint[SUGGEST_HINT_BYTES];
	size_t count = 0;

	for (const struct profile *profile; (profile = profile_at(count)); count++) {
		MUST(count < PROFILES_MAX);
		known[count] = profile->name;
	}
	log_error("unknown profile '%s' (%s)", name,
		suggest_hint(name, known, count, "'snaprig list profiles' shows them", hint));
	return -EINVAL;
}

static int read_transport(const char *text)
{
	if (strcmp(text, "auto") == 0 || strcmp(text, "dev") == 0)
		return 0;
	if (strcmp(text, "uring") == 0)
		log_error("transport 'uring' is not supported in this version (try auto)");
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
static int read_chain(const struct mount_values *values, struct daemon_options *ret)
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

static int read_faults(const struct command_texts *faults, struct daemon_options *ret)
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

static int read_writers(const struct mount_values *values, struct daemon_options *ret)
{
	char message[WRITER_MESSAGE_BYTES];
	struct writer_spec writer;

	for (size_t i = 0; i < values->writers.count; i++) {
		if (writer_spec_parse(values->writers.texts[i], &writer, message) < 0) {
			log_error("writer '%s': %s", values->writers.texts[i], message);
			return -EINVAL;
		}
		if (!writer_path_is_right(&writer))
			return -EINVAL;
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

static int read_busy_poll(const char *text, uint64_t *ret_ns)
{
	*ret_ns = 0;
	if (strcmp(text, "off") == 0)
		return 0;
	if (strcmp(text, "auto") == 0)
		*ret_ns = DAEMON_BUSY_POLL_AUTO;
	else if (duration_parse(text, ret_ns) < 0 || *ret_ns == 0 || *ret_ns > BUSY_POLL_MAX_NS)
		return bad("busy-poll time", text, "60us; to 1ms, or auto or off");
	return 0;
}

static int read_read_ahead(const char *text, struct daemon_options *ret)
{
	uint64_t bytes = 0;

	if (strcmp(text, "off") != 0 && (size_parse(text, &bytes) < 0 || bytes < 64 << 10 ||
						bytes > DAEMON_READ_AHEAD_MAX_BYTES))
		return bad("read-ahead", text, "2MiB; from 64KiB to 16MiB, or off");
	ret->has_read_ahead = true;
	ret->read_ahead_bytes = (uint32_t)bytes;
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

/* For tests, so not an option: CONTRIBUTING.md. */
static int read_limits(bool *ret)
{
	const char *limits = getenv("SNAPRIG_LIMITS");

	*ret = limits && strcmp(limits, "smallest") == 0;
	if (!limits || !*limits || *ret)
		return 0;
	log_error("SNAPRIG_LIMITS is 'smallest' or nothing, and not '%s'", limits);
	return -EINVAL;
}

int mount_values_read(const struct mount_values *values, struct daemon_options *ret)
{
	const char *profile = values->profile ? values->profile : "plain";

	*ret = (struct daemon_options){
		.seed = 1,
		.durable = values->durable,
		.verify = values->verify,
		.time_scale_per_mille = 1000,
		.watchdog_ns = WATCHDOG_DEFAULT_NS,
		.busy_poll_ns = 0,
		.fuse_options = values->fuse_options,
	};
	ret->image_policy = values->trust_image	     ? IMAGE_TRUST
			    : values->fail_snapshots ? IMAGE_FAIL
						     : IMAGE_COMPARE;
	ret->profile = profile_find(profile);
	if (!ret->profile)
		return unknown_profile(profile);
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
		(values->busy_poll && read_busy_poll(values->busy_poll, &ret->busy_poll_ns) < 0) ||
		(values->read_ahead && read_read_ahead(values->read_ahead, ret) < 0) ||
		read_faults(&values->faults, ret) < 0 || read_writers(values, ret) < 0 ||
		read_chain(values, ret) < 0)
		return -EINVAL;
	return 0;
}
