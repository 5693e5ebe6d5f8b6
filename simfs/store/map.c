/* SPDX-License-Identifier: Apache-2.0 */
#include "simfs/store/map.h"

#include <errno.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

#include "simfs/base/check.h"
#include "simfs/store/map_leaf.h"
#include "simfs/store/map_memory.h"

#define DIRECTORY_PAGE 4096u

/* A root with this many leaves has an index. With fewer, all entries fit in a few cache
 * lines, and an index would take more memory than a few blocks leave over. */
#define INDEXED_LEAVES 16u

/* LEAF covers the blocks from FIRST to before END of the root. */
struct map_entry {
	uint32_t first;
	uint32_t end;
	struct map_leaf *leaf;
};

/*
 * The blocks of a root are divided into buckets, so many that one has about one leaf, however
 * blocks are scattered. An index after the entries gives the leaves that begin in each.
 */
struct map_root {
	uint16_t count;
	uint16_t capacity;
	uint32_t last; /* entry found: the next lookup is often the same block or the next one */
	struct map_entry entries[];
};

/* ---- roots ---- */

static size_t directory_bytes(const struct store_map *map)
{
	uint64_t roots = (map->block_count + MAP_ROOT_BLOCKS - 1) / MAP_ROOT_BLOCKS;

	return (roots * sizeof(struct map_root *) + DIRECTORY_PAGE - 1) / DIRECTORY_PAGE *
	       DIRECTORY_PAGE;
}

/* The number of leading bits of a block that select its bucket: 0 in a root of few leaves. */
static uint32_t bucket_bits(uint32_t capacity)
{
	return capacity < INDEXED_LEAVES ? 0 : 31u - (uint32_t)__builtin_clz(capacity);
}

static size_t root_bytes(uint32_t capacity)
{
	uint32_t bits = bucket_bits(capacity);

	return sizeof(struct map_root) + capacity * sizeof(struct map_entry) +
	       (bits > 0 ? sizeof(uint16_t) << bits : 0);
}

/* For each bucket, the number of leaves that begin before it. */
static uint16_t *index_of(struct map_root *root)
{
	return (uint16_t *)(root->entries + root->capacity);
}

/* A leaf that begins at FIRST was added (1) or removed (-1). */
static void index_count(struct map_root *root, uint32_t first, int change)
{
	uint32_t bits = bucket_bits(root->capacity);
	uint16_t *index = index_of(root);

	if (bits == 0)
		return;
	for (uint32_t at = (first >> (MAP_ROOT_SHIFT - bits)) + 1; at < 1u << bits; at++)
		index[at] = (uint16_t)(index[at] + change);
}

static void index_make(struct map_root *root)
{
	uint32_t bits = bucket_bits(root->capacity), at = 0;

	for (uint32_t bucket = 0; bits > 0 && bucket < 1u << bits; bucket++) {
		while (at < root->count &&
			root->entries[at].first >> (MAP_ROOT_SHIFT - bits) < bucket)
			at++;
		index_of(root)[bucket] = (uint16_t)at;
	}
}

/* The number of leaves of ROOT that begin at LOW or before. */
static uint32_t entries_up_to(struct map_root *root, uint32_t low)
{
	uint32_t bits = bucket_bits(root->capacity), at = 0, left = root->count;

	if (bits > 0) {
		uint32_t bucket = low >> (MAP_ROOT_SHIFT - bits);

		at = index_of(root)[bucket];
		left = (bucket + 1 < 1u << bits ? index_of(root)[bucket + 1] : left) - at;
	}
	while (left > 0) {
		uint32_t half = (left + 1) / 2;

		at += half & -(uint32_t)(root->entries[at + half - 1].first <= low);
		left -= half;
	}
	return at;
}

/* The entry that covers BLOCK, or NULL. */
static struct map_entry *entry_of(const struct store_map *map, uint64_t block)
{
	struct map_root *root = map->roots[block / MAP_ROOT_BLOCKS];
	uint32_t low = block % MAP_ROOT_BLOCKS, up_to;
	struct map_entry *entry;

