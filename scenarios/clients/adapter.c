/* SPDX-License-Identifier: Apache-2.0 */
/*
 * adapter.c - reads the text of an adapter.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "scenarios/clients/clients.h"
#include "scenarios/clients/requirement.h"
#include "scenarios/clients/words.h"
#include "simfs/base/cleanup.h"
#include "simfs/base/heap.h"
#include "simfs/base/yaml/values.h"

#define KEEPS_MAX      100000
#define LEAVES_MAX     1000

#define AT(member)     .offset = offsetof(struct client, member)
#define CHOICES(words) .choices = (words), .choice_count = sizeof(words) / sizeof(words)[0]

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
	free(client->ready);
	free(client->lists);
	free(client->verify);
	free(client->calls);
	free(client);
}

/* Returns whether NODE is a list; if not, adds the mistake that it must be one, with the
 * EXAMPLE. */
static bool is_list(struct reading *reading, const struct field *field,
	const struct tree_node *node, const char *example)
{
	if (node->kind != TREE_LIST && node->kind != TREE_REFUSED)
		mistakes_add(reading->mistakes, node->place,
			"'%s' must be a list of strings (try %s)", field->key, example);
	return node->kind == TREE_LIST;
}

/* struct text_list: a list of texts, each read by READ_ONE. */
static void list_read(struct reading *reading, const struct field *field,
	const struct tree_node *node, struct text_list *list, field_reader *read_one,
	const char *example)
{
	if (!is_list(reading, field, node, example))
		return;
	for (size_t i = 0; i < node->entry_count; i++) {
		char *text = NULL;

		read_one(reading, field, node->entries[i].value, &text);
		if (!text)
			continue;
		list->texts = heap_grow(list->texts, list->count, sizeof *list->texts);
		list->texts[list->count++] = text;
	}
}

static void read_texts(struct reading *reading, const struct field *field,
	const struct tree_node *node, void *target)
{
	list_read(reading, field, node, target, read_text, "[ dd, gzip ]");
}

/* char *: a valid requirement. */
static void read_requirement(struct reading *reading, const struct field *field,
	const struct tree_node *node, void *target)
{
	char **text = target;

	read_text(reading, field, node, target);
	if (*text && !requirement_is_valid(*text))
		mistakes_add(reading->mistakes, node->place,
			"'%s' is neither a program, PROGRAM>=VERSION nor $VARIABLE", *text);
}

static void read_requirements(struct reading *reading, const struct field *field,
	const struct tree_node *node, void *target)
{
	list_read(reading, field, node, target, read_requirement, "[ dd, gzip ]");
}

/* char *: a text whose {words} are known. */
static void read_template(struct reading *reading, const struct field *field,
	const struct tree_node *node, void *target)
{
	char **template = target;

	read_text(reading, field, node, target);

	AUTO(auto_free) char *word = *template ? client_unknown_word(*template) : NULL;
	AUTO(auto_free) char *known = word ? client_known_words() : NULL;

	if (word)
		mistakes_add(reading->mistakes, node->place,
			"unknown word '%s' in '%s' (known: %s)", word, field->key, known);
}

static void read_templates(struct reading *reading, const struct field *field,
	const struct tree_node *node, void *target)
{
	list_read(reading, field, node, target, read_template, "[ \"{out}\" ]");
}

static const char *const compares_words[] = {
	[CLIENT_COMPARES_WHOLE] = "whole",
	[CLIENT_COMPARES_USED_BLOCKS] = "used-blocks",
	[CLIENT_COMPARES_TREE] = "tree",
};

static const char *const gives_words[] = {
	[CLIENT_GIVES_FILE] = "file",
	[CLIENT_GIVES_DEVICE] = "device",
	[CLIENT_GIVES_TREE] = "tree",
	[CLIENT_GIVES_NBD] = "nbd",
	[CLIENT_GIVES_LVM] = "lvm",
	[CLIENT_GIVES_XAPI] = "xapi",
};

static const char *const file_system_words[] = {
	[CLIENT_ANY_CONTENT] = "any",
	[CLIENT_EXT4] = "ext4",
	[CLIENT_NTFS] = "ntfs",
	[CLIENT_XFS] = "xfs",
};

int client_gives_parse(const char *word, enum client_gives *ret)
{
	for (size_t i = 0; i < sizeof gives_words / sizeof gives_words[0]; i++) {
		if (strcmp(gives_words[i], word) == 0) {
			*ret = (enum client_gives)i;
			return 0;
		}
	}
	return -EINVAL;
}

/* struct tree_losses: a list of losses. */
static void read_losses(struct reading *reading, const struct field *field,
	const struct tree_node *node, void *target)
{
	static const char *const words[] = { "link-times", "fractions-of-seconds", "attributes",
		"hard-links" };
	const struct field word_field = { .key = field->key, CHOICES(words) };
	struct tree_losses *losses = target;
	bool *const lost[] = { &losses->link_times, &losses->fractions, &losses->attributes,
		&losses->hard_links };

	if (!is_list(reading, field, node, "[ link-times ]"))
		return;
	for (size_t i = 0; i < node->entry_count; i++) {
		size_t mistakes = reading->mistakes->count;
		int which = 0;

		read_choice(reading, &word_field, node->entries[i].value, &which);
		if (reading->mistakes->count == mistakes)
			*lost[which] = true;
	}
}

