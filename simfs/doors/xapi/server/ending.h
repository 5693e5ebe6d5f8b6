/* SPDX-License-Identifier: Apache-2.0 */
/*
 * ending.h - a watch over the end of a server, which comes whatever hangs in it.
 *
 *	ending_begin() ──▶ USERS ──ending_of_rigs()──▶ RIGS ──ending_over()
 *	                     │ 3 s: the rigs are killed   │
 *	                     │ 5 s more                   │ 40 s
 *	                     └────── the process exits ───┘
 *
 * In USERS whoever is in a rig comes out of it: what was cancelled does so at once, and what hangs
 * in a read or a write when its rig dies, which loses nothing that was written.  Only who hangs in
 * a rig that somebody else has mounted cannot be helped, and is left.
 */
#ifndef SNAPRIG_DOORS_XAPI_SERVER_ENDING_H
#define SNAPRIG_DOORS_XAPI_SERVER_ENDING_H

#include <pthread.h>
#include <stdbool.h>

struct disks;

enum ending_stage {
	ENDING_USERS,
	ENDING_RIGS,
	ENDING_OVER,
};

struct ending {
	struct disks *disks; /* NULL: there are none */
	pthread_t thread;
	bool has_thread;
	pthread_mutex_t mutex;
	pthread_cond_t moved; /* one of these */
	enum ending_stage stage;
	bool is_killing; /* the rigs, which are needed for it */
};

/* DISKS, which may be NULL, live until ending_of_rigs(). */
void ending_begin(struct ending *ending, struct disks *disks);

/* Nobody uses the rigs any more, nor the disks when this returns: they end. */
void ending_of_rigs(struct ending *ending);

/* It has come.  Frees what ENDING has. */
void ending_over(struct ending *ending);

#endif
