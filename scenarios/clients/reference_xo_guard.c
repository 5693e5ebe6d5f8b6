/* SPDX-License-Identifier: Apache-2.0 */
#include "scenarios/clients/reference_xo_guard.h"

#include <stdbool.h>
#include <string.h>

#include "scenarios/base/json_member.h"

static const json_t *live_of(const json_t *nodes)
{
	json_t *node;
	size_t i;

	json_array_foreach(nodes, i, node)
	{
		if (strcmp(member_text(node, "role"), "live") == 0)
			return node;
	}
	return NULL;
}

static const json_t *parent_of(const json_t *nodes, const json_t *child)
{
	const char *uuid = member_text(child, "parent");
	json_t *node;
	size_t i;

	json_array_foreach(nodes, i, node)
	{
		if (*uuid && strcmp(member_text(node, "uuid"), uuid) == 0)
			return node;
	}
	return NULL;
}

/* The live view, snapshots and clones are managed: they are in use. */
static bool is_managed(const json_t *node)
{
	return !json_is_true(json_object_get(node, "hidden"));
}

/* Returns whether PARENT is to be merged with its only child. */
static bool is_uncoalesced(const json_t *nodes, const json_t *parent)
{
	/* The leaves of snapshots are not among the nodes. */
	json_int_t children = json_integer_value(json_object_get(parent, "snapshots"));
	bool has_managed = children > 0;
	json_t *node;
	size_t i;

	if (is_managed(parent))
		return false;
	json_array_foreach(nodes, i, node)
	{
		if (parent_of(nodes, node) != parent)
			continue;
		children++;
		has_managed = has_managed || is_managed(node);
	}
	return children == 1 && !has_managed;
}

unsigned xo_uncoalesced(const json_t *nodes)
{
	const json_t *node = live_of(nodes);
	size_t steps = json_array_size(nodes);
	unsigned count = 0;

	/* Contradictory nodes may form a cycle; none is counted twice. */
	for (; node && steps > 0; steps--) {
		count += is_uncoalesced(nodes, node);
		node = parent_of(nodes, node);
	}
	return count;
}
