/* SPDX-License-Identifier: Apache-2.0 */
#include <inttypes.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include "scenarios/clients/reference.h"
#include "scenarios/clients/reference_pipeline.h"
#include "scenarios/clients/reference_xapi.h"
#include "scenarios/clients/reference_xo.h"
#include "simfs/base/clock.h"
#include "simfs/base/exit_code.h"
#include "simfs/base/json_output.h"
#include "simfs/base/log.h"
#include "simfs/base/sizes.h"
#include "simfs/base/suggest.h"
#include "simfs/base/xapi_module.h"

/* The options as typed by the user. */
struct values {
	const char *like;

	/* For ActiveImage Protector. */
	const char *retry;
	bool takes;

	/* For Xen Orchestra. */
	const char *xapi;
	const char *job;
	const char *uncoalesced_max;
	const char *retries;
	const char *keeps;
	const char *http_timeout;
	const char *task_timeout;
	const char *lock_stale;
	bool bypasses_check;
	bool prints_json;
};

/* ---- like ActiveImage Protector ---- */

#define POLICIES_MAX 16

/* Returns the policy called NAME (NULL: the first), or NULL after a message. */
static const struct retry_policy *read_policy(const char *name)
{
	const char *known[POLICIES_MAX];
	char hint[SUGGEST_HINT_BYTES];
	size_t count = 0;
	const struct retry_policy *policy = name ? retry_policy_find(name) : retry_policy_at(0);

	if (policy)
		return policy;
	for (; count < POLICIES_MAX && retry_policy_at(count); count++)
		known[count] = retry_policy_at(count)->name;
	log_error("unknown retry policy '%s' (%s)", name,
		suggest_hint(name, known, count, "see 'snaprig backup --help'", hint));
	return NULL;
}

static int like_aip(const struct values *values, const char *snapshot, const char *out)
{
	const struct retry_policy *policy = read_policy(values->retry);

	if (!policy)
		return EXIT_USAGE;
	if (values->retry && !values->takes) {
		log_error("--retry needs --take");
		return EXIT_USAGE;
	}

	int exit_code = pipeline_backup(snapshot, out, values->takes ? policy : NULL);

	return exit_code == 0 && values->prints_json ? json_output_print_file("out", out)
						     : exit_code;
}

/* ---- like Xen Orchestra ---- */

/* Returns whether TEXT (NULL: keep *RET) is a number of at least MIN. */
static bool read_number(const char *option, const char *text, uint64_t min, uint64_t *ret)
{
	char *end;
	uintmax_t number;

	if (!text)
		return true;
	number = strtoumax(text, &end, 10);
	if (*text < '0' || *text > '9' || *end || number < min || number > UINT32_MAX) {
		log_error("bad value '%s' of --%s (expected a number of %" PRIu64 " or more)", text,
			option, min);
		return false;
	}
	*ret = number;
	return true;
}

/* Returns whether TEXT (NULL: keep *RET_NS) is a time other than 0. */
static bool read_time(const char *option, const char *text, uint64_t *ret_ns)
{
	uint64_t ns = 0;

	if (!text)
		return true;
	if (duration_parse(text, &ns) < 0 || ns == 0) {
		log_error("bad value '%s' of --%s (try 10s)", text, option);
		return false;
	}
	*ret_ns = ns;
	return true;
}

static int like_xo(const struct values *values, const char *snapshot, const char *out)
{
	struct xo_wish wish = xo_defaults;
	typeof(xapi_backup) *backup;

	wish.job = values->job;
	wish.bypasses_check = values->bypasses_check;
	wish.prints_json = values->prints_json;
	if (!read_number("max-uncoalesced", values->uncoalesced_max, 0, &wish.uncoalesced_max) ||
		!read_number("retries", values->retries, 0, &wish.retries) ||
		!read_number("keep", values->keeps, 1, &wish.keeps) ||
		!read_time("http-timeout", values->http_timeout, &wish.silence_ns) ||
		!read_time("task-timeout", values->task_timeout, &wish.task_ns) ||
		!read_time("lock-stale", values->lock_stale, &wish.lock_stale_ns))
		return EXIT_USAGE;
	if (values->task_timeout && !values->xapi) {
		log_error("--task-timeout needs --xapi");
		return EXIT_USAGE;
	}
	if (!values->xapi)
		return xo_backup(snapshot, out, &wish);
	backup = XAPI_MODULE(xapi_backup);
	return backup ? backup(values->xapi, snapshot, out, &wish) : EXIT_RIG;
}

