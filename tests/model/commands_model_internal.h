/* SPDX-License-Identifier: Apache-2.0 */
/* commands_model_internal.h - shared by the files of the model only. */
#ifndef SNAPRIG_TESTS_MODEL_COMMANDS_MODEL_INTERNAL_H
#define SNAPRIG_TESTS_MODEL_COMMANDS_MODEL_INTERNAL_H

#include "simfs/volume/chain/chain.h"
#include "tests/model/commands_model.h"

/* ---- commands_model.c ---- */

/* Writes BLOCK of the live view. */
void model_write(unsigned block);

/* The clone NAME has the content of OF. */
void model_cloned(const char *name, const char *of);

/* For a driver that is told about an unmount: later writes change its snapshot. */
void model_traces_no_more(void);

/* The snapshot NAME is no longer traced; its content where it follows the live view is unknown. */
void model_follows_live(const char *name);

/* The snapshot WAS is now called NAME. */
void model_renamed(const char *name, const char *was);

void model_went_wrong(const char *why);

/* ---- commands_model_past.c ---- */

/* Writes and takes snapshots. */
void model_past(enum model_world world);

/* ---- commands_model_cancel.c ---- */

/* The requester of COMMAND cancels it. */
void model_cancel(struct model_command *command);

/* ---- commands_model_kinds.c ---- */

void model_end(struct model_command *command, int result);

/* A step has passed. */
void model_command_step(struct model_command *command);

/* Closes what COMMAND has open. */
void model_command_close(struct model_command *command);

/* Releases what is held. */
void model_thaw(void);

/* ---- commands_model_datto.c ---- */

/* Starts COMMAND's ioctl. */
void model_datto_begin(struct model_command *command);
void model_datto_to_incremental(struct model_command *command);
void model_datto_to_snapshot(struct model_command *command);
void model_datto_expand(struct model_command *command);
void model_datto_destroy(struct model_command *command);
void model_datto_unmount(struct model_command *command);
void model_datto_mount(struct model_command *command);

/* ---- commands_model_lvm.c ---- */

void model_lvm_detach(struct model_command *command);
void model_lvm_attach(struct model_command *command);
void model_lvm_rename(struct model_command *command);
void model_lvm_limit(struct model_command *command);

#endif
