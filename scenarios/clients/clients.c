/* SPDX-License-Identifier: Apache-2.0 */
#include "scenarios/clients/clients.h"

#include <dirent.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "scenarios/base/files.h"
#include "scenarios/base/heap.h"
#include "scenarios/base/process.h"
#include "scenarios/clients/share.h"
#include "scenarios/format/yaml_values.h"
#include "simfs/base/cleanup.h"

static void text_list_deinit(struct text_list *list)
{
	for (size_t i = 0; i < list->count; i++)
		free(list->texts[i]);
	free(list->texts);
}

void client_destroy(struct client *client)
{
	if (!client)
		return;
	text_list_deinit(&client->requires);
	text_list_deinit(&client->packages);
	text_list_deinit(&client->publishes);
	free(client->name);
	free(client->about);
	free(client->backup);
	free(client->restore);
	free(client->cleanup);
	free(client);
}

/* struct text_list: a list of texts, each read as by read_text(). */
static void read_texts(struct reading *reading, const struct field *field,
	const struct tree_node *node, void *target)
{
	struct text_list *list = target;

	if (node->kind != TREE_LIST) {
		if (node->kind != TREE_REFUSED)
			mistakes_add(reading->mistakes, node->place,
				"'%s' must be a list of texts (try [ dd, gzip ])", field->key);
		return;
	}
	for (size_t i = 0; i < node->entry_count; i++) {
		char *text = NULL;

		read_text(reading, field, node->entries[i].value, &text);
		if (!text)
			continue;
		list->texts = heap_grow(list->texts, list->count, sizeof *list->texts);
		list->texts[list->count++] = text;
	}
}

/* char *: a text whose {words} are known. */
static void read_template(struct reading *reading, const struct field *field,
	const struct tree_node *node, void *target)
{
	char **template = target;

	read_text(reading, field, node, target);

	AUTO(auto_free) char *word = *template ? client_unknown_word(*template) : NULL;

	if (word)
		mistakes_add(reading->mistakes, node->place,
			"unknown word '%s' in '%s' (known are {snapshot}, {out}, {restored}, {log} "
			"and {snaprig})",
			word, field->key);
}

static const char *const compares_words[] = {
	[CLIENT_COMPARES_WHOLE] = "whole",
	[CLIENT_COMPARES_USED_BLOCKS] = "used-blocks",
};

static const char *const takes_words[] = { "snapshot" };

static const struct field client_fields[] = {
	{ .key = "about", .read = read_text, .offset = offsetof(struct client, about) },
	{ .key = "requires", .read = read_texts, .offset = offsetof(struct client, requires) },
	{ .key = "packages", .read = read_texts, .offset = offsetof(struct client, packages) },
	{ .key = "backup",
		.read = read_template,
		.offset = offsetof(struct client, backup),
		.required = true },
	{ .key = "restore",
		.read = read_template,
		.offset = offsetof(struct client, restore),
		.required = true },
	{ .key = "cleanup", .read = read_template, .offset = offsetof(struct client, cleanup) },
	{ .key = "compares",
		.read = read_choice,
		.offset = offsetof(struct client, compares),
		.choices = compares_words,
		.choice_count = sizeof compares_words / sizeof compares_words[0] },
	{ .key = "publishes", .read = read_texts, .offset = offsetof(struct client, publishes) },
	{ .key = "takes",
		.read = read_wish,
		.offset = offsetof(struct client, takes_snapshot),
		.choices = takes_words,
		.choice_count = sizeof takes_words / sizeof takes_words[0] },
};

static const struct field_table client_table = FIELD_TABLE("client", client_fields);

static void client_read(const char *text, struct mistakes *mistakes, struct client *client)
{
	struct reading reading = { .mistakes = mistakes };
	struct tree_node *tree = yaml_tree_read(text, strlen(text), mistakes);

	if (tree)
		fields_read(&reading, &client_table, tree, client);
	else if (mistakes->count == 0)
		mistakes_add(mistakes, (struct place){ 1, 1 }, "the adapter is empty");
	yaml_tree_destroy(tree);
}

static int client_read_file(const char *name, const char *path, FILE *messages, struct client **ret)
{
	AUTO(auto_free) char *text = file_text(path);
	struct mistakes mistakes;
	struct client *client;

	if (!text) {
		int error = -errno;

		fprintf(messages, "%s: cannot read the client's adapter\n", path);
		return error;
	}
	client = heap_new(sizeof *client);
	client->name = heap_copy(name);
	mistakes_init(&mistakes);
	client_read(text, &mistakes, client);
	mistakes_sort(&mistakes);
	mistakes_print(&mistakes, path, messages);

	bool is_ok = mistakes.count == 0;

	mistakes_deinit(&mistakes);
	if (!is_ok) {
		client_destroy(client);
		return -EINVAL;
	}
	*ret = client;
	return 0;
}

static int adapter_filter(const struct dirent *entry)
{
	const char *dot = strrchr(entry->d_name, '.');

	return dot && dot > entry->d_name && strcmp(dot, ".yaml") == 0;
}

static void print_known(const char *folder, FILE *messages)
{
	struct dirent **entries;
	int count = scandir(folder, &entries, adapter_filter, alphasort);

	for (int i = 0; i < count; i++) {
		const char *name = entries[i]->d_name;

		fprintf(messages, "%s%.*s", i > 0 ? ", " : "", (int)(strlen(name) - 5), name);
		free(entries[i]);
	}
	if (count >= 0)
		free(entries);
}

int client_load(const char *name, FILE *messages, struct client **ret)
{
	AUTO(auto_free) char *folder = share_folder("clients");

	if (!folder) {
		fprintf(messages, "the folder of the clients is missing (set SNAPRIG_SHARE)\n");
		return -ENOENT;
	}

	AUTO(auto_free) char *path = heap_format("%s/%s.yaml", folder, name);

	if (strchr(name, '/') || access(path, F_OK) < 0) {
		fprintf(messages, "unknown client '%s' (one of: ", name);
		print_known(folder, messages);
		fputs(")\n", messages);
		return -ENOENT;
	}
	return client_read_file(name, path, messages, ret);
}

const char *client_missing(const struct client *client)
{
	for (size_t i = 0; i < client->requires.count; i++) {
		if (!process_program_exists(client->requires.texts[i]))
		return client->requires.texts[i];
	}
	return NULL;
}
