/* SPDX-License-Identifier: Apache-2.0 */
/*
 * trap_record.h - what a supervisor that was killed has received and not answered.
 *
 * Whoever waits for an answer waits as long as anybody has the listener, and its keeper has
 * it, too.  So what is received is recorded in memory that both share, one record for each
 * listener, and the keeper answers in the supervisor's stead.
 */
#ifndef SNAPRIG_DM_TRAP_RECORD_H
#define SNAPRIG_DM_TRAP_RECORD_H

#include <stdatomic.h>
#include <stdint.h>

#include "simfs/doors/dm/intercept/trap.h"

/* One for each call, and one for what the receiving thread answers itself. */
#define TRAP_RECORD_SLOTS (TRAP_CALLS_MAX + 1)

struct trap_record {
	uint64_t dev_device; /* st_dev of /dev in the world */
	struct {
		_Atomic uint64_t id; /* of the notification; 0: none */
		_Atomic int error;   /* what its caller gets then; 0: it goes on */
	} slots[TRAP_RECORD_SLOTS];
};

/* An empty one in shared memory, and a descriptor for who shares it.  0 or -errno. */
int trap_record_make(struct trap_record **ret, int *ret_fd);

/* The record of another process, by its descriptor (the caller's still).  0 or -errno. */
int trap_record_open(int fd, struct trap_record **ret);

/* NULL is fine. */
void trap_record_close(struct trap_record *record);

/*
 * In the stead of a supervisor that has ended: answers all that is in RECORD, and then, each
 * time it is called, the next call that LISTENER brings.  Files are opened, processes end,
 * and device-mapper fails with EIO.
 */
void trap_record_settle(struct trap_record *record, int listener);
void trap_orphan_answer(int listener);

#endif
