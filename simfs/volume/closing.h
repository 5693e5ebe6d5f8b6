/* SPDX-License-Identifier: Apache-2.0 */
/*
 * closing.h - closes many stores at the same time.
 *
 * Closing a store waits for the disk a few times, and the disk completes many flushes
 * together: 4,096 stores closed one after the other take a minute.
 */
#ifndef SNAPRIG_VOLUME_CLOSING_H
#define SNAPRIG_VOLUME_CLOSING_H

#include <stdint.h>

struct blockio;
struct store;

struct closing {
	struct blockio *io;  /* its step() drives the completions */
	uint64_t closing_id; /* shared by all of them (state_record.c) */
	unsigned under_way;
	int first_error;
};

/* Closes STORE of WHAT ("snapshot 's'"), now or later. Returns at once unless the maximum is
 * in flight. */
void closing_add(struct closing *closing, struct store *store, const char *what);

/* Waits for all of them. Returns 0, or the first -errno after messages. */
int closing_end(struct closing *closing);

#endif
