/* SPDX-License-Identifier: Apache-2.0 */
/*
 * reference_xo_guard.h - whether a chain of Xen may get another snapshot.
 *
 * Xen Orchestra does not check the length of a chain.  It counts the nodes that should have been
 * merged by now: unused ones between the disk and the root (docs/real-systems.md 7.7).
 */
#ifndef SNAPRIG_CLIENTS_REFERENCE_XO_GUARD_H
#define SNAPRIG_CLIENTS_REFERENCE_XO_GUARD_H

#include <jansson.h>

/*
 * Returns how many of NODES (from status.json) between the live view and the root are hidden and
 * have exactly one child, which is hidden, too.  0 for a volume without nodes.
 */
unsigned xo_uncoalesced(const json_t *nodes);

#endif
