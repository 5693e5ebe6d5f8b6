/* SPDX-License-Identifier: Apache-2.0 */
/*
 * old_messages.h - prints what LVM 2.02 printed about dead devices, before today's real tools run.
 *
 * Pages about LVM tell their readers to look for
 *
 *	  /dev/VG/LV: read failed after 0 of 4096 at 53687025664: Input/output error
 *
 * on stderr.  LVM up to 2.02.177 printed that for an invalid snapshot, because each of its commands
 * read every device; later versions ask the kernel first, and print nothing.  No setting brings the
 * lines back, so they come from a wrapper: a script with the name of each command, which prints
 * those lines, and nothing else, and then executes the real one.  It reads no device itself;
 * dmsetup tells it which ones are dead.
 */
#ifndef SNAPRIG_DM_OLD_MESSAGES_H
#define SNAPRIG_DM_OLD_MESSAGES_H

/*
 * Writes the wrappers into FOLDER, which is created; it must come first in PATH.  A program that
 * runs a tool by its path bypasses them.  Returns 0 or -errno; then some may exist.
 */
int old_messages_write(const char *folder);

#endif
