/* SPDX-License-Identifier: Apache-2.0 */
/*
 * rules.h - the rules of the user's rig are those of a rig of ours, too.
 *
 * What is added, removed or let go there has effect here before it is answered (fault.follow of
 * protocol_doors.h), and what strikes here is told there, so that one list counts it and one
 * journal has it.
 */
#ifndef SNAPRIG_DM_RULES_H
#define SNAPRIG_DM_RULES_H

#include <jansson.h>

struct backing;
struct rules;

/*
 * RIG, which stays the caller's, has the rules of the rig at MOUNT_POINT when this returns, and a
 * thread follows them until rules_end(), or until either has gone.  0 or -errno.
 */
int rules_follow(const char *mount_point, struct backing *rig, struct rules **ret);

/* No rules_struck() is under way.  NULL is fine. */
void rules_end(struct rules *rules);

/* EVENT of RIG's journal is a fault.fired: it is told.  By one thread. */
void rules_struck(struct rules *rules, const json_t *event);

#endif
