/* SPDX-License-Identifier: Apache-2.0 */
/*
 * demo_table.h - what each client made of the overflow, a row each.
 */
#ifndef SNAPRIG_SCENARIOS_CLI_DEMO_TABLE_H
#define SNAPRIG_SCENARIOS_CLI_DEMO_TABLE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>

#include "scenarios/judge/results.h"
#include "scenarios/run/runner.h"

struct demo_row {
	char *client;
	char *left_behind;    /* by the backup that the fault struck */
	enum verdict verdict; /* of that backup; NONE: there was none */
	int exit_status;
	bool recovered;	      /* a later backup was intact again */
	enum outcome outcome; /* of the scenario */
	char *message;	      /* what went wrong in it, or why it was skipped; or NULL */
	uint64_t duration_ns;
};

/* Zeroed is empty. */
struct demo_table {
	struct demo_row *rows;
	size_t count;
};

void demo_table_deinit(struct demo_table *table);

/* A row for CLIENT; what is noted until demo_table_end() belongs to it. */
void demo_table_begin(struct demo_table *table, const char *client);

/* For run_options.backup_over; the context is the table. */
void demo_table_note(void *context, const struct run_backup *backup);
void demo_table_end(struct demo_table *table, const struct scenario_result *result);

/* In colour when FILE is a terminal and NO_COLOR is not set; says what was seen below it. */
void demo_table_print(const struct demo_table *table, FILE *file);

/*
 * The exit code: 0 when the rig did its part in every row, EXIT_RIG when there
 * was an error or the fault did not strike, EXIT_SKIPPED when no row was run.
 */
int demo_table_exit_code(const struct demo_table *table);

#endif