	if (!root)
		return NULL;
	entry = &root->entries[root->last];
	if (root->last < root->count && low >= entry->first && low < entry->end)
		return entry;
	up_to = entries_up_to(root, low);
	if (up_to == 0 || low >= root->entries[up_to - 1].end)
		return NULL;
	root->last = up_to - 1;
	return &root->entries[root->last];
}

/* Makes room for one more leaf in the root at INDEX, which may not exist yet: 0 or -ENOMEM. */
static int root_reserve(struct store_map *map, uint64_t index)
{
	struct map_root *root = map->roots[index];
	uint32_t count = root ? root->count : 0, capacity = count + 1 + count / 8;

	if (root && count < root->capacity)
		return 0;

	size_t old_bytes = root ? root_bytes(root->capacity) : 0;
	struct map_root *grown = realloc(root, root_bytes(capacity));

	if (!grown)
		return -ENOMEM;
	root = grown;
	map->bytes += map_allocation_bytes(root_bytes(capacity)) - map_allocation_bytes(old_bytes);
	root->count = (uint16_t)count;
	root->capacity = (uint16_t)capacity;
	root->last = 0;
	index_make(root);
	map->roots[index] = root;
	return 0;
}

/* There must be room for it. */
static void entry_insert(struct map_root *root, uint32_t at, uint32_t first, struct map_leaf *leaf)
{
	MUST(root->count < root->capacity);
	memmove(&root->entries[at + 1], &root->entries[at],
		(root->count - at) * sizeof root->entries[0]);
	root->entries[at] = (struct map_entry){
		.first = first, .end = first + (1u << leaf->shift), .leaf = leaf
	};
	root->count++;
	index_count(root, first, 1);
}

/* Creates a leaf for BLOCK, which has none: as long as its neighbours allow. */
static int entry_new(struct store_map *map, uint64_t block)
{
	uint32_t low = block % MAP_ROOT_BLOCKS, shift = MAP_ROOT_SHIFT, first;
	int error = root_reserve(map, block / MAP_ROOT_BLOCKS);
	struct map_leaf *leaf;

	if (error < 0)
		return error;

	struct map_root *root = map->roots[block / MAP_ROOT_BLOCKS];
	uint32_t at = entries_up_to(root, low);
	uint32_t from = at > 0 ? root->entries[at - 1].end : 0;
	uint32_t to = at < root->count ? root->entries[at].first : MAP_ROOT_BLOCKS;

	for (;; shift--) {
		MUST(shift >= MAP_CHUNK_SHIFT);
		first = low & ~((1u << shift) - 1);
		if (first >= from && first + (1u << shift) <= to)
			break;
	}
	leaf = map_leaf_new(shift, 0, &map->bytes);
	if (!leaf)
		return -ENOMEM;
	entry_insert(root, at, first, leaf);
	return 0;
}

/* ---- leaves that became too long ---- */

/* Splits the leaf of BLOCK in halves; a half without a known block gets no leaf. */
static int leaf_cut(struct store_map *map, uint64_t block)
{
	int error = root_reserve(map, block / MAP_ROOT_BLOCKS);
	struct map_entry *entry = entry_of(map, block);
	struct map_root *root = map->roots[block / MAP_ROOT_BLOCKS];
	struct map_leaf *lower, *upper;
	uint32_t at = (uint32_t)(entry - root->entries), first = entry->first;
	uint32_t half_blocks = (entry->end - first) / 2;

	if (error == 0)
		error = map_leaf_halves(entry->leaf, &lower, &upper, &map->bytes);
	if (error < 0)
		return error;
	map_leaf_free(entry->leaf, &map->bytes);
	root->count--;
	index_count(root, first, -1);
	memmove(entry, entry + 1, (root->count - at) * sizeof *entry);
	if (upper)
		entry_insert(root, at, first + half_blocks, upper);
	if (lower)
		entry_insert(root, at, first, lower);
	return 0;
}

/* Stores LEAF, which has replaced ENTRY's leaf; NULL: -ENOMEM. */
static int leaf_put(struct map_entry *entry, struct map_leaf *leaf)
{
	if (!leaf)
		return -ENOMEM;
	entry->leaf = leaf;
	return 0;
}

