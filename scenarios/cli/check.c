/* SPDX-License-Identifier: Apache-2.0 */
/*
 * check.c - snaprig check: any client, on a snapshot that breaks.
 */
#include "scenarios/cli/check.h"

#include <errno.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "faults/rule.h"
#include "scenarios/base/heap.h"
#include "scenarios/base/interrupt.h"
#include "scenarios/cli/check_failures.h"
#include "scenarios/cli/commands.h"
#include "scenarios/format/names.h"
#include "scenarios/format/yaml_values.h"
#include "simfs/base/cleanup.h"
#include "simfs/base/exit_code.h"
#include "simfs/base/log.h"
#include "simfs/base/sizes.h"
#include "simfs/control/protocol.h"

#define SIZE_DEFAULT	 "64MiB"
#define VOLUME_MIN_BYTES (64ull << 10)
#define SECTOR_BYTES	 512u

static const char *const writer_words[] = {
	[CHECK_WRITER_NONE] = "none",
	[CHECK_WRITER_TRICKLE] = "trickle",
	[CHECK_WRITER_STORM] = "storm",
};

static int read_image(struct check_arguments *arguments)
{
	struct stat facts;
	char *path = realpath(arguments->image, NULL);

	if (!path || stat(path, &facts) < 0) {
		log_error_code(-errno, "cannot open image '%s'", arguments->image);
		free(path);
		return -EINVAL;
	}
	if (!S_ISREG(facts.st_mode) || facts.st_size < (off_t)VOLUME_MIN_BYTES ||
		facts.st_size % SECTOR_BYTES != 0) {
		log_error("image '%s' is no file of whole sectors and 64KiB at least",
			arguments->image);
		free(path);
		return -EINVAL;
	}
	arguments->image = path;
	arguments->volume_bytes = (uint64_t)facts.st_size;
	return 0;
}

static int read_volume(struct check_arguments *arguments)
{
	const char *size = arguments->size ? arguments->size : SIZE_DEFAULT;

	if (arguments->image)
		return read_image(arguments);
	if (size_parse(size, &arguments->volume_bytes) == 0 &&
		arguments->volume_bytes >= VOLUME_MIN_BYTES &&
		arguments->volume_bytes <= INT64_MAX && arguments->volume_bytes % SECTOR_BYTES == 0)
		return 0;
	log_error("size '%s' is none of a volume (try " SIZE_DEFAULT ")", size);
	return -EINVAL;
}

static int read_writer(struct check_arguments *arguments)
{
	if (!arguments->writer_text)
		return 0;
	for (size_t i = 0; i < sizeof writer_words / sizeof writer_words[0]; i++) {
		if (strcmp(arguments->writer_text, writer_words[i]) == 0) {
			arguments->writer = (enum check_writer)i;
			return 0;
		}
	}
	log_error("unknown writer '%s' (none, trickle or storm)", arguments->writer_text);
	return -EINVAL;
}

static int read_rules(const struct check_arguments *arguments)
{
	char message[RULE_MESSAGE_BYTES];
	struct fault_rule rule;

	for (size_t i = 0; i < arguments->faults.count; i++) {
		if (rule_parse(arguments->faults.texts[i], &rule, message) < 0) {
			log_error("%s", message);
			return -EINVAL;
		}
	}
	return 0;
}

static int read_moment(const struct check_arguments *arguments)
{
	struct start_condition moment = { 0 };
	bool is_moment = !arguments->at || moment_parse(arguments->at, &moment);

	free(moment.gauge);
	free(moment.at_least);
	if (!is_moment)
		log_error("cannot read moment '%s' (try 'read.progress>=50%%')", arguments->at);
	else if (arguments->at && !arguments->failure)
		log_error("--at is the moment of a --failure; a rule has its own (when=%s)",
			arguments->at);
	return is_moment && (!arguments->at || arguments->failure) ? 0 : -EINVAL;
}

static int read_command(struct check_arguments *arguments)
{
	const char *restore = arguments->restore ? arguments->restore : "";
	AUTO(auto_free) char *of_restore = client_unknown_word(restore);
	AUTO(auto_free) char *of_backup = NULL;

	arguments->backup = check_template(arguments->command);
	of_backup = client_unknown_word(arguments->backup);
	if (of_restore || of_backup) {
		AUTO(auto_free) char *known = client_known_words();

		log_error("unknown word '%s' (known are %s)", of_restore ? of_restore : of_backup,
			known);
		return -EINVAL;
	}
	return 0;
}

static bool is_profile(const char *name)
{
	for (size_t i = 0; profile_word(i); i++)
		if (strcmp(profile_word(i), name) == 0)
			return true;
	return false;
}

