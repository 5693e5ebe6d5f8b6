/* SPDX-License-Identifier: Apache-2.0 */
#include "scenarios/cli/check_arguments.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "faults/rule.h"
#include "scenarios/base/quote.h"
#include "scenarios/clients/words.h"
#include "scenarios/format/names.h"
#include "simfs/base/check.h"
#include "simfs/base/cleanup.h"
#include "simfs/base/exit_code.h"
#include "simfs/base/heap.h"
#include "simfs/base/log.h"
#include "simfs/base/sizes.h"
#include "simfs/base/suggest.h"
#include "simfs/base/yaml/values.h"

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
		log_error("image '%s' must be a file of whole sectors and at least 64KiB",
			arguments->image);
		free(path);
		return -EINVAL;
	}
	arguments->image = arguments->image_path = path;
	arguments->volume_bytes = (uint64_t)facts.st_size;
	return 0;
}

static int read_volume(struct check_arguments *arguments)
{
	const char *size = arguments->size ? arguments->size : CHECK_SIZE_DEFAULT;

	if (arguments->image)
		return read_image(arguments);
	if (size_parse(size, &arguments->volume_bytes) == 0 &&
		arguments->volume_bytes >= VOLUME_MIN_BYTES &&
		arguments->volume_bytes <= INT64_MAX && arguments->volume_bytes % SECTOR_BYTES == 0)
		return 0;
	log_error("size '%s' is not valid for a volume (try " CHECK_SIZE_DEFAULT ")", size);
	return -EINVAL;
}

static int read_writer(struct check_arguments *arguments)
{
	char hint[SUGGEST_HINT_BYTES];

	if (!arguments->writer_text)
		return 0;
	for (size_t i = 0; i < sizeof writer_words / sizeof writer_words[0]; i++) {
		if (strcmp(arguments->writer_text, writer_words[i]) == 0) {
			arguments->writer = (enum check_writer)i;
			return 0;
		}
	}
	log_error("unknown writer '%s' (%s)", arguments->writer_text,
		suggest_hint(arguments->writer_text, writer_words,
			sizeof writer_words / sizeof writer_words[0], "none, trickle or storm",
			hint));
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
	bool is_moment = !arguments->at || failure_at_reads(arguments->at);

	if (!is_moment)
		log_error("cannot read moment '%s' (try 'read.progress>=50%%')", arguments->at);
	else if (arguments->at && !arguments->failure)
		log_error("--at needs a --failure; a rule has its own moment (when=%s)",
			arguments->at);
	return is_moment && (!arguments->at || arguments->failure) ? 0 : -EINVAL;
}

int check_arguments_read_command(struct check_arguments *arguments)
{
	const char *restore = arguments->restore ? arguments->restore : "";
	AUTO(auto_free) char *of_restore = client_unknown_word(restore);
	AUTO(auto_free) char *of_backup = NULL;

	arguments->backup = check_template(arguments->command);
	of_backup = client_unknown_word(arguments->backup);
	if (of_restore || of_backup) {
		AUTO(auto_free) char *known = client_known_words();

		log_error("unknown word '%s' (known: %s)", of_restore ? of_restore : of_backup,
			known);
		return -EINVAL;
	}
	arguments->has_repository = client_has_word(arguments->backup, "repo") ||
				    client_has_word(restore, "repo");
	return 0;
}

#define PROFILES_MAX 32

static int read_profile(const char *name)
{
	const char *known[PROFILES_MAX];
	char hint[SUGGEST_HINT_BYTES];
	size_t count = 0;

	for (; profile_word(count); count++) {
		MUST(count < PROFILES_MAX);
		if (!name || strcmp(profile_word(count), name) == 0)
			return 0;
		known[count] = profile_word(count);
	}
	log_error("unknown profile '%s' (%s)", name,
		suggest_hint(name, known, count, "'snaprig list profiles' shows them", hint));
	return -EINVAL;
}

/* LVM and a pool need one particular profile each, and only CMD takes snapshots there. */
static int read_taken(struct check_arguments *arguments)
{
	bool is_lvm = arguments->gives == CLIENT_GIVES_LVM;
	const char *profile = is_lvm ? "lvm" : "xen";

	if (!arguments->profile)
		arguments->profile = profile;
	arguments->takes = true;
	if (strcmp(arguments->profile, profile) == 0)
		return 0;
	log_error("--gives %s needs profile %s, not '%s'", is_lvm ? "lvm" : "xapi", profile,
		arguments->profile);
	return -EINVAL;
}