/* The most blocks LEAF may have in its current form. */
static uint32_t leaf_most(const struct store_map *map, const struct map_leaf *leaf)
{
	uint32_t most = map->dense_blocks;

	if (leaf->is_dense)
		return MAP_CHUNK_BLOCKS;
	return leaf->shift > MAP_CHUNK_SHIFT && most > MAP_LEAF_BLOCKS ? MAP_LEAF_BLOCKS : most;
}

/* Takes a step towards room for one more block in the leaf of BLOCK: 0, or -ENOMEM. */
static int leaf_make_room(struct store_map *map, uint64_t block, struct map_entry *entry)
{
	struct map_leaf *leaf = entry->leaf;

	if (leaf->count < leaf_most(map, leaf))
		return leaf_put(entry, map_leaf_grown(leaf, &map->bytes));
	if (leaf->shift == MAP_CHUNK_SHIFT)
		return leaf_put(entry, map_leaf_dense(leaf, &map->bytes));
	return leaf_cut(map, block);
}

/* ---- the map ---- */

int store_map_init(struct store_map *map, uint64_t block_count)
{
	*map = (struct store_map){ .block_count = block_count, .dense_blocks = MAP_DENSE_BLOCKS };
	if (block_count > MAP_BLOCKS_MAX)
		return -EFBIG;

	void *roots = mmap(NULL, directory_bytes(map), PROT_READ | PROT_WRITE,
		MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);

	if (roots == MAP_FAILED)
		return -ENOMEM;
	map->roots = roots;
	map->bytes = directory_bytes(map);
	return 0;
}

void store_map_deinit(struct store_map *map)
{
	uint64_t roots = map->roots ? directory_bytes(map) / sizeof(struct map_root *) : 0;

	for (uint64_t i = 0; i < roots; i++) {
		struct map_root *root = map->roots[i];

		for (uint32_t at = 0; root && at < root->count; at++)
			map_leaf_free(root->entries[at].leaf, &map->bytes);
		free(root);
	}
	if (map->roots)
		munmap(map->roots, directory_bytes(map));
	*map = (struct store_map){ 0 };
}

uint64_t store_map_bytes(const struct store_map *map)
{
	return map->bytes;
}

uint32_t store_map_get(const struct store_map *map, uint64_t block)
{
	const struct map_entry *entry = entry_of(map, block);

	return entry ? map_leaf_get(entry->leaf, block % MAP_ROOT_BLOCKS - entry->first)
		     : MAP_ABSENT;
}

static bool has_room(const struct store_map *map, const struct map_leaf *leaf)
{
	return leaf->is_dense ||
	       (leaf->count < map_leaf_room(leaf) && leaf->count < leaf_most(map, leaf));
}

int store_map_add(struct store_map *map, uint64_t block, uint32_t position)
{
	struct map_entry *entry;

	/* Each split halves the leaf, and a leaf that has grown has room, so this ends. */
	while (!(entry = entry_of(map, block)) || !has_room(map, entry->leaf)) {
		int error = entry ? leaf_make_room(map, block, entry) : entry_new(map, block);

		if (error < 0)
			return error;
	}

	map_leaf_add(entry->leaf, block % MAP_ROOT_BLOCKS - entry->first, position);
	return 0;
}

void store_map_remove(struct store_map *map, uint64_t block)
{
	struct map_entry *entry = entry_of(map, block);

	MUST(entry);
	map_leaf_remove(entry->leaf, block % MAP_ROOT_BLOCKS - entry->first);
}

uint64_t store_map_next(const struct store_map *map, uint64_t block, bool known)
{
	while (block < map->block_count) {
		uint64_t first = block / MAP_ROOT_BLOCKS * MAP_ROOT_BLOCKS;
		struct map_root *root = map->roots[block / MAP_ROOT_BLOCKS];
		uint32_t low = (uint32_t)(block - first);
		uint32_t at = root ? entries_up_to(root, low) : 0, next;

		if (at > 0 && low < root->entries[at - 1].end) {
			const struct map_entry *entry = &root->entries[at - 1];

			next = entry->first + map_leaf_next(entry->leaf, low - entry->first, known);
			if (next < entry->end)
				return first + next;
		} else if (!known) {
			return block;
		} else {
			next = root && at < root->count ? root->entries[at].first : MAP_ROOT_BLOCKS;
		}
		MUST_GET_ON(block, first + next);
		block = first + next;
	}
	return map->block_count;
}
