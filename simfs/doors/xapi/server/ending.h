/* SPDX-License-Identifier: Apache-2.0 */
/*
 * ending.h - makes sure that a server ends, whatever hangs in it.
 *
 *	ending_begin() ──▶ USERS ──ending_of_rigs()──▶ RIGS ──ending_over()
 *	                     │ 3 s: the rigs are killed   │
 *	                     │ 5 s more                   │ 40 s
 *	                     └────── the process exits ───┘
 *
 * In USERS, threads leave the rigs: what was cancelled leaves at once, and what hangs in a read or
 * write leaves when its rig is killed, which loses nothing that was written.  Only a thread that
 * hangs in another program's rig cannot be freed, and is abandoned.
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
	struct disks *disks; /* NULL: none */
	pthread_t thread;
	bool has_thread;
	pthread_mutex_t mutex;
	pthread_cond_t moved; /* one of these */
	enum ending_stage stage;
	bool is_killing; /* the rigs, which must exist for that */
};

/* DISKS, which may be NULL, must exist until ending_of_rigs(). */
void ending_begin(struct ending *ending, struct disks *disks);

/* No thread uses the rigs any more, nor the disks on return: they end. */
void ending_of_rigs(struct ending *ending);

/* The server has ended.  Frees what ENDING has. */
void ending_over(struct ending *ending);

#endif
