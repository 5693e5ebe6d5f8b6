/* SPDX-License-Identifier: Apache-2.0 */
#include "simfs/volume/datto/dbdctl.h"
#include "simfs/volume/owner.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define WORDS_MAX 3

enum word { END, BLOCK_DEVICE, COW_PATH, MINOR, SIZE_MB };

struct row {
	const char *name;
	const char *called;  /* its name in messages */
	const char *options; /* their letters */
	enum datto_ioctl ioctl;
	enum word words[WORDS_MAX + 1];
};

static const struct row rows[] = {
	{ .name = "setup-snapshot",
		.called = "setup snapshot",
		.ioctl = DATTO_SETUP,
		.options = "cf",
		.words = { BLOCK_DEVICE, COW_PATH, MINOR } },
	{ .name = "reload-snapshot",
		.called = "reload snapshot",
		.ioctl = DATTO_RELOAD_SNAPSHOT,
		.options = "c",
		.words = { BLOCK_DEVICE, COW_PATH, MINOR } },
	{ .name = "reload-incremental",
		.called = "reload incremental",
		.ioctl = DATTO_RELOAD_INCREMENTAL,
		.options = "c",
		.words = { BLOCK_DEVICE, COW_PATH, MINOR } },
	{ .name = "destroy",
		.called = "destroy",
		.ioctl = DATTO_DESTROY,
		.options = "",
		.words = { MINOR } },
	{ .name = "transition-to-incremental",
		.called = "transition to incremental",
		.ioctl = DATTO_TO_INCREMENTAL,
		.options = "",
		.words = { MINOR } },
	{ .name = "transition-to-snapshot",
		.called = "transition to snapshot",
		.ioctl = DATTO_TO_SNAPSHOT,
		.options = "f",
		.words = { COW_PATH, MINOR } },
	{ .name = "reconfigure",
		.called = "reconfigure",
		.ioctl = DATTO_RECONFIGURE,
		.options = "c",
		.words = { MINOR } },
	{ .name = "expand-cow-file",
		.called = "expand cow file",
		.ioctl = DATTO_EXPAND,
		.options = "",
		.words = { SIZE_MB, MINOR } },
	{ .name = "reconfigure-auto-expand",
		.called = "reconfigure auto expand",
		.ioctl = DATTO_AUTO_EXPAND,
		.options = "r",
		.words = { SIZE_MB, MINOR } },
};

const char dbdctl_usage[] =
	"Usage:\n"
	"\tdbdctl setup-snapshot [-c <cache size>] [-f fallocate] <block device> <cow file> "
	"<minor>\n"
	"\tdbdctl reload-snapshot [-c <cache size>] <block device> <cow file> <minor>\n"
	"\tdbdctl reload-incremental [-c <cache size>] <block device> <cow file> <minor>\n"
	"\tdbdctl destroy <minor>\n"
	"\tdbdctl transition-to-incremental <minor>\n"
	"\tdbdctl transition-to-snapshot [-f fallocate] <cow file> <minor>\n"
	"\tdbdctl reconfigure [-c <cache size>] <minor>\n"
	"\tdbdctl expand-cow-file <size> <minor>\n"
	"\tdbdctl reconfigure-auto-expand [-r <reserved space>] <step size> <minor>\n"
	"\tdbdctl help\n";

static bool number_read(const char *text, uint64_t most, uint64_t *ret)
{
	char *end;

	if (*text < '0' || *text > '9')
		return false;
	errno = 0;
	*ret = strtoull(text, &end, 10);
	return errno == 0 && *end == '\0' && *ret <= most;
}

static bool option_read(char letter, const char *text, struct datto_command *command)
{
	uint64_t number;

	if (!number_read(text, UINT64_MAX >> 20, &number))
		return false;
	if (letter == 'c')
		command->cache_bytes = number;
	else if (letter == 'f')
		command->fallocate_bytes = number << 20;
	else
		command->reserved_bytes = number << 20;
	return true;
}

static bool word_read(enum word word, const char *text, struct datto_command *command)
{
	uint64_t number;

	switch (word) {
	case BLOCK_DEVICE:
		command->block_device = text;
		return true;
	case COW_PATH:
		command->cow_path = text;
		return strlen(text) < OWNER_LABEL_BYTES;
	case MINOR:
		if (!number_read(text, UINT32_MAX, &number))
			return false;
		command->minor = (uint32_t)number;
		return true;
	case SIZE_MB:
		if (!number_read(text, UINT32_MAX, &number))
			return false;
		command->expand_bytes = number << 20;
		return true;
	case END:
		break;
	}
	return false;
}

static bool row_read(
	const struct row *row, int argc, const char *const *argv, struct datto_command *command)
{
	int at = 1, words = 0;

	while (at < argc && argv[at][0] == '-') {
		char letter = argv[at][1];

		if (letter == '\0' || argv[at][2] != '\0' || !strchr(row->options, letter) ||
			at + 1 == argc || !option_read(letter, argv[at + 1], command))
			return false;
		at += 2;
	}
	for (; at < argc && row->words[words] != END; at++, words++) {
		if (!word_read(row->words[words], argv[at], command))
			return false;
	}
	return at == argc && row->words[words] == END;
}

bool dbdctl_parse(int argc, const char *const *argv, struct datto_command *command,
	struct dbdctl_answer *answer)
{
	const struct row *row = NULL;

	*answer = (struct dbdctl_answer){ .exit = DBDCTL_EXIT_FAILED };
	for (size_t i = 0; argc > 0 && i < sizeof rows / sizeof rows[0]; i++) {
		if (strcmp(rows[i].name, argv[0]) == 0)
			row = &rows[i];
	}
	if (!row) {
		answer->prints_usage = true;
		if (argc > 0 && strcmp(argv[0], "help") == 0)
			answer->exit = 0;
		return false;
	}
	command->ioctl = row->ioctl;
	if (!row_read(row, argc, argv, command)) {
		answer->prints_usage = true;
		snprintf(answer->error, sizeof answer->error,
			"error interpreting %s parameters: %s", row->called, strerror(EINVAL));
		return false;
	}
	return true;
}

void dbdctl_answer(int result, struct dbdctl_answer *answer)
{
	*answer = (struct dbdctl_answer){ 0 };
	if (result == 0)
		return;
	answer->exit = DBDCTL_EXIT_FAILED;
	snprintf(answer->error, sizeof answer->error,
		"driver returned an error performing specified action. check dmesg for more info: "
		"%s",
		strerror(-result));
}
