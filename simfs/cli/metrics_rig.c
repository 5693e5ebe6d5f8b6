/* SPDX-License-Identifier: Apache-2.0 */
/* metrics_rig.c - metrics of the rig itself: its faults, its writers, its chain. */
#include "simfs/cli/metrics_lines.h"

#include <string.h>

static const char *text_of(const json_t *object, const char *name)
{
	return json_string_value(json_object_get(object, name));
}

/* ---- faults ---- */

static void print_fault(const json_t *status, const char *metric, const json_t *fault,
	const char *field, FILE *file)
{
	char id[32];
	/* Rules may lack a name, or reuse an earlier one. */
	const struct metrics_label labels[] = {
		{ "point", text_of(fault, "point") },
		{ "action", text_of(fault, "action") },
		{ "name", text_of(fault, "name") },
		{ "id", id },
		{ NULL, NULL },
	};

	snprintf(id, sizeof id, "%" JSON_INTEGER_FORMAT,
		json_integer_value(json_object_get(fault, "id")));
	metrics_sample(status, metric, labels, json_object_get(fault, field), file);
}

void metrics_faults(const json_t *status, FILE *file)
{
	static const struct {
		const char *metric, *type, *help, *field;
	} rows[] = {
		{ "fault_armed", "gauge", "Whether a rule can still fire.", "armed" },
		{ "fault_seen_total", "counter", "How often a rule's point was passed.", "seen" },
		{ "fault_matched_total", "counter", "How often all that a rule asks for was true.",
			"matched" },
		{ "fault_fired_total", "counter", "How often a rule has struck.", "fired" },
	};
	const json_t *faults = json_object_get(status, "faults");
	json_t *fault;
	size_t index;

	for (size_t i = 0; json_array_size(faults) > 0 && i < sizeof rows / sizeof rows[0]; i++) {
		metrics_head(rows[i].metric, rows[i].type, rows[i].help, file);
		json_array_foreach(faults, index, fault)
			print_fault(status, rows[i].metric, fault, rows[i].field, file);
	}
}

/* ---- writers ---- */

void metrics_writers(const json_t *status, FILE *file)
{
	const json_t *writers = json_object_get(status, "writers");
	json_t *writer;
	size_t index;

	if (json_array_size(writers) == 0)
		return;
	metrics_head("writer_info", "gauge",
		"A writer, its state and what it failed with; always 1.", file);
	json_array_foreach(writers, index, writer)
	{
		const struct metrics_label labels[] = {
			{ "writer", text_of(writer, "name") },
			{ "kind", text_of(writer, "kind") },
			{ "state", text_of(writer, "state_name") },
			{ "failure", text_of(writer, "failure") },
			{ NULL, NULL },
		};

		metrics_sample(status, "writer_info", labels, json_true(), file);
	}
	metrics_head("writer_frozen", "gauge", "Whether a writer is frozen.", file);
	json_array_foreach(writers, index, writer)
	{
		const struct metrics_label labels[] = {
			{ "writer", text_of(writer, "name") },
			{ NULL, NULL },
		};

		metrics_sample(
			status, "writer_frozen", labels, json_object_get(writer, "frozen"), file);
	}
}

/* ---- the chain ---- */

/* The roles of nodes in a chain, in the order of the samples. */
static const char *const roles[] = { "image", "base copy", "clone", "live" };

static void print_nodes(const json_t *status, FILE *file)
{
	const json_t *nodes = json_object_get(status, "nodes");
	json_t *node;
	size_t index;

	metrics_head("chain_nodes", "gauge", "Nodes of the tree, by what they are.", file);
	for (size_t i = 0; i < sizeof roles / sizeof roles[0]; i++) {
		const struct metrics_label labels[] = { { "role", roles[i] }, { NULL, NULL } };
		json_int_t count = 0;

		json_array_foreach(nodes, index, node)
		{
			const char *role = text_of(node, "role");

			count += role && strcmp(role, roles[i]) == 0;
		}

		json_t *value = json_integer(count);

		metrics_sample(status, "chain_nodes", labels, value, file);
		json_decref(value);
	}
}

/* Prints FIELD of OBJECT unless it is null: without a limit there is no sample. */
static void print_number(const json_t *status, const char *metric, const char *type,
	const char *help, const json_t *object, const char *field, FILE *file)
{
	const json_t *value = json_object_get(object, field);

	if (!json_is_integer(value))
		return;
	metrics_head(metric, type, help, file);
	metrics_sample(status, metric, NULL, value, file);
}

void metrics_chain(const json_t *status, FILE *file)
{
	const json_t *chain = json_object_get(status, "chain");
	const json_t *sr = json_object_get(chain, "sr");
	const json_t *coalesce = json_object_get(chain, "coalesce");
	const struct metrics_label labels[] = {
		{ "state", text_of(coalesce, "state") },
		{ NULL, NULL },
	};

	if (!chain)
		return;
	print_nodes(status, file);
	print_number(status, "chain_depth_limit", "gauge", "Nodes that a chain may have.", chain,
		"depth_max", file);
	print_number(status, "sr_used_bytes", "gauge", "Bytes of the storage repository in use.",
		sr, "used_bytes", file);
	print_number(status, "sr_capacity_bytes", "gauge",
		"What the storage repository has room for.", sr, "capacity_bytes", file);
	metrics_head("coalesce_info", "gauge", "What the coalesce worker does; always 1.", file);
	metrics_sample(status, "coalesce_info", labels, json_true(), file);
	print_number(status, "coalesce_done_bytes", "gauge", "Bytes of the merge that are copied.",
		coalesce, "done_bytes", file);
	print_number(status, "coalesce_size_bytes", "gauge", "Bytes that the merge copies in all.",
		coalesce, "total_bytes", file);
	print_number(status, "coalesce_merges_total", "counter", "Merges that are done.", coalesce,
		"merges", file);
}