static int read_gives(struct check_arguments *arguments)
{
	const char *text = arguments->gives_text;
	char hint[SUGGEST_HINT_BYTES];

	if (text && client_gives_parse(text, &arguments->gives) < 0)
		log_error("unknown way '%s' to give a snapshot (%s)", text,
			suggest_hint_of_list(text, "file device tree nbd lvm xapi",
				"file, device, tree, nbd, lvm or xapi", hint));
	else if (client_takes_what_is_given(arguments->gives))
		return read_taken(arguments);
	else if (arguments->takes && arguments->gives != CLIENT_GIVES_FILE)
		log_error("--gives %s needs an existing snapshot, but with --takes CMD takes the "
			  "snapshot itself",
			text);
	else if (arguments->gives == CLIENT_GIVES_TREE && !arguments->image &&
		 arguments->volume_bytes < CONTENT_EXT4_MIN_BYTES)
		log_error("a volume of '%s' is too small for a file system (try 16MiB)",
			arguments->size);
	else
		return 0;
	return -EINVAL;
}

static int read_keeps(struct check_arguments *arguments)
{
	uint64_t keeps = 0;

	if (!arguments->keeps_text)
		return 0;
	if (number_parse(arguments->keeps_text, &keeps) < 0 || keeps == 0 || keeps > UINT32_MAX) {
		log_error("cannot read number of backups '%s' (try 1)", arguments->keeps_text);
		return -EINVAL;
	}
	arguments->keeps = (uint32_t)keeps;
	return 0;
}

int check_arguments_read_values(struct check_arguments *arguments)
{
	if (arguments->seed_text && number_parse(arguments->seed_text, &arguments->seed) < 0) {
		log_error("cannot read seed '%s' (try 7)", arguments->seed_text);
		return -EINVAL;
	}
	if (read_profile(arguments->profile) < 0)
		return -EINVAL;
	if (arguments->time_limit_text &&
		(duration_parse(arguments->time_limit_text, &arguments->time_limit_ns) < 0 ||
			arguments->time_limit_ns == 0)) {
		log_error("cannot read time limit '%s' (try 60s)", arguments->time_limit_text);
		return -EINVAL;
	}
	if (read_volume(arguments) < 0 || read_writer(arguments) < 0 || read_rules(arguments) < 0 ||
		read_moment(arguments) < 0 || read_gives(arguments) < 0 ||
		read_keeps(arguments) < 0)
		return -EINVAL;
	return 0;
}

/* ---- what a replay repeats ---- */

/* Options that a replay sets itself, or does not use. */
static bool is_told_apart(const char *argument, size_t *ret_words)
{
	static const struct {
		const char *name;
		size_t words;
	} rows[] = {
		{ "--failure", 2 },
		{ "--at", 2 },
		{ "--fault", 2 },
		{ "--seed", 2 },
		{ "--profile", 2 },
		{ "--by", 2 },
		{ "--points", 2 },
		{ "--every", 1 },
		{ "--svg", 2 },
	};

	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		size_t length = strlen(rows[i].name);

		if (strncmp(argument, rows[i].name, length) != 0)
			continue;

		bool has_value = argument[length] == '=';

		*ret_words = has_value ? 1 : rows[i].words;
		if (has_value || argument[length] == '\0')
			return true;
	}
	return false;
}

/* Call it before ARGV is parsed, which reorders it. */
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

		AUTO(auto_free) char *quoted = shell_quote(argv[at]);

		has_command |= strcmp(argv[at], "--") == 0;
		fprintf(file, "%s%s", ftell(file) > 0 ? " " : "", quoted);
	}
	fclose(file);
	return text;
}

int check_arguments_read(
	const struct command_line *line, int argc, char **argv, struct check_arguments *arguments)
{
	size_t count;
	int code;

	arguments->seed = 1;
	arguments->words = replay_words(argc, argv);
	code = command_line_parse(line, argc, argv, arguments, &count);
	if (code != COMMAND_GO_ON)
		return code;
	arguments->command = argv + count + 1;
	if (!*arguments->command) {
		log_error("a command is missing: -- CMD (see 'snaprig %s --help')", line->name);
		return EXIT_USAGE;
	}
	if (check_arguments_read_values(arguments) < 0 ||
		check_arguments_read_command(arguments) < 0)
		return EXIT_USAGE;
	return COMMAND_GO_ON;
}

void check_arguments_deinit(struct check_arguments *arguments)
{
	free(arguments->image_path);
	free(arguments->words);
	free(arguments->backup);
}
