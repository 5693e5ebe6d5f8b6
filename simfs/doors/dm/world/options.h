/* SPDX-License-Identifier: Apache-2.0 */
/* options.h - the options of a world. */
#ifndef SNAPRIG_DM_OPTIONS_H
#define SNAPRIG_DM_OPTIONS_H

#include <stdbool.h>

struct world_options {
	const char *mount_point;  /* absolute path of a rig of profile lvm */
	const char *state_folder; /* of that rig: IMAGE.snaprig */
	const char *vg, *lv;	  /* names; NULL: as they were made, or vg0 and live */
	const char *free;	  /* a size as typed; NULL: as it was made, or that of the volume */
	bool empty;		  /* no logical volume, and live is not in the group */
	bool monitor;		  /* dmeventd may run: monitoring is on in lvm.conf */
	bool old_messages;	  /* print LVM 2.02's messages of dead devices (--lvm-messages) */
};

#endif
