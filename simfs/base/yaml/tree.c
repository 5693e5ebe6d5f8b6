/* SPDX-License-Identifier: Apache-2.0 */
#include "simfs/base/yaml/tree.h"

#include <stdlib.h>
#include <string.h>

#include <yaml.h>

#include "simfs/base/check.h"
#include "simfs/base/heap.h"

struct builder {
	yaml_parser_t parser;
	const char *text;
	size_t length;
	struct mistakes *mistakes;
	size_t node_count;
	bool stopped; /* the parser has nothing more to read ... */
	bool broken;  /* ... because of a mistake, so the tree is incomplete */
};

const char *tree_kind_name(enum tree_kind kind)
{
	static const char *const names[] = {
		[TREE_SCALAR] = "a single value",
		[TREE_MAP] = "a map",
		[TREE_LIST] = "a list",
		[TREE_REFUSED] = "nothing",
	};

	return names[kind];
}

void yaml_tree_destroy(struct tree_node *tree)
{
	if (!tree)
		return;
	for (size_t i = 0; i < tree->entry_count; i++) {
		yaml_tree_destroy(tree->entries[i].key);
		yaml_tree_destroy(tree->entries[i].value);
	}
	free(tree->entries);
	free(tree->text);
	free(tree);
}

const struct tree_node *tree_find(const struct tree_node *node, const char *key)
{
	if (node->kind != TREE_MAP)
		return NULL;
	for (size_t i = 0; i < node->entry_count; i++) {
		const struct tree_node *name = node->entries[i].key;

		if (name->kind == TREE_SCALAR && strcmp(name->text, key) == 0)
			return node->entries[i].value;
	}
	return NULL;
}

static struct place place_of_mark(yaml_mark_t mark)
{
	return (struct place){ (unsigned)mark.line + 1, (unsigned)mark.column + 1 };
}

static struct place place_of_offset(const char *text, size_t offset)
{
	struct place place = { 1, 1 };

	for (size_t i = 0; i < offset; i++) {
		if (text[i] == '\n') {
			place.line++;
			place.column = 1;
		} else if (((unsigned char)text[i] & 0xc0) != 0x80) {
			place.column++;
		}
	}
	return place;
}

static void stop(struct builder *builder, struct place place, const char *why)
{
	mistakes_add(builder->mistakes, place, "%s", why);
	builder->stopped = builder->broken = true;
}

/* Reports in the parser's own words what it could not read. */
static void stop_by_parser(struct builder *builder)
{
	const yaml_parser_t *parser = &builder->parser;
	const char *problem = parser->problem ? parser->problem : "out of memory";
	struct place place = place_of_mark(parser->problem_mark);

	if (parser->error == YAML_READER_ERROR) {
		size_t offset = parser->problem_offset;

		place = place_of_offset(
			builder->text, offset < builder->length ? offset : builder->length);
	}
	mistakes_add(builder->mistakes, place, "cannot read YAML: %s", problem);
	builder->stopped = builder->broken = true;
}

static bool event_next(struct builder *builder, yaml_event_t *event)
{
	if (builder->stopped)
		return false;
	if (!yaml_parser_parse(&builder->parser, event)) {
		stop_by_parser(builder);
		return false;
	}
	return true;
}

/* Refuses an anchor or a tag; with either, a text can mean different things. */
static void refuse_decoration(
	struct builder *builder, struct place place, const void *anchor, bool tag)
{
	if (anchor)
		mistakes_add(builder->mistakes, place,
			"anchor '&%s' is not allowed (write the value out)", (const char *)anchor);
	if (tag)
		mistakes_add(builder->mistakes, place,
			"a tag is not allowed (leave out what begins with '!')");
}

static struct tree_node *node_new(
	struct builder *builder, enum tree_kind kind, const yaml_event_t *event)
{
	struct tree_node *node = heap_new(sizeof *node);

	node->kind = kind;
	node->place = place_of_mark(event->start_mark);
	if (++builder->node_count > YAML_NODES_MAX && !builder->stopped)
		stop(builder, node->place, "too many values in one file");
	return node;
}

static struct tree_node *scalar_read(struct builder *builder, const yaml_event_t *event)
{
	struct tree_node *node = node_new(builder, TREE_SCALAR, event);
	const char *value = (const char *)event->data.scalar.value;

	refuse_decoration(
		builder, node->place, event->data.scalar.anchor, event->data.scalar.tag != NULL);
	node->text = heap_copy(value);
	node->quoted = event->data.scalar.style != YAML_PLAIN_SCALAR_STYLE;
	if (strlen(value) != event->data.scalar.length) {
		mistakes_add(builder->mistakes, node->place, "a text cannot contain a zero byte");
		node->kind = TREE_REFUSED;
	}
	return node;
}

static struct tree_node *node_read(struct builder *builder, yaml_event_t *event, unsigned depth);

static struct tree_node *key_read(struct builder *builder, yaml_event_t *event, unsigned depth)
{
	struct tree_node *key = node_read(builder, event, depth);

	if (!builder->broken && (key->kind == TREE_MAP || key->kind == TREE_LIST)) {
		mistakes_add(builder->mistakes, key->place, "a key cannot be %s",
			tree_kind_name(key->kind));
		key->kind = TREE_REFUSED;
	}
	return key;
}

/* Reads the entries of a map or a list up to its END event. */
static void entries_read(
	struct builder *builder, struct tree_node *node, yaml_event_type_t end, unsigned depth)
{
	yaml_event_t event;

