/* SPDX-License-Identifier: Apache-2.0 */
/*
 * snapshot_hold.h - live writes are held while a snapshot is made; of volume.h.
 *
 *	begin ─▶ FLUSHING ─ drained ─▶ HELD ─ (fault) ─▶ MAKING ─▶ end
 *	            └── too long ────────┴── too long ──────┘
 *
 * What is too long ends at once: live writes go on, and no snapshot comes of it.
 * I/O of the making that is under way then cannot be taken back; whoever makes
 * the snapshot asks snapshot_hold_error() before he enters it.
 */
#ifndef SNAPRIG_VOLUME_SNAPSHOT_HOLD_H
#define SNAPRIG_VOLUME_SNAPSHOT_HOLD_H

#include <stdbool.h>
#include <stdint.h>

struct snapshot_create;
struct volume;

enum hold_phase { HOLD_OVER, HOLD_FLUSHING, HOLD_HELD, HOLD_MAKING };

struct snapshot_hold {
	void (*held)(struct snapshot_create *create, int result);
	enum hold_phase phase;
	uint64_t due_ns; /* when it is too long, on the rig's clock; UINT64_MAX: never */
	int error;	 /* it was */
	char why[96];
};

/* ---- of volume/ ---- */

/* Stops live writes, and calls HELD with 0 or -errno; the latter also when that
 * or the hit of snapshot.commit takes longer than it may. */
void snapshot_hold_begin(
	struct snapshot_create *create, void (*held)(struct snapshot_create *create, int result));

/* What happened since HELD was called: 0, or -errno. */
int snapshot_hold_error(const struct snapshot_create *create);

/* The snapshot is being entered: nothing calls it off any more. */
void snapshot_hold_commit(struct snapshot_create *create);

/* It has been entered, which is its instant: who watches for it is told.  Live writes stay
 * stopped. */
void snapshot_hold_made(struct snapshot_create *create);

/* Lets them go on; but keeps them, when RESULT is 0 and CREATE asks for it. */
void snapshot_hold_end(struct snapshot_create *create, int result);

/* CREATE is not wanted any more: what its hold has not led to does not come.  False when nothing
 * is held for it. */
bool snapshot_hold_cancel(struct snapshot_create *create);
uint64_t snapshot_hold_due_ns(const struct volume *volume);
void snapshot_hold_tick(struct volume *volume);

#endif
