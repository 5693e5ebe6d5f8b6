/* SPDX-License-Identifier: Apache-2.0 */
/*
 * closing.h - closes many stores, many at a time.
 *
 * The disk is waited for a few times for each store, and answers what waits at
 * one time together: 4,096 one after the other take a minute.
 */
#ifndef SNAPRIG_VOLUME_CLOSING_H
#define SNAPRIG_VOLUME_CLOSING_H

#include <stdint.h>

struct blockio;
struct store;

struct closing {
	struct blockio *io;  /* whose steps lead to what is waited for */
	uint64_t closing_id; /* of all of them (state_record.c) */
	unsigned under_way;
	int first_error;
};

/* Closes STORE, of WHAT ("snapshot 's'"), now or later: while fewer are under way than may be it
 * returns at once. */
void closing_add(struct closing *closing, struct store *store, const char *what);

/* All have ended: 0 or the first -errno, said. */
int closing_end(struct closing *closing);

#endif
