/* SPDX-License-Identifier: Apache-2.0 */
/*
 * run_set.h - the scenarios that a command line names, parsed, with their clients.
 */
#ifndef SNAPRIG_SCENARIOS_CLI_RUN_SET_H
#define SNAPRIG_SCENARIOS_CLI_RUN_SET_H

#include <stddef.h>
#include <stdint.h>

#include "scenarios/clients/clients.h"
#include "scenarios/format/scenario.h"
#include "simfs/base/command_line.h"

struct run_item {
	struct scenario *scenario;
	struct client *client;
};

void run_item_deinit(struct run_item *item);

struct run_set {
	struct run_item *items;
	size_t count;

	struct command_texts clients; /* folders of adapters, searched before our own */
};

void run_set_init(struct run_set *set);
void run_set_deinit(struct run_set *set);

/*
 * Reads the scenario at PATH, or, if that is a directory, everything below it except adapters,
 * with the adapters of their clients, and adds them.  Returns 0, or -EINVAL after printing every
 * mistake to stderr.
 */
int run_set_add(struct run_set *set, const char *path);

/* Checks for mistakes of all scenarios together: duplicate names.  Returns like run_set_add(). */
int run_set_check(const struct run_set *set);

/* Sets the seed of every scenario to SEED. */
void run_set_seed(struct run_set *set, uint64_t seed);

#endif
