/* SPDX-License-Identifier: Apache-2.0 */
/*
 * reference_xo_guard.h - is a chain of Xen well enough to get another snapshot?
 *
 * Xen Orchestra does not ask how long a chain is.  It counts what should have been
 * merged by now: nodes that nobody uses, on the way from the disk to the root
 * (docs/real-systems.md 7.7).
 */
#ifndef SNAPRIG_CLIENTS_REFERENCE_XO_GUARD_H
#define SNAPRIG_CLIENTS_REFERENCE_XO_GUARD_H

#include <jansson.h>

/*
 * How many of NODES, those of status.json, on the way from the live view to the root are
 * hidden and have one child only, which is hidden, too.  0 of a volume without nodes.
 */
unsigned xo_uncoalesced(const json_t *nodes);

#endif
