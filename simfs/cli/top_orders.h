/* SPDX-License-Identifier: Apache-2.0 */
/* top_orders.h - what is watched, and what keys do to it; for top.c. */
#ifndef SNAPRIG_CLI_TOP_ORDERS_H
#define SNAPRIG_CLI_TOP_ORDERS_H

#include <stdbool.h>
#include <stdint.h>

#include "simfs/cli/top_keys.h"
#include "simfs/cli/top_rig.h"

struct top {
	struct top_rig *rigs;
	size_t count;
	size_t selected;
	struct top_keys keys;
	char *message; /* the result of the last key; NULL: none */
};

/*
 * Executes the key BYTE and sets TOP's message.  *NEXT_NS becomes 0 if the rigs must be asked at
 * once.  Returns false to quit.
 */
bool top_obey(struct top *top, unsigned char byte, uint64_t *next_ns);

#endif
