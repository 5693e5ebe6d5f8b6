/* SPDX-License-Identifier: Apache-2.0 */
/*
 * judge.h - what a journal of commands says without being asked.
 *
 * Free expectations: each lvcreate has its lvremove, what is unmounted is unmounted before
 * lvremove, nobody asks in a storm for what fails, nothing is left active, no partition
 * map is left.  Pure: it reads lines of the journal and does nothing else.
 */
#ifndef SNAPRIG_DM_JUDGE_H
#define SNAPRIG_DM_JUDGE_H

#include <jansson.h>

/*
 * COMMANDS is an array of the lines of a journal (journal.h).  Returns an array of
 * findings, empty for none, which the caller owns: {"finding": NAME, "command": N, "subject":
 * DEVICE or LV, "says": a line for people}.  Names: "snapshot-left", "removed-while-mounted",
 * "retry-storm", "left-active", "partition-map-left", "left-suspended".  NULL: no memory.
 */
json_t *command_judge(const json_t *commands);

#endif
