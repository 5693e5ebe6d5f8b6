/* SPDX-License-Identifier: Apache-2.0 */
/* owner.c - encodes and checks the owner's data in a store (owner.h). */
#include "simfs/volume/owner.h"

#include <stddef.h>
#include <string.h>

#include "simfs/base/check.h"

_Static_assert(sizeof(struct owner) <= STORE_OWNER_BYTES, "it fits a superblock");
_Static_assert(offsetof(struct owner, label) == 32 && sizeof(struct owner) == 128, "no padding");

static const uint32_t lengths[] = {
	[OWNER_COW_SNAPSHOT] = sizeof(struct owner),
	[OWNER_CHAIN_SNAPSHOT] = offsetof(struct owner, minor),
	[OWNER_CHAIN_NODE] = offsetof(struct owner, sequence_id),
};

uint32_t owner_length(uint32_t kind)
{
	return kind < sizeof lengths / sizeof lengths[0] ? lengths[kind] : 0;
}

const char *owner_fault(const struct store_facts *facts)
{
	uint32_t length = owner_length(facts->owner.kind);

	if (length == 0)
		return "it has an owner of unknown kind";
	if (facts->owner.length != length)
		return "its owner's bytes are not as many as that kind has";
	if (length == sizeof(struct owner) && facts->owner.bytes[length - 1] != '\0')
		return "its owner's bytes make no sense";
	return NULL;
}

struct owner owner_of(const struct store_facts *facts)
{
	struct owner owner = { 0 };
	uint32_t length = owner_length(facts->owner.kind);

	/* Ignores the length in FACTS, which may not have been checked. */
	memcpy(&owner, facts->owner.bytes, length);
	owner.label[sizeof owner.label - 1] = '\0';
	return owner;
}

const char *owner_label(const struct store_facts *facts)
{
	if (facts->owner.kind != OWNER_COW_SNAPSHOT)
		return "";
	return (const char *)facts->owner.bytes + offsetof(struct owner, label);
}

void owner_put(struct store_facts *facts, enum owner_kind kind, const struct owner *owner)
{
	facts->owner = (struct store_owner){ .kind = kind, .length = owner_length(kind) };
	MUST(facts->owner.length > 0);
	memcpy(facts->owner.bytes, owner, facts->owner.length);
}

void owner_set_parent(struct store_facts *facts, uint64_t parent_id)
{
	struct owner owner = owner_of(facts);

	owner.parent_id = parent_id;
	owner_put(facts, facts->owner.kind, &owner);
}

void owner_set_lineage(struct store_facts *facts, uint64_t lineage)
{
	struct owner owner = owner_of(facts);

	owner.lineage = lineage;
	owner_put(facts, facts->owner.kind, &owner);
}

void owner_set_mode(struct store_facts *facts, enum snapshot_mode mode)
{
	struct owner owner = owner_of(facts);

	MUST(facts->owner.kind != OWNER_CHAIN_NODE);
	owner.mode = (uint16_t)mode;
	owner_put(facts, facts->owner.kind, &owner);
}

void owner_set_named(struct store_facts *facts)
{
	struct owner owner = owner_of(facts);

	MUST(facts->owner.kind != OWNER_CHAIN_NODE);
	owner.flags |= OWNER_NAMED;
	owner_put(facts, facts->owner.kind, &owner);
}