static int read_gives(struct check_arguments *arguments)
{
	const char *text = arguments->gives_text;

	if (text && client_gives_parse(text, &arguments->gives) < 0)
		log_error("unknown way '%s' to give a snapshot (file, device, tree or nbd)", text);
	else if (arguments->takes && arguments->gives != CLIENT_GIVES_FILE)
		log_error("--gives %s is for a snapshot that is there, and with --takes CMD takes "
			  "it itself",
			text);
	else if (arguments->gives == CLIENT_GIVES_TREE && !arguments->image &&
		 arguments->volume_bytes < CONTENT_EXT4_MIN_BYTES)
		log_error("a volume of '%s' is too small for a file system (try 16MiB)",
			arguments->size);
	else
		return 0;
	return -EINVAL;
}

/* What was typed, as what it means: 0, or -EINVAL after a message. */
static int read_arguments(struct check_arguments *arguments)
{
	if (arguments->seed_text && number_parse(arguments->seed_text, &arguments->seed) < 0) {
		log_error("cannot read seed '%s' (try 7)", arguments->seed_text);
		return -EINVAL;
	}
	if (arguments->profile && !is_profile(arguments->profile)) {
		log_error("unknown profile '%s' ('snaprig list profiles' shows them)",
			arguments->profile);
		return -EINVAL;
	}
	if (arguments->time_limit_text &&
		(duration_parse(arguments->time_limit_text, &arguments->time_limit_ns) < 0 ||
			arguments->time_limit_ns == 0)) {
		log_error("cannot read time limit '%s' (try 60s)", arguments->time_limit_text);
		return -EINVAL;
	}
	if (read_volume(arguments) < 0 || read_writer(arguments) < 0 || read_rules(arguments) < 0 ||
		read_moment(arguments) < 0 || read_gives(arguments) < 0)
		return -EINVAL;
	return read_command(arguments);
}

/* ---- what a replay repeats ---- */

/* Options whose values are in a replay by themselves. */
static bool is_told_apart(const char *argument, size_t *ret_words)
{
	static const char *const names[] = { "--failure", "--seed", "--profile" };

	for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
		size_t length = strlen(names[i]);

		if (strncmp(argument, names[i], length) != 0)
			continue;
		*ret_words = argument[length] == '=' ? 1 : 2;
		if (argument[length] == '=' || argument[length] == '\0')
			return true;
	}
	return false;
}

/* Before ARGV is read, which moves it about. */
static char *replay_words(int argc, char **argv)
{
	char *text = NULL;
	size_t size, words = 1;
	FILE *file = open_memstream(&text, &size);
	bool has_command = false;

	if (!file)
		return heap_copy("");
	for (int at = 1; at < argc; at += (int)words) {
		words = 1;
		if (!has_command && is_told_apart(argv[at], &words))
			continue;

		AUTO(auto_free) char *quoted = check_quote(argv[at]);

		has_command |= strcmp(argv[at], "--") == 0;
		fprintf(file, "%s%s", ftell(file) > 0 ? " " : "", quoted);
	}
	fclose(file);
	return text;
}

/* ---- running ---- */

static int print_json(json_t *object)
{
	json_object_set_new(object, "schema_version", json_integer(SCHEMA_VERSION));
	json_dumpf(object, stdout, JSON_INDENT(2));
	putchar('\n');
	json_decref(object);
	return command_line_finish();
}

static int run_one(const struct check_arguments *arguments)
{
	struct failure *failure = NULL;
	struct check_result result;
	int code = check_failure_load(arguments, &failure);

	if (code != EXIT_MET)
		return code;

	AUTO(auto_free)
	char *profile = failure ? check_failure_profile(arguments, failure) : NULL;
	const char *missing = failure ? check_failure_missing(failure) : NULL;

	if (missing) {
		log_error("failure '%s' needs %s", failure->scenario.name, missing);
		failure_destroy(failure);
		return EXIT_SKIPPED;
	}
	check_run(arguments, failure, profile, &result);
	if (!interrupt_seen()) {
		if (arguments->as_json)
			code = print_json(check_json(&result));
		else
			check_print(&result);
	}
	code = code == EXIT_MET ? result.code : code;
	check_result_deinit(&result);
	return code;
}

static int run_all(const struct check_arguments *arguments)
{
	json_t *results = json_array();
	int code = check_all(arguments, results);

	if (arguments->as_json && !interrupt_seen() && code != EXIT_USAGE) {
		int printed = print_json(json_pack("{s:i, s:O}", "code", code, "results", results));

		code = printed == EXIT_MET ? code : printed;
	}
	json_decref(results);
	return code;
}

