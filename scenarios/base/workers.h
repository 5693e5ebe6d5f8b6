/* SPDX-License-Identifier: Apache-2.0 */
/*
 * workers.h - runs pieces of work, some at a time, each in a process of its own.
 *
 * 1. What a piece does to its process (signals that it notes, processes that it adopts) is
 *    over with it, and one that crashes is one that is told so.
 * 2. A child writes its document into a file without a name that was there before it, and
 *    ends; the parent reads it after that, so that neither waits for the other.
 * 3. Whoever ends the parent ends the children: they are sent SIGTERM, once, and tidy up.
 */
#ifndef SNAPRIG_SCENARIOS_BASE_WORKERS_H
#define SNAPRIG_SCENARIOS_BASE_WORKERS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>

#include <jansson.h>

struct workers_order {
	unsigned count; /* how many run at a time, from 1 */
	void *context;

	/* Required.  In the parent: the next piece to begin; false: there is none any more. */
	bool (*next)(void *context, size_t *ret_piece);

	/* Required.  In the child: does PIECE, and writes a document of JSON to FILE. */
	void (*work)(void *context, size_t piece, FILE *file);

	/*
	 * Required.  In the parent: PIECE is over.  DOCUMENT, which stays the caller's, is what it
	 * wrote; or NULL, and WHY tells why there is none.
	 */
	void (*over)(void *context, size_t piece, const json_t *document, const char *why);
};

/* An interrupt (interrupt.h) ends what runs, which is over then; nothing else is begun. */
void workers_run(const struct workers_order *order);

#endif
