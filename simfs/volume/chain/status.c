/* SPDX-License-Identifier: Apache-2.0 */
/* status.c - the chain in the volume's status. */
#include <inttypes.h>
#include <stdio.h>

#include "simfs/base/clock.h"
#include "simfs/volume/chain/bodies.h"
#include "simfs/volume/chain/nodes.h"
#include "simfs/volume/chain/space.h"

static json_t *uuid_json(const struct chain *chain, uint64_t id)
{
	char text[48];
	uint64_t high = chain->volume->volume_id;

	/* A VDI's name; only the first half is from the node's id. */
	snprintf(text, sizeof text,
		"%08" PRIx64 "-%04" PRIx64 "-%04" PRIx64 "-%04" PRIx64 "-%012" PRIx64, id >> 32,
		id >> 16 & 0xffff, id & 0xffff, high >> 48, high & 0xffffffffffff);
	return json_string(text);
}

static json_t *parent_json(const struct chain *chain, const struct node *parent)
{
	return parent ? uuid_json(chain, parent->id) : json_null();
}

static const char *role(const struct chain *chain, const struct node *node)
{
	if (node == chain->live)
		return "live";
	if (node->clone)
		return "clone";
	return node->store ? "base copy" : "image";
}

static json_t *node_json(const struct chain *chain, const struct node *node)
{
	uint64_t allocated_bytes = node->unit_count * chain_unit_bytes(chain->format);
	char text[NODE_TEXT_BYTES];

	return json_pack("{s:o, s:o, s:s, s:s*, s:b, s:i, s:i, s:I, s:I, s:o, s:s}", "uuid",
		uuid_json(chain, node->id), "parent", parent_json(chain, node->parent), "role",
		role(chain, node), "clone", node->clone ? node->clone->name : NULL, "hidden",
		(int)!node_is_head(chain, node), "depth", (int)node_depth(node), "snapshots",
		(int)node->child_snapshots, "allocated_bytes", (json_int_t)allocated_bytes,
		"sr_bytes", (json_int_t)space_node_bytes(chain, node), "blocks",
		node->store ? json_integer((json_int_t)store_blocks(node->store)) : json_null(),
		"native", node_text(chain, node, text, sizeof text));
}

static json_t *coalesce_json(const struct chain *chain)
{
	const struct coalesce *coalesce = &chain->coalesce;
	uint64_t now_ns = clock_now_ns();
	bool waits = coalesce->due_ns != UINT64_MAX && coalesce->due_ns > now_ns;

	return json_pack("{s:s, s:o, s:b, s:I, s:I, s:o, s:I, s:i, s:s}", "state",
		coalesce_state_name(coalesce->state), "node",
		coalesce->node ? uuid_json(chain, coalesce->node->id) : json_null(), "leaf",
		(int)coalesce->is_leaf, "done_bytes",
		(json_int_t)(coalesce->node ? coalesce->done_blocks * CHAIN_BLOCK_BYTES : 0),
		"total_bytes",
		(json_int_t)(coalesce->node ? coalesce->total_blocks * CHAIN_BLOCK_BYTES : 0),
		"due_seconds",
		waits ? json_real((double)(coalesce->due_ns - now_ns) / NS_PER_S) : json_null(),
		"merges", (json_int_t)coalesce->merges, "coalescable",
		(int)coalesce_candidates(chain), "message", coalesce->message);
}

static json_t *sr_json(const struct chain *chain)
{
	uint64_t capacity = chain->capacity_bytes;

	return json_pack("{s:s, s:s, s:o, s:I, s:o}", "kind", chain_sr_name(chain->sr), "format",
		chain_format_name(chain->format), "capacity_bytes",
		capacity ? json_integer((json_int_t)capacity) : json_null(), "used_bytes",
		(json_int_t)space_used_bytes(chain), "free_bytes",
		capacity ? json_integer((json_int_t)space_free_bytes(chain)) : json_null());
}

void chain_status(struct volume *volume, json_t *object)
{
	const struct chain *chain = volume->chain;
	json_t *nodes = json_array();

	list_for_each (at, &chain->nodes)
		json_array_append_new(nodes, node_json(chain, CONTAINER_OF(at, struct node, link)));
	json_object_set_new(object, "nodes", nodes);
	json_object_set_new(object, "chain",
		json_pack("{s:i, s:i, s:o, s:o, s:o}", "depth", (int)node_depth(chain->live),
			"depth_max", (int)chain->profile->depth_max, "sr", sr_json(chain),
			"coalesce", coalesce_json(chain), "copies", chain_copies_json(chain)));
}

void chain_snapshot_status(const struct snapshot *snapshot, json_t *object)
{
	const struct chain *chain = snapshot->volume->chain;
	const struct node *base = snapshot->base;
	char text[NODE_TEXT_BYTES];

	if (!base)
		return;
	if (snapshot->is_clone)
		node_text(chain, base, text, sizeof text);
	else
		node_text_of(chain, store_facts(snapshot->store)->store_id, false,
			space_leaf_bytes(chain), text, sizeof text);
	json_object_set_new(object, "native", json_string(text));
	json_object_set_new(object, "sr_bytes",
		json_integer((json_int_t)(snapshot->is_clone ? space_node_bytes(chain, base)
							     : space_leaf_bytes(chain))));
	json_object_set_new(object, "clone", json_boolean(snapshot->is_clone));
	json_object_set_new(
		object, "parent", parent_json(chain, snapshot->is_clone ? base->parent : base));
	json_object_set_new(
		object, "depth", json_integer((json_int_t)node_depth(base) + !snapshot->is_clone));
}