static int run(const struct command_line *line, int argc, char **argv)
{
	struct check_arguments arguments = { .seed = 1, .words = replay_words(argc, argv) };
	size_t count;
	int code = command_line_parse(line, argc, argv, &arguments, &count);
	const char *typed_image = arguments.image;

	if (code == COMMAND_GO_ON) {
		arguments.command = argv + count + 1;
		code = EXIT_USAGE;
		if (!*arguments.command)
			log_error("a command is missing: -- CMD (see 'snaprig check --help')");
		else if (read_arguments(&arguments) == 0) {
			interrupt_watch();
			code = arguments.failure && strcmp(arguments.failure, "all") == 0
				       ? run_all(&arguments)
				       : run_one(&arguments);
		}
	}
	if (arguments.image != typed_image)
		free((char *)arguments.image);
	free(arguments.words);
	free(arguments.backup);
	interrupt_obey();
	return code;
}

#define AT(field) .offset = offsetof(struct check_arguments, field)

static const struct command_option options[] = {
	{ "failure", "NAME|FILE|all",
		"what happens ('snaprig list failures'), a file of one's own, or each\n"
		"that this machine can bring about",
		COMMAND_LISTED, "failures", AT(failure) },
	{ "at", "MOMENT", "when it happens, instead of its own moment: 'read.progress>=50%'",
		COMMAND_TEXT, AT(at) },
	{ "fault", "RULE...",
		"a fault, armed before the snapshot is taken; may be repeated\n"
		"('snaprig fault add --help')",
		COMMAND_LISTED, "points", AT(faults) },
	{ "profile", "NAME", "the system to imitate (default: the failure's, or plain)",
		COMMAND_LISTED, "profiles", AT(profile) },
	{ "size", "SIZE", "of a volume of random bytes (default " SIZE_DEFAULT ")", COMMAND_SIZE,
		AT(size), .excludes = "image" },
	{ "image", "IMAGE", "or a copy of this file is the volume", COMMAND_FILE, AT(image) },
	{ "restore", "CMD", "makes {restored} of {out}, a line for a shell (default: a copy)",
		COMMAND_TEXT, AT(restore) },
	{ "gives", "file|device|tree|nbd",
		"what {snapshot} is: its file (default), a read-only loop device, a folder\n"
		"with its file system, or the URI of an NBD server",
		COMMAND_CHOICE, "file device tree nbd", AT(gives_text) },
	{ "takes", NULL, "CMD takes the snapshot {snapshot} itself (touch)", AT(takes) },
	{ "writer", "none|trickle|storm", "what writes meanwhile (default none)", COMMAND_CHOICE,
		"none trickle storm", AT(writer_text) },
	{ "steady", NULL, "run it without the failure first", AT(steady) },
	{ "time-limit", "TIME", "for one run of CMD (default 60s, or the failure's)", COMMAND_TIME,
		AT(time_limit_text) },
	{ "seed", "N", "all content and all chance come from it (default 1)", COMMAND_NUMBER,
		AT(seed_text) },
	{ "work", "FOLDER", "where work folders are made (default $TMPDIR, or /tmp)",
		COMMAND_FOLDER, AT(options.work_parent) },
	{ "keep", NULL, "keep the work folders, and say where they are", AT(options.keep) },
	{ "json", NULL, "print one JSON object", AT(as_json) },
	{ 0 },
};

const struct command_line check_command = {
	.name = "check",
	.summary = "any backup tool, on a snapshot that breaks",
	.options = options,
	.command = "CMD...",
	.about =
		"Runs CMD, a backup tool, on the snapshot of a volume, breaks the snapshot\n"
		"meanwhile, restores what CMD has made, and compares it with what the snapshot\n"
		"held: did it notice, did it lie, did it clean up, did the remedy help?\n"
		"\n"
		"In CMD stand {snapshot}, what to save (--gives); {live}, the volume; {out}, "
		"where\n"
		"the backup goes; {log}, a file for a log.  CMD of one word is a line for a shell.",
	.examples = "  snaprig check -- dd if={snapshot} of={out} bs=1M\n"
		    "  snaprig check --failure all -- cp {snapshot} {out}\n"
		    "  snaprig check --failure cow-overflow --restore 'gunzip <{out} >{restored}' "
		    "-- \\\n"
		    "      'dd if={snapshot} bs=1M | gzip >{out}'\n"
		    "  snaprig check --gives tree --restore 'tar -C {restored} -xf {out}' -- \\\n"
		    "      tar -C {snapshot} -cf {out} .\n",
	.exits = "  0    intact; with a failure or a fault: intact, or detected\n"
		 "  1    a finding: anything else\n"
		 "  2    the command line, or a file of a failure, is wrong\n"
		 "  3    inconclusive: the failure never struck\n"
		 "  4    the rig or the machine failed\n"
		 "  77   this machine cannot bring the failure about\n"
		 "  124  CMD did not end in time\n"
		 "Of 'all' the first that applies: 4, 124, 1, 3, 0, 77\n",
	.run = run,
};
