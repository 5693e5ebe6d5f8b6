/* SPDX-License-Identifier: Apache-2.0 */
/*
 * old_messages.h - what LVM 2.02 printed of dead devices, before today's real tools.
 *
 * Pages about LVM tell their readers to look for
 *
 *	  /dev/VG/LV: read failed after 0 of 4096 at 53687025664: Input/output error
 *
 * on stderr.  LVM up to 2.02.177 printed that for an invalid snapshot, because each of its
 * commands read every device; later ones ask the kernel first, and are silent.  No setting
 * brings the lines back, so they come from a wrapper: a script with the name of each command,
 * which prints those lines, and nothing else, and then becomes the real one.  It reads no
 * device itself; which ones are dead it knows from dmsetup.
 */
#ifndef SNAPRIG_DM_OLD_MESSAGES_H
#define SNAPRIG_DM_OLD_MESSAGES_H

/*
 * Writes the wrappers into FOLDER, which is made.  It is to come first in PATH.  Whoever calls
 * a tool by its path meets no wrapper.  0 or -errno; then some may be there.
 */
int old_messages_write(const char *folder);

#endif