/* ---- the command ---- */

static const struct like {
	const char *name;
	int (*run)(const struct values *values, const char *snapshot, const char *out);
} likes[] = {
#define REFERENCE_LIKE(like_name, like_run, like_about) { (like_name), (like_run) },
#include "scenarios/clients/reference_likes.def"
#undef REFERENCE_LIKE
};

/* Returns the product called NAME (NULL: the first), or NULL after a message. */
static const struct like *read_like(const char *name)
{
	const char *known[sizeof likes / sizeof likes[0]];
	char hint[SUGGEST_HINT_BYTES];

	for (size_t i = 0; i < sizeof likes / sizeof likes[0]; i++) {
		if (!name || strcmp(likes[i].name, name) == 0)
			return &likes[i];
	}
	for (size_t i = 0; i < sizeof likes / sizeof likes[0]; i++)
		known[i] = likes[i].name;
	log_error("unknown product '%s' (%s)", name,
		suggest_hint(name, known, sizeof likes / sizeof likes[0],
			"see 'snaprig backup --help'", hint));
	return NULL;
}

/* Returns whether every given option belongs to LIKE; reports the first that does not. */
static bool options_fit(const struct like *like, const struct values *values)
{
	const struct {
		const char *option;
		const char *like;
		bool is_there;
	} given[] = {
		{ "take", "aip", values->takes },
		{ "retry", "aip", values->retry },
		{ "xapi", "xo", values->xapi },
		{ "job", "xo", values->job },
		{ "max-uncoalesced", "xo", values->uncoalesced_max },
		{ "bypass-chain-check", "xo", values->bypasses_check },
		{ "retries", "xo", values->retries },
		{ "keep", "xo", values->keeps },
		{ "http-timeout", "xo", values->http_timeout },
		{ "task-timeout", "xo", values->task_timeout },
		{ "lock-stale", "xo", values->lock_stale },
	};

	for (size_t i = 0; i < sizeof given / sizeof given[0]; i++) {
		if (!given[i].is_there || strcmp(given[i].like, like->name) == 0)
			continue;
		log_error("--%s needs --like %s", given[i].option, given[i].like);
		return false;
	}
	return true;
}

static int run(const struct command_line *line, int argc, char **argv)
{
	struct values values = { 0 };
	const struct like *like;
	size_t count;
	int exit_code = command_line_parse(line, argc, argv, &values, &count);

	if (exit_code != COMMAND_GO_ON)
		return exit_code;
	like = read_like(values.like);
	if (!like || !options_fit(like, &values))
		return EXIT_USAGE;
	return like->run(&values, argv[1], argv[2]);
}

