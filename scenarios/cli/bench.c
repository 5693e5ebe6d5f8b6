/* SPDX-License-Identifier: Apache-2.0 */
/*
 * bench.c - snaprig bench: reads the command line and becomes the benchmark.
 *
 * The benchmark is in bench/ and written in Python, like fio's own tools: it starts programs,
 * waits for them and computes with what they print.
 */
#include <errno.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "scenarios/base/process.h"
#include "scenarios/cli/commands.h"
#include "scenarios/clients/share.h"
#include "simfs/base/cleanup.h"
#include "simfs/base/clock.h"
#include "simfs/base/exit_code.h"
#include "simfs/base/heap.h"
#include "simfs/base/log.h"
#include "simfs/base/sizes.h"
#include "simfs/base/yaml/values.h"
#include "simfs/control/version.h"

#define ROUNDS_MAX    100u
#define SECONDS_MAX   60u
#define SIZE_MIN      (16ull << 20)
#define SIZE_MAX_TEXT "1TiB"
#define WORDS_MAX     (2 * COMMAND_TEXTS_MAX + 32)

struct values {
	bool peers, quick, list, as_json;
	const char *rounds, *seconds, *size, *folder, *baseline, *artifacts;
	struct command_texts reports;
};

/* The command line of the benchmark. */
struct words {
	char *texts[WORDS_MAX];
	size_t count;
};

static void add(struct words *words, const char *name, const char *value)
{
	words->texts[words->count++] = heap_copy(name);
	if (value)
		words->texts[words->count++] = heap_copy(value);
}

static int add_rounds(struct words *words, const char *text)
{
	uint64_t rounds;

	if (!text)
		return 0;
	if (number_parse(text, &rounds) < 0 || rounds == 0 || rounds > ROUNDS_MAX) {
		log_error("cannot read rounds '%s' (try 5; %u at most)", text, ROUNDS_MAX);
		return -EINVAL;
	}
	add(words, "--rounds", text);
	return 0;
}

static int add_seconds(struct words *words, const char *text)
{
	AUTO(auto_free) char *milliseconds = NULL;
	uint64_t ns;

	if (!text)
		return 0;
	if (duration_parse(text, &ns) < 0 || ns < 100 * NS_PER_MS || ns > SECONDS_MAX * NS_PER_S) {
		log_error("cannot read time '%s' (try 1s; 100ms to %us)", text, SECONDS_MAX);
		return -EINVAL;
	}
	milliseconds = heap_format("%ju", (uintmax_t)(ns / NS_PER_MS));
	add(words, "--milliseconds", milliseconds);
	return 0;
}

static int add_size(struct words *words, const char *text)
{
	AUTO(auto_free) char *bytes = NULL;
	uint64_t size;

	if (!text)
		return 0;
	if (size_parse(text, &size) < 0 || size < SIZE_MIN || size > 1ull << 40) {
		log_error("cannot read size '%s' (try 512MiB; 16MiB to " SIZE_MAX_TEXT ")", text);
		return -EINVAL;
	}
	/* Whole MiB, the largest block size of the jobs. */
	bytes = heap_format("%ju", (uintmax_t)(size >> 20 << 20));
	add(words, "--bytes", bytes);
	return 0;
}

static int add_values(struct words *words, const struct values *values)
{
	if (add_rounds(words, values->rounds) < 0 || add_seconds(words, values->seconds) < 0 ||
		add_size(words, values->size) < 0)
		return -EINVAL;
	if (values->peers)
		add(words, "--peers", NULL);
	if (values->quick)
		add(words, "--quick", NULL);
	if (values->list)
		add(words, "--list", NULL);
	if (values->as_json)
		add(words, "--json", NULL);
	if (values->folder)
		add(words, "--dir", values->folder);
	if (values->baseline)
		add(words, "--baseline", values->baseline);
	if (values->artifacts)
		add(words, "--artifacts", values->artifacts);
	for (size_t i = 0; i < values->reports.count; i++)
		add(words, "--report", values->reports.texts[i]);
	return 0;
}

/* The limit program is beside a build, or beside bin in an installation. */
static char *limit_path(const char *program)
{
	int length = (int)(strrchr(program, '/') - program);
	char *path = heap_format("%.*s/bench/limit", length, program);

	if (access(path, X_OK) == 0)
		return path;
	free(path);
	return heap_format("%.*s/../libexec/snaprig/limit", length, program);
}

/* Returns only on failure: the exit code, after a message. */
static int become(struct words *words)
{
	if (!process_program_exists("python3")) {
		log_error("'python3', which measures, is missing (fio's package installs it)");
		return EXIT_SKIPPED;
	}
	execvp(words->texts[0], words->texts);
	log_error_code(-errno, "cannot run '%s'", words->texts[0]);
	return EXIT_RIG;
}

