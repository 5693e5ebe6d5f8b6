/* SPDX-License-Identifier: Apache-2.0 */
/*
 * content_ext4.h - an ext4 file system filled with real files.
 */
#ifndef SNAPRIG_SCENARIOS_RUN_CONTENT_EXT4_H
#define SNAPRIG_SCENARIOS_RUN_CONTENT_EXT4_H

#include "scenarios/run/content.h"

/* Like content_make(), for CONTENT_EXT4.  Nothing is mounted: mke2fs -d fills the file system. */
int content_ext4_make(const struct content_order *order, struct reason *reason);

#endif
