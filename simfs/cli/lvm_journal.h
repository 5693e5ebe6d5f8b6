/* SPDX-License-Identifier: Apache-2.0 */
/* lvm_journal.h - snaprig lvm --journal: what the commands of the last world did. */
#ifndef SNAPRIG_CLI_LVM_JOURNAL_H
#define SNAPRIG_CLI_LVM_JOURNAL_H

#include <stdbool.h>

/*
 * Prints the commands of the last world of the volume with the state folder STATE_FOLDER
 * (IMAGE.snaprig), and what is wrong with them.  Returns the exit code: EXIT_FINDING if anything
 * is.
 */
int lvm_journal_print(const char *state_folder, bool json);

#endif
