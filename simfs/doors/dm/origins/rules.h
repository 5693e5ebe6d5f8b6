/* SPDX-License-Identifier: Apache-2.0 */
/*
 * rules.h - copies the rules of the user's rig to a rig of ours.
 *
 * An addition, removal or release there takes effect here before it is answered (fault.follow of
 * protocol_doors.h).  A fault that strikes here is reported there, so that one
 * list counts it and one journal has it.
 */
#ifndef SNAPRIG_DM_RULES_H
#define SNAPRIG_DM_RULES_H

#include <jansson.h>

struct backing;
struct rules;

/*
 * When this returns, RIG, which stays the caller's, has the rules of the rig at MOUNT_POINT.  A
 * thread follows them until rules_end(), or until either rig is gone.  Returns 0 or -errno.
 */
int rules_follow(const char *mount_point, struct backing *rig, struct rules **ret);

/* No rules_struck() may be in progress.  NULL is fine. */
void rules_end(struct rules *rules);

/*
 * Reports EVENT of RIG's journal, a fault.fired, to the user's rig.  Always called by one thread.
 */
void rules_struck(struct rules *rules, const json_t *event);

#endif
