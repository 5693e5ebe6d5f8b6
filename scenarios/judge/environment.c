/* SPDX-License-Identifier: Apache-2.0 */
#include "scenarios/judge/environment.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "simfs/base/heap.h"

void environment_deinit(struct environment *environment)
{
	for (size_t i = 0; i < environment->fact_count; i++) {
		free(environment->facts[i].profile);
		free(environment->facts[i].name);
		free(environment->facts[i].value);
	}
	free(environment->facts);
	free(environment->version);
	free(environment->kernel);
	*environment = (struct environment){ 0 };
}

void environment_add_fact(
	struct environment *environment, const char *profile, const char *name, const char *value)
{
	environment->facts = heap_grow(
		environment->facts, environment->fact_count, sizeof *environment->facts);
	environment->facts[environment->fact_count++] = (struct profile_fact){
		.profile = heap_copy(profile),
		.name = heap_copy(name),
		.value = heap_copy(value),
	};
}

/* The properties of profiles depend only on the version. */
static bool is_same(const struct environment *left, const struct environment *right)
{
	return strcmp(left->version, right->version) == 0 &&
	       strcmp(left->kernel, right->kernel) == 0 && left->processors == right->processors &&
	       left->memory_bytes == right->memory_bytes;
}

size_t environments_add(struct environments *list, struct environment *one)
{
	for (size_t i = 0; i < list->count; i++) {
		if (!is_same(&list->items[i], one))
			continue;
		environment_deinit(one);
		return i;
	}
	list->items = heap_grow(list->items, list->count, sizeof *list->items);
	list->items[list->count] = *one;
	*one = (struct environment){ 0 };
	return list->count++;
}

void environments_deinit(struct environments *list)
{
	for (size_t i = 0; i < list->count; i++)
		environment_deinit(&list->items[i]);
	free(list->items);
	*list = (struct environments){ 0 };
}