	while (event_next(builder, &event)) {
		if (event.type == end) {
			yaml_event_delete(&event);
			return;
		}

		struct tree_entry entry = { NULL, NULL };

		if (node->kind == TREE_MAP) {
			entry.key = key_read(builder, &event, depth);
			if (!event_next(builder, &event)) {
				yaml_tree_destroy(entry.key);
				return;
			}
		}
		entry.value = node_read(builder, &event, depth);
		node->entries = heap_grow(node->entries, node->entry_count, sizeof entry);
		node->entries[node->entry_count++] = entry;
	}
}

static struct tree_node *collection_read(
	struct builder *builder, const yaml_event_t *event, unsigned depth)
{
	bool is_map = event->type == YAML_MAPPING_START_EVENT;
	struct tree_node *node = node_new(builder, is_map ? TREE_MAP : TREE_LIST, event);

	if (is_map)
		refuse_decoration(builder, node->place, event->data.mapping_start.anchor,
			event->data.mapping_start.tag != NULL);
	else
		refuse_decoration(builder, node->place, event->data.sequence_start.anchor,
			event->data.sequence_start.tag != NULL);
	if (depth == YAML_DEPTH_MAX)
		stop(builder, node->place, "nested too deeply");
	else
		entries_read(builder, node,
			is_map ? YAML_MAPPING_END_EVENT : YAML_SEQUENCE_END_EVENT, depth + 1);
	return node;
}

/* Reads the node that EVENT begins, and deletes EVENT.  Never returns NULL. */
static struct tree_node *node_read(struct builder *builder, yaml_event_t *event, unsigned depth)
{
	struct tree_node *node;

	if (event->type == YAML_SCALAR_EVENT) {
		node = scalar_read(builder, event);
	} else if (event->type == YAML_ALIAS_EVENT) {
		node = node_new(builder, TREE_REFUSED, event);
		mistakes_add(builder->mistakes, node->place,
			"alias '*%s' is not allowed (write the value out)",
			(const char *)event->data.alias.anchor);
	} else {
		MUST(event->type == YAML_MAPPING_START_EVENT ||
			event->type == YAML_SEQUENCE_START_EVENT);
		node = collection_read(builder, event, depth);
	}
	yaml_event_delete(event);
	return node;
}

/* A directive would change how the rest is read. */
static void refuse_directives(struct builder *builder, const yaml_event_t *event)
{
	bool has_tags = event->data.document_start.tag_directives.start !=
			event->data.document_start.tag_directives.end;

	if (event->data.document_start.version_directive || has_tags)
		mistakes_add(builder->mistakes, place_of_mark(event->start_mark),
			"a directive is not allowed (leave the line with '%%' out)");
}

static struct tree_node *stream_read(struct builder *builder)
{
	struct tree_node *tree = NULL;
	yaml_event_t event;

	while (event_next(builder, &event)) {
		yaml_event_type_t type = event.type;
		struct place place = place_of_mark(event.start_mark);

		if (type == YAML_STREAM_END_EVENT)
			builder->stopped = true;
		if (type == YAML_DOCUMENT_START_EVENT)
			refuse_directives(builder, &event);
		if (type == YAML_DOCUMENT_START_EVENT && tree)
			stop(builder, place, "a second document in one file");
		if (type != YAML_SCALAR_EVENT && type != YAML_ALIAS_EVENT &&
			type != YAML_MAPPING_START_EVENT && type != YAML_SEQUENCE_START_EVENT) {
			yaml_event_delete(&event);
			continue;
		}
		tree = node_read(builder, &event, 0);
	}
	return tree;
}

/* libyaml's own message about a tab does not mention the tab. */
static bool tabs_refused(const char *text, size_t length, struct mistakes *mistakes)
{
	bool in_indentation = true;
	bool found = false;
	struct place place = { 1, 0 };

	for (size_t i = 0; i < length; i++) {
		place.column++;
		if (text[i] == '\n') {
			place = (struct place){ place.line + 1, 0 };
			in_indentation = true;
		} else if (text[i] == '\t' && in_indentation) {
			mistakes_add(mistakes, place, "tab in the indentation (use spaces)");
			in_indentation = false;
			found = true;
		} else if (text[i] != ' ') {
			in_indentation = false;
		}
	}
	return found;
}

struct tree_node *yaml_tree_read(const char *text, size_t length, struct mistakes *mistakes)
{
	static const char byte_order_mark[] = "\xef\xbb\xbf";
	struct builder builder = { .text = text, .length = length, .mistakes = mistakes };

	if (length > YAML_BYTES_MAX) {
		mistakes_add(mistakes, (struct place){ 0, 0 }, "longer than 1 MiB");
		return NULL;
	}
	if (tabs_refused(text, length, mistakes))
		return NULL;
	if (length >= 3 && memcmp(text, byte_order_mark, 3) == 0) {
		builder.text += 3;
		builder.length -= 3;
	}
	if (!yaml_parser_initialize(&builder.parser)) {
		mistakes_add(mistakes, (struct place){ 0, 0 }, "out of memory");
		return NULL;
	}
	/* Set explicitly, so that libyaml does not guess UTF-16 from the first bytes. */
	yaml_parser_set_encoding(&builder.parser, YAML_UTF8_ENCODING);
	yaml_parser_set_input_string(
		&builder.parser, (const unsigned char *)builder.text, builder.length);

	struct tree_node *tree = stream_read(&builder);

	yaml_parser_delete(&builder.parser);
	if (builder.broken) {
		yaml_tree_destroy(tree);
		return NULL;
	}
	return tree;
}
