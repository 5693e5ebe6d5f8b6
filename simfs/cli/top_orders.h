/* SPDX-License-Identifier: Apache-2.0 */
/* top_orders.h - for top.c: what is watched, and what its keys do to it. */
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
	char *message; /* what came of the last key; NULL: nothing */
};

/*
 * Does what the key BYTE stands for, and sets TOP's message.  *NEXT_NS becomes 0 when the
 * rigs are to be asked at once.  False: it is the end.
 */
bool top_obey(struct top *top, unsigned char byte, uint64_t *next_ns);

#endif
