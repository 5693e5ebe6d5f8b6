/* SPDX-License-Identifier: Apache-2.0 */
/*
 * snapshot_hold.h - holds live writes while a snapshot is being taken; part of volume.h.
 *
 *	begin ─▶ FLUSHING ─ drained ─▶ HELD ─ (fault) ─▶ MAKING ─▶ end
 *	            └── too long ────────┴── too long ──────┘
 *
 * If it takes too long, it ends at once: live writes continue, and no snapshot is taken. I/O
 * already in flight for it cannot be cancelled then, so the creator must check
 * snapshot_hold_error() before it enters the snapshot.
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
	uint64_t due_ns; /* when it times out, on the rig's clock; UINT64_MAX: never */
	int error;	 /* of the timeout */
	char why[96];
};

/* ---- of volume/ ---- */

/* Stops live writes, and calls HELD with 0 or -errno; the latter also if that or the hit of
 * snapshot.commit times out. */
void snapshot_hold_begin(
	struct snapshot_create *create, void (*held)(struct snapshot_create *create, int result));

/* The result of what happened since HELD was called: 0, or -errno. */
int snapshot_hold_error(const struct snapshot_create *create);

/* The snapshot is being entered: it can no longer time out. */
void snapshot_hold_commit(struct snapshot_create *create);

/* It has been entered, which is its instant: tells those who watch for it. Live writes stay
 * stopped. */
void snapshot_hold_made(struct snapshot_create *create);

/* Lets live writes continue, unless RESULT is 0 and CREATE asks to hold them. */
void snapshot_hold_end(struct snapshot_create *create, int result);

/* CREATE is cancelled: the next step of its hold does not happen. Returns false if nothing is
 * held for it. */
bool snapshot_hold_cancel(struct snapshot_create *create);
uint64_t snapshot_hold_due_ns(const struct volume *volume);
void snapshot_hold_tick(struct volume *volume);

#endif
