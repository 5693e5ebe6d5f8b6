/* SPDX-License-Identifier: Apache-2.0 */
/* options.h - what a user may say of a world. */
#ifndef SNAPRIG_DM_OPTIONS_H
#define SNAPRIG_DM_OPTIONS_H

#include <stdbool.h>

struct world_options {
	const char *mount_point;  /* of a rig of profile lvm, from the root on */
	const char *state_folder; /* of that rig: IMAGE.snaprig */
	const char *vg, *lv;	  /* names; NULL: as it was made, or vg0 and live */
	const char *free;	  /* a size as typed; NULL: as it was made, or that of the volume */
	bool empty;		  /* no logical volume, and live is no part of the group */
	bool monitor;		  /* dmeventd may run: monitoring is on in lvm.conf */
	bool old_messages;	  /* what LVM 2.02 says of dead devices (--lvm-messages) */
};

#endif