static int bench(const struct values *values, char **jobs, size_t count)
{
	AUTO(auto_free) char *folder = share_bench();
	AUTO(auto_free) char *missing = folder ? NULL : share_missing("bench");
	AUTO(auto_free) char *program = share_program();
	AUTO(auto_free) char *limit = program ? limit_path(program) : NULL;
	AUTO(auto_free) char *main_file = heap_format("%s/main.py", folder ? folder : "");
	struct words words = { 0 };
	int code = EXIT_USAGE;

	if (!folder || !limit) {
		log_error("%s", missing ? missing : "cannot find the path of this program");
		return EXIT_RIG;
	}
	add(&words, "python3", "-B");
	add(&words, "-E", main_file);
	add(&words, "--program", program);
	add(&words, "--limit-program", limit);
	add(&words, "--version", SNAPRIG_VERSION);
	if (count > COMMAND_TEXTS_MAX) {
		log_error("at most %d jobs are allowed", COMMAND_TEXTS_MAX);
	} else if (add_values(&words, values) == 0) {
		add(&words, "--", NULL);
		for (size_t i = 0; i < count; i++)
			add(&words, jobs[i], NULL);
		code = become(&words);
	}
	for (size_t i = 0; i < words.count; i++)
		free(words.texts[i]);
	return code;
}

static int run(const struct command_line *line, int argc, char **argv)
{
	struct values values = { 0 };
	size_t count;
	int code = command_line_parse(line, argc, argv, &values, &count);

	return code == COMMAND_GO_ON ? bench(&values, argv + 1, count) : code;
}

/* As --list prints them. */
#define JOBS                                                                                       \
	"randread-4k randwrite-4k seqread-1m seqwrite-1m latency-4k latency-write-4k "             \
	"first-writes-4k first-touch-4k snapshots-16 rewrite-4k view-4k view-1m view-128k "        \
	"view-buffered-128k chain-4k chain-1m backup-while-writing rules-randread-4k "             \
	"rules-randwrite-4k disturbed-4k coalesce snapshot-time map-memory mount-time"

#define AT(field) .offset = offsetof(struct values, field)

static const struct command_option options[] = {
	{ "peers", NULL,
		"also measure qemu-storage-daemon, nbdkit and XFS reflinks, if they are "
		"installed",
		AT(peers) },
	{ "quick", NULL, "a shorter run: two minutes, with noisy figures", AT(quick) },
	{ "rounds", "N", "how many rounds (default 5)", COMMAND_NUMBER, AT(rounds) },
	{ "seconds", "TIME", "how long each measurement takes (default 800ms)", COMMAND_TIME,
		AT(seconds) },
	{ "size", "SIZE", "the size of the volumes (default 512MiB)", COMMAND_SIZE, AT(size) },
	{ "dir", "FOLDER", "a folder on the disk to measure (default /var/tmp)", COMMAND_FOLDER,
		AT(folder) },
	{ "baseline", "FILE", "compare with a run written by --report json=FILE", COMMAND_FILE,
		AT(baseline) },
	{ "report", "KIND=FILE...", "write a report (json, html or md) at the end, all at once",
		COMMAND_CHOICE, "json= html= md=", AT(reports) },
	{ "artifacts", "FOLDER", "keep fio's output (json+) in FOLDER", COMMAND_FOLDER,
		AT(artifacts) },
	{ "list", NULL, "print the jobs and what they show, without measuring", AT(list) },
	{ "json", NULL, "print one JSON object", AT(as_json) },
	{ 0 },
};

const struct command_line bench_command = {
	.name = "bench",
	.summary = "measure how fast Snaprig is on this machine",
	.operands = { { "[JOB ...]", COMMAND_CHOICE, JOBS, NULL } },
	.options = options,
	.about =
		"Measures each JOB, or all of them, in turns on the disk itself, on a mount and,\n"
		"where it makes sense, with a program that does the same disk work without a rig.\n"
		"Prints medians, their spread, their ratio, and the goal for that ratio.  A ratio\n"
		"compares figures of the same round, so that noise of the machine affects both.",
	.examples = "  snaprig bench --quick\n"
		    "  snaprig bench first-touch-4k view-4k --peers --report html=bench.html\n"
		    "  snaprig bench --report json=before.json\n"
		    "  snaprig bench --baseline before.json\n",
	.exits = "  0    measured, whatever the result\n"
		 "  1    a finding: with --baseline, something is slower by more than the spread\n"
		 "  2    the command line, or a file that it names, is wrong\n"
		 "  4    the rig or the machine failed, for example because the disk is full\n"
		 "  77   fio or python3 is missing\n",
	.run = run,
};
