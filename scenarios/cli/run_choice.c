/* SPDX-License-Identifier: Apache-2.0 */
#include "scenarios/cli/run_choice.h"

#include <errno.h>
#include <fnmatch.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "simfs/base/cleanup.h"
#include "simfs/base/heap.h"
#include "simfs/base/log.h"
#include "simfs/base/mix.h"
#include "simfs/base/yaml/values.h"

#define SHARDS_MAX 100000

struct shard {
	uint64_t index; /* from 1 */
	uint64_t count;
};

static int shard_read(const char *text, struct shard *ret)
{
	AUTO(auto_free) char *copy = heap_copy(text);
	char *slash = strchr(copy, '/');

	if (slash) {
		*slash = '\0';
		if (number_parse(copy, &ret->index) == 0 &&
			number_parse(slash + 1, &ret->count) == 0 && ret->index >= 1 &&
			ret->index <= ret->count && ret->count <= SHARDS_MAX)
			return 0;
	}
	log_error("cannot use shard '%s' (try 1/4, to 4/4)", text);
	return -EINVAL;
}

static bool is_in_shard(const char *name, const struct shard *shard)
{
	uint64_t mixed = 0;

	for (; *name; name++)
		mixed = mix64(mixed ^ (unsigned char)*name);
	return mixed % shard->count + 1 == shard->index;
}

static bool is_filtered_in(const char *name, const struct command_texts *filters)
{
	for (size_t i = 0; i < filters->count; i++) {
		if (fnmatch(filters->texts[i], name, 0) == 0)
			return true;
	}
	return filters->count == 0;
}

/* A pattern without matches is probably a typo, and would pass as an empty run. */
static int filters_check(const struct command_texts *filters, const struct run_set *set)
{
	for (size_t i = 0; i < filters->count; i++) {
		bool is_met = false;

		for (size_t item = 0; item < set->count && !is_met; item++)
			is_met = fnmatch(filters->texts[i], set->items[item].scenario->name, 0) ==
				 0;
		if (!is_met) {
			log_error("no scenario has a name that matches '%s' (--list prints them)",
				filters->texts[i]);
			return -EINVAL;
		}
	}
	return 0;
}

int run_choice_apply(const struct run_choice *choice, struct run_set *set)
{
	struct shard shard = { 1, 1 };
	size_t kept = 0;

	if (choice->shard_text && shard_read(choice->shard_text, &shard) < 0)
		return -EINVAL;
	if (filters_check(&choice->filters, set) < 0)
		return -EINVAL;
	for (size_t i = 0; i < set->count; i++) {
		const char *name = set->items[i].scenario->name;

		if (is_filtered_in(name, &choice->filters) && is_in_shard(name, &shard))
			set->items[kept++] = set->items[i];
		else
			run_item_deinit(&set->items[i]);
	}
	set->count = kept;
	return 0;
}