static const struct command_option options[] = {
	{ .name = "like",
		.value = "PRODUCT",
		.kind = COMMAND_CHOICE,
		.offset = offsetof(struct values, like),
#define REFERENCE_LIKE(name, run, about) name " "
		.choices =
#include "scenarios/clients/reference_likes.def"
			,
#undef REFERENCE_LIKE
#define REFERENCE_LIKE(name, run, about) "\n" name ": " about
		.about = "the product to imitate (default aip):"
#include "scenarios/clients/reference_likes.def"
	},
#undef REFERENCE_LIKE
	{ .name = "take",
		.offset = offsetof(struct values, takes),
		.about = "take the snapshot first: MNT/snapshots/NAME of a mounted volume, which "
			 "must not "
			 "exist yet; check the volume's writers, and delete the snapshot at the "
			 "end" },
	{ .name = "retry",
		.value = "POLICY",
		.kind = COMMAND_CHOICE,
		.offset = offsetof(struct values, retry),
#define RETRY_POLICY(name, codes, tries, wait_seconds, about) name " "
		.choices =
#include "scenarios/clients/retry_policies.def"
			,
#undef RETRY_POLICY
#define RETRY_POLICY(name, codes, tries, wait_seconds, about) "\n" name ": " about
		.about = "when to retry a snapshot that fails, on the rig's clock (default none):"
#include "scenarios/clients/retry_policies.def"
	},
#undef RETRY_POLICY
	{ .name = "xapi",
		.value = "URL",
		.kind = COMMAND_TEXT,
		.offset = offsetof(struct values, xapi),
		.about = "xo: use the pool at http://USER:PASSWORD@HOST:PORT; SNAPSHOT is then the "
			 "uuid "
			 "or the name of a VM, and OUT the folder for its backups" },
	{ .name = "job",
		.value = "NAME",
		.kind = COMMAND_TEXT,
		.offset = offsetof(struct values, job),
		.about = "xo: name of the job, from which its id is made (default: the name of "
			 "OUT's folder)" },
	{ .name = "max-uncoalesced",
		.value = "N",
		.kind = COMMAND_NUMBER,
		.offset = offsetof(struct values, uncoalesced_max),
		.about = "xo: skip the job if more than N nodes of the chain are unmerged (default "
			 "1)" },
	{ .name = "bypass-chain-check",
		.offset = offsetof(struct values, bypasses_check),
		.about = "xo: do not check the chain" },
	{ .name = "retries",
		.value = "N",
		.kind = COMMAND_NUMBER,
		.offset = offsetof(struct values, retries),
		.about = "xo: if the job fails or is skipped, repeat all of it at once, N times "
			 "(default 0)" },
	{ .name = "keep",
		.value = "N",
		.kind = COMMAND_NUMBER,
		.offset = offsetof(struct values, keeps),
		.about = "xo: after a good backup, keep the job's latest N (default: all)" },
	{ .name = "http-timeout",
		.value = "TIME",
		.kind = COMMAND_TIME,
		.offset = offsetof(struct values, http_timeout),
		.about = "xo: how long the source may send nothing (default 5m), on the rig's "
			 "clock; with "
			 "--xapi, how long the pool may, in real time (httpInactivityTimeout)" },
	{ .name = "task-timeout",
		.value = "TIME",
		.kind = COMMAND_TIME,
		.offset = offsetof(struct values, task_timeout),
		.about = "xo: how long a task of the pool may be pending (default 1h); Xen "
			 "Orchestra "
			 "itself waits for ever" },
	{ .name = "lock-stale",
		.value = "TIME",
		.kind = COMMAND_TIME,
		.offset = offsetof(struct values, lock_stale),
		.about = "xo: when a lock that is not renewed is stale (default 10s)" },
	{ .name = "json",
		.offset = offsetof(struct values, prints_json),
		.about = "print what was made, as JSON; xo: print the job's log instead of the "
			 "report" },
	{ 0 },
};

const struct command_line backup_command = {
	.name = "backup",
	.summary = "back up a snapshot",
	.operands = { { .name = "SNAPSHOT", .kind = COMMAND_FILE },
		{ .name = "OUT", .kind = COMMAND_FILE } },
	.options = options,
	.about = "The reference client: reads the file SNAPSHOT sequentially and makes the backup, "
		 "OUT\n"
		 "and OUT.manifest.  These files appear when they are complete, or not at all.\n"
		 "\n"
		 "With --like xo it acts as a backup job for one VM; its remote is the folder of "
		 "OUT.  It\n"
		 "takes the snapshot SNAPSHOT, which is MNT/snapshots/NAME of a mounted volume, "
		 "and\n"
		 "deletes it at the end.  It prints the report that Xen Orchestra sends, and "
		 "leaves its\n"
		 "log in OUT.log.json.\n"
		 "\n"
		 "With --xapi it talks to a pool (snaprig xapi serve), as Xen Orchestra does.  "
		 "Each disk\n"
		 "of the VM becomes a VHD in OUT; after the first backup, a differencing one.",
	.examples = "  snaprig backup mnt/snapshots/s0 monday.backup\n"
		    "  snaprig backup mnt/snapshots/s1 tuesday.backup --take\n",
	.exits = "  0    done\n"
		 "  1    OUT could not be written; xo: the job failed\n"
		 "  2    the command line is wrong\n"
		 "  4    the XAPI module cannot be loaded\n"
		 "  75   xo: the job was skipped, to protect the chain\n"
		 "  198  (the low byte of -314) SNAPSHOT could not be read\n"
		 "  201  (the low byte of -311) SNAPSHOT could not be taken\n",
	.run = run,
};
