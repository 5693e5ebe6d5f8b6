/* SPDX-License-Identifier: Apache-2.0 */
/*
 * judge.h - what is wrong in a journal of commands, whatever the scenario expects.
 *
 * Checked without being asked for: each lvcreate has its lvremove, a volume is unmounted before
 * lvremove, no command repeats what fails in a storm, nothing stays active, no partition map stays.
 * Pure: reads lines of the journal and does nothing else.
 */
#ifndef SNAPRIG_DM_JUDGE_H
#define SNAPRIG_DM_JUDGE_H

#include <jansson.h>

/*
 * COMMANDS is an array of the lines of a journal (journal.h).  Returns an array of findings,
 * perhaps empty, which the caller owns: {"finding": NAME, "command": N, "subject": DEVICE or LV,
 * "says": a line for people}.  Names: "snapshot-left", "removed-while-mounted", "retry-storm",
 * "left-active", "partition-map-left", "left-suspended".  NULL if out of memory.
 */
json_t *command_judge(const json_t *commands);

#endif
