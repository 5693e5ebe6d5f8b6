/* SPDX-License-Identifier: Apache-2.0 */
/*
 * workers.h - runs pieces of work, several at a time, each in its own process.
 *
 * 1. What a piece does to its process (signals that it handles, processes that it adopts) ends
 *    with that process; if a piece crashes, that is reported as its result.
 * 2. A child writes its document into a nameless file that was opened before it started, then
 *    ends; the parent reads it afterwards, so neither waits for the other.
 * 3. If the parent is asked to end, or dies, the children get SIGTERM, once, and clean up.
 */
#ifndef SNAPRIG_SCENARIOS_BASE_WORKERS_H
#define SNAPRIG_SCENARIOS_BASE_WORKERS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>

#include <jansson.h>

struct workers_order {
	unsigned count; /* how many run at the same time, from 1 */
	void *context;

	/* Required, in the parent: returns the next piece to begin; false if there are no more. */
	bool (*next)(void *context, size_t *ret_piece);

	/* Required, in the child: does PIECE, and writes a JSON document to FILE. */
	void (*work)(void *context, size_t piece, FILE *file);

	/*
	 * Required, in the parent: PIECE has ended.  DOCUMENT is what it wrote, and stays the
	 * caller's; or NULL, and WHY says why.
	 */
	void (*over)(void *context, size_t piece, const json_t *document, const char *why);
};

/* An interrupt (interrupt.h) ends the running pieces, which are reported; no others are begun. */
void workers_run(const struct workers_order *order);

#endif
