/* SPDX-License-Identifier: Apache-2.0 */
/*
 * trap_record.h - the calls that a supervisor had received but not answered when it was killed.
 *
 * A caller waits as long as any process has the listener open, and its keeper has it, too.  So
 * received calls are recorded in memory that both share, one record for each listener, and the
 * keeper answers in the supervisor's place.
 */
#ifndef SNAPRIG_DM_TRAP_RECORD_H
#define SNAPRIG_DM_TRAP_RECORD_H

#include <stdatomic.h>
#include <stdint.h>

#include "simfs/doors/dm/intercept/trap.h"

/* One for each call, and one for a call that the receiving thread answers itself. */
#define TRAP_RECORD_SLOTS (TRAP_CALLS_MAX + 1)

struct trap_record {
	uint64_t dev_device; /* st_dev of /dev in the world */
	struct {
		_Atomic uint64_t id; /* of the notification; 0: free */
		_Atomic int error;   /* answered if the supervisor dies; 0: continue */
	} slots[TRAP_RECORD_SLOTS];
};

/* An empty record in shared memory, and a descriptor for sharing it.  Returns 0 or -errno. */
int trap_record_make(struct trap_record **ret, int *ret_fd);

/*
 * Maps another process's record by its descriptor, which stays the caller's.  Returns 0 or -errno.
 */
int trap_record_open(int fd, struct trap_record **ret);

/* NULL is fine. */
void trap_record_close(struct trap_record *record);

/*
 * In place of a supervisor that has ended: the first answers all calls in RECORD; the second, each
 * time, the next call from LISTENER.  Opens and exits continue, device-mapper fails with EIO.
 */
void trap_record_settle(struct trap_record *record, int listener);
void trap_orphan_answer(int listener);

#endif