static const char *const takes_words[] = { "snapshot" };

static const struct field client_fields[] = {
	{ "about", read_text, AT(about) },
	{ "requires", read_requirements, AT(requires) },
	{ "packages", read_texts, AT(packages) },
	{ "backup", read_template, AT(backup), .required = true },
	{ "restore", read_template, AT(restore), .required = true },
	{ "cleanup", read_template, AT(cleanup) },
	{ "ready", read_template, AT(ready) },
	{ "lists", read_template, AT(lists) },
	{ "verify", read_template, AT(verify) },
	{ "compares", read_choice, AT(compares), CHOICES(compares_words) },
	{ "loses", read_losses, AT(loses) },
	{ "gives", read_choice, AT(gives), CHOICES(gives_words) },
	{ "file-system", read_choice, AT(file_system), CHOICES(file_system_words) },
	{ "publishes", read_templates, AT(publishes) },
	{ "calls", read_template, AT(calls) },
	{ "keeps", read_number_32, AT(keeps), .min = 1, .max = KEEPS_MAX },
	{ "leaves", read_number_32, AT(leaves), .min = 1, .max = LEAVES_MAX },
	{ "takes", read_wish, AT(takes_snapshot), CHOICES(takes_words) },
};

const struct field_table client_table = FIELD_TABLE("adapter", client_fields);

/* Only a tree may have losses; in a file, every byte counts. */
static void loses_check(
	struct reading *reading, const struct tree_node *tree, const struct client *client)
{
	const struct tree_node *loses = tree_find(tree, "loses");

	if (loses && client->compares != CLIENT_COMPARES_TREE)
		mistakes_add(reading->mistakes, loses->place,
			"'loses' needs a tree, and the client does not compare one (try compares: "
			"tree)");
}

/*
 * A snapshot that does not exist yet cannot be mounted, and with LVM only the client takes one. In
 * a pool, an existing snapshot may say what to save, through a snapshot of the client's own: of a
 * copy of the VM, for example.
 */
static void gives_check(
	struct reading *reading, const struct tree_node *tree, const struct client *client)
{
	const struct tree_node *gives = tree_find(tree, "gives");
	const struct tree_node *calls = tree_find(tree, "calls");
	const struct tree_node *leaves = tree_find(tree, "leaves");
	bool is_taken = client_takes_what_is_given(client->gives);

	if (calls && client->gives != CLIENT_GIVES_LVM)
		mistakes_add(reading->mistakes, calls->place,
			"'calls' is the name of an LV, and the client gets none (try gives: lvm)");

	if (leaves && client->gives != CLIENT_GIVES_XAPI)
		mistakes_add(reading->mistakes, leaves->place,
			"'leaves' is about snapshots in a pool, and the client gets none (try "
			"gives: xapi)");
	if (client->takes_snapshot && client->gives != CLIENT_GIVES_FILE && !is_taken)
		mistakes_add(reading->mistakes, gives->place,
			"gives '%s' needs an existing snapshot, and the client takes its own",
			gives_words[client->gives]);
	if (client->gives == CLIENT_GIVES_LVM && !client->takes_snapshot)
		mistakes_add(reading->mistakes, gives->place,
			"gives '%s' is for a client that takes its snapshot itself (try takes: "
			"snapshot)",
			gives_words[client->gives]);
}

int client_parse(const char *name, const char *text, size_t length, struct mistakes *mistakes,
	struct client **ret)
{
	struct client *client = heap_new(sizeof *client);
	struct reading reading = { .mistakes = mistakes };
	struct tree_node *tree = yaml_tree_read(text, length, mistakes);

	client->name = heap_copy(name);
	if (tree)
		fields_read(&reading, &client_table, tree, client);
	else if (mistakes->count == 0)
		mistakes_add(mistakes, (struct place){ 1, 1 }, "the adapter is empty");
	if (tree)
		loses_check(&reading, tree, client);
	if (tree)
		gives_check(&reading, tree, client);
	if (client->file_system == CLIENT_ANY_CONTENT &&
		(client->compares != CLIENT_COMPARES_WHOLE || client->gives == CLIENT_GIVES_TREE))
		client->file_system = CLIENT_EXT4;
	if (client->leaves == 0)
		client->leaves = client_leaves_of(client->gives);
	yaml_tree_destroy(tree);
	mistakes_sort(mistakes);
	if (mistakes->count > 0) {
		client_destroy(client);
		return -EINVAL;
	}
	*ret = client;
	return 0;
}

bool client_is_meant(const char *text, size_t length)
{
	struct mistakes ignored;

	mistakes_init(&ignored);

	struct tree_node *tree = yaml_tree_read(text, length, &ignored);
	/* Every adapter has one of the first keys; every scenario has one of the others. */
	bool is_adapter = tree && (tree_find(tree, "backup") || tree_find(tree, "restore")) &&
			  !tree_find(tree, "phases") && !tree_find(tree, "volume");

	yaml_tree_destroy(tree);
	mistakes_deinit(&ignored);
	return is_adapter;
}
