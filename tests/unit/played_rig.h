/* SPDX-License-Identifier: Apache-2.0 */
/*
 * played_rig.h - what a door takes for a mounted rig with rules, which the test plays: a thread
 * answers fault.follow and fault.strike as protocol_doors.h has it.
 */
#ifndef SNAPRIG_TESTS_PLAYED_RIG_H
#define SNAPRIG_TESTS_PLAYED_RIG_H

#include <stdbool.h>

struct played_rig;

/* It is there, with RULES: the JSON array of fault.follow, with ' for ". */
struct played_rig *played_rig_start(const char *rules);

/* It ends as a process does: all connections are closed, and there is no folder any more. */
void played_rig_end(struct played_rig *rig);

const char *played_rig_mount_point(const struct played_rig *rig);

/* As a user's fault.add: it returns when all who follow have them. */
void played_rig_set_rules(struct played_rig *rig, const char *rules);

/* What fault.follow is answered with from now on, to the letter; NULL: the rules. */
void played_rig_set_answer(struct played_rig *rig, const char *answer);

/* What fault.strike is answered with: the result; at first nothing strikes. */
void played_rig_set_strike(struct played_rig *rig, const char *result);

/* Closes the connections of those who follow, as a rig that dies, and takes new ones. */
void played_rig_drop(struct played_rig *rig);

/* How often fault.strike was asked since the last call of this. */
unsigned played_rig_strikes(struct played_rig *rig);

/* How many follow; waits until it is COUNT, or fails the test. */
void played_rig_expect_followers(struct played_rig *rig, unsigned count);

#endif
