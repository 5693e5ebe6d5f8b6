/* SPDX-License-Identifier: Apache-2.0 */
#include "simfs/cli/words.h"

#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <jansson.h>

#include "simfs/base/cleanup.h"
#include "simfs/base/command_line.h"
#include "simfs/base/exit_code.h"
#include "simfs/base/log.h"
#include "simfs/cli/ask.h"
#include "simfs/cli/cli.h"
#include "simfs/cli/list.h"

/* The longest that a press of Tab waits for a rig. */
#define PATIENCE "2s"

void words_offer(const struct words *words, const char *word, const char *suffix, const char *about)
{
	printf("%.*s%s%s\t%s\n", words->head_length, words->typed, word, suffix, about);
}

/* ---- from a rig ---- */

/*
 * The array FIELD of the rig's answer to COMMAND; NULL if it does not answer.  The caller frees it.
 */
static json_t *ask_rig(const struct words *words, const char *command, const char *field)
{
	const struct command_question question = { .command = command };
	json_t *answer = NULL, *array = NULL;

	if (cli_call(words->mnt, &question, json_object(), &answer) == EXIT_MET)
		array = json_incref(json_object_get(answer, field));
	json_decref(answer);
	return array;
}

static const char *text_of(const json_t *object, const char *field)
{
	const char *text = json_string_value(json_object_get(object, field));

	return text ? text : "";
}

/* Reads the folder, because a command about snapshots could trigger a fault and counts as a hit. */
void words_of_snapshots(const struct words *words, const char *prefix)
{
	const struct command_question question = { .command = "ping" };
	AUTO(auto_free) char *folder = NULL;
	AUTO(auto_closedir) DIR *snapshots = NULL;
	struct dirent *entry;
	char word[512];

	if (cli_call(words->mnt, &question, NULL, NULL) != EXIT_MET ||
		asprintf(&folder, "%s/snapshots", words->mnt) < 0)
		return;
	snapshots = opendir(folder);
	while (snapshots && (entry = readdir(snapshots))) {
		if (entry->d_name[0] == '.')
			continue;
		snprintf(word, sizeof word, "%s%s", prefix, entry->d_name);
		words_offer(words, word, "", "");
	}
}

void words_of_writers(const struct words *words, const char *prefix, bool in_rule)
{
	json_t *writers = ask_rig(words, "writers.list", "writers"), *writer;
	size_t index;
	char word[512];

	json_array_foreach(writers, index, writer)
	{
		snprintf(word, sizeof word, "%s%s", prefix, text_of(writer, "name"));
		for (char *at = word; in_rule && *at; at++) {
			if (*at == ' ')
				*at = '_';
		}
		words_offer(words, word, "", text_of(writer, "kind"));
	}
	json_decref(writers);
}

static void words_of_faults(const struct words *words)
{
	json_t *faults = ask_rig(words, "fault.list", "faults"), *fault;
	size_t index;
	char id[32];

	json_array_foreach(faults, index, fault)
	{
		snprintf(id, sizeof id, "%" JSON_INTEGER_FORMAT,
			json_integer_value(json_object_get(fault, "id")));
		words_offer(words, id, "", text_of(fault, "rule"));
		if (*text_of(fault, "name"))
			words_offer(words, text_of(fault, "name"), "", text_of(fault, "rule"));
	}
	json_decref(faults);
}

/* ---- from the program ---- */

static void words_of_list(const struct words *words, const char *name)
{
	json_t *objects = list_collect(name), *object;
	size_t index;

	json_array_foreach(objects, index, object)
	{
		const char *is = text_of(object, "imitates");

		words_offer(
			words, text_of(object, "name"), "", *is ? is : text_of(object, "about"));
	}
	json_decref(objects);
}

/*
 * The words in CHOICES, which is modified, without those for a file.  If IS_LISTED, the first names
 * a list.
 */
static void words_of_choices(struct words *words, char *choices, bool is_listed)
{
	char *rest, *word = strtok_r(choices, " ", &rest);
	const char *comma = strrchr(words->typed, ',');

	words->head_length = comma ? (int)(comma + 1 - words->typed) : 0;
	if (is_listed && word) {
		words_of_list(words, word);
		word = strtok_r(NULL, " ", &rest);
	}
	for (; word; word = strtok_r(NULL, " ", &rest)) {
		if (strcmp(word, "FILE") != 0)
			words_offer(words, word, "", "");
	}
}

int words_run(int argc, char **argv)
{
	if (argc < 4) {
		log_error("usage: snaprig words KIND:CHOICES MNT WORD...");
		return EXIT_USAGE;
	}

	struct words words = {
		.mnt = argv[2],
		.before = argv + 3,
		.before_count = (size_t)argc - 4,
		.typed = argv[argc - 1],
	};
	AUTO(auto_free) char *kind = strdup(argv[1]);
	char *choices = kind ? strchr(kind, ':') : NULL;

	if (!choices) {
		log_error("'%s' is no KIND:CHOICES", argv[1]);
		return EXIT_USAGE;
	}
	*choices++ = '\0';
	setenv("SNAPRIG_TIMEOUT", PATIENCE, false);
	if (strcmp(kind, "rule") == 0)
		words_of_rule(&words);
	else if (strcmp(kind, "snapshot") == 0)
		words_of_snapshots(&words, "");
	else if (strcmp(kind, "writer") == 0)
		words_of_writers(&words, "", false);
	else if (strcmp(kind, "fault") == 0)
		words_of_faults(&words);
	else
		words_of_choices(&words, choices, strcmp(kind, "listed") == 0);
	return command_line_finish();
}
