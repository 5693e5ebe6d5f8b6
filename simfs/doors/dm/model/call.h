/* SPDX-License-Identifier: Apache-2.0 */
/*
 * call.h - one ioctl of a caller, from its bytes to the answer, in steps.
 *
 *	lock; call = dm_call_begin(...);
 *	while ((effect = dm_call_next(call))) {
 *		if (dm_effect_waits(effect)) { wait for a wake-up, releasing the lock; continue }
 *		unlock; perform it, fill in its result; lock;
 *	}
 *	error = dm_call_end(call, &length);	wake all who wait
 *	write LENGTH bytes of the buffer back
 *
 * Each function here is called with the model's lock held.  An effect is performed without
 * it; whatever it points at is kept by the call and does not change meanwhile.
 */
#ifndef SNAPRIG_DOORS_DM_MODEL_CALL_H
#define SNAPRIG_DOORS_DM_MODEL_CALL_H

#include "simfs/doors/dm/model/device.h"

/* More than that no caller may send: -ENOMEM. */
#define DM_DATA_MAX   (4U << 20)
#define DM_PATH_MAX   4096
#define DM_STATUS_MAX 128

enum dm_effect_kind {
	DM_EFFECT_NONE,
	/*
	 * Another call is in the midst of changing DEVICE, or of something that it must not
	 * lose.  To be waited for without being performed; whoever gives up sets result to
	 * -EINTR.
	 */
	DM_EFFECT_TURN,
	/* As TURN: until an event of DEVICE (DEV_WAIT). */
	DM_EFFECT_WAIT,
	/* `path' in the root of the caller is which block device?  Sets major, minor. */
	DM_EFFECT_RESOLVE,
	/*
	 * A disk of 0 sectors for DEVICE, whose `disk' is fixed.  Sets minor; with
	 * `minor_fixed' it is that one or -EBUSY.
	 */
	DM_EFFECT_CREATE,
	/*
	 * TO is to become DEVICE's inactive table: for each snapshot in it the header on the
	 * COW device is read, or a new one is written.  Only for tables with snapshots.
	 */
	DM_EFFECT_PREPARE,
	/*
	 * New I/O of DEVICE is held, and nothing is under way when it returns.  With `freeze'
	 * a file system on it is frozen first; with `flush' what is cached for it is written
	 * first.  On an error (-EINTR) nothing is held and nothing is frozen.
	 */
	DM_EFFECT_QUIESCE,
	/*
	 * DEVICE, whose I/O is held, is made of TO instead of FROM (which may be NULL): its
	 * content, its size, `read_only'.  On an error FROM is what it is made of.
	 */
	DM_EFFECT_ACTIVATE,
	/* Held I/O goes on, and a file system frozen by QUIESCE thaws.  Cannot fail. */
	DM_EFFECT_RELEASE,
	/*
	 * TO was DEVICE's inactive table and will never be active, or FROM is no longer the
	 * active one: whatever was kept for it may go.  Comes after ACTIVATE.  Cannot fail.
	 */
	DM_EFFECT_DISCARD,
	/* DEVICE, `name' until now, is called `new_name'.  Cannot fail. */
	DM_EFFECT_RENAME,
	/*
	 * DEVICE goes, and with it its tables FROM (active) and TO (inactive), each or both
	 * may be NULL.  On an error (-EBUSY: somebody has opened it) all of it stays.
	 */
	DM_EFFECT_DESTROY,
	/*
	 * Sets `count': how many file descriptors and mounts from outside have it open.  With
	 * `recent' as many as had it a moment ago will do: nobody decides by it.
	 */
	DM_EFFECT_COUNT,
	/*
	 * Sets `status': what `target' of FROM, a table of DEVICE, says of itself, and `chunk'
	 * when it is not the one that the table was loaded with: a header that was there has
	 * its own, and a table that does not have the store, or not any more, has 0.  With
	 * `of_table' only `chunk' is wanted.  Only asked for snapshots and merges.
	 */
	DM_EFFECT_STATUS,
	DM_EFFECT_KINDS
};

struct dm_effect {
	enum dm_effect_kind kind;
	/* 0 or -errno, by whoever performs it; 0 before. */
	int result;
	/* As it was given to dm_call_begin(). */
	void *caller;
	struct dm_device *device;
	/* The name of DEVICE, and its uuid ("" for none), at this moment. */
	char name[DM_NAME_LEN], uuid[DM_UUID_LEN];
	char new_name[DM_NAME_LEN];
	struct dm_table *from, *to;
	/* What the caller asked of a suspend or resume. */
	bool freeze, flush;
	bool read_only;
	bool minor_fixed;
	bool of_table;
	const struct dm_target *target;
	/* What TURN and WAIT wait for: the model's own. */
	bool loading, going;
	uint32_t event_nr;
	/* Answers. */
	unsigned int major, minor;
	unsigned int count;
	bool recent;
	uint32_t chunk;
	char path[DM_PATH_MAX];
	char status[DM_STATUS_MAX];
};

/* "turn", "quiesce", ... for messages. */
const char *dm_effect_name(enum dm_effect_kind kind);

/*
 * It waits for what other calls do.  The caller asks before each wait, and again after each
 * wake-up, since what it waits for may be true by then; a result below 0 ends the wait, too.
 */
bool dm_effect_waits(const struct dm_effect *effect);

/* "table-load" for DM_TABLE_LOAD: the ioctl's name in rules, or NULL when NR is none. */
const char *dm_ioctl_name(unsigned int nr);

/*
 * How many bytes of the caller's memory are wanted altogether, when LENGTH bytes of them lie
 * at START: more than LENGTH until it is enough.  Pure; no lock.
 */
size_t dm_call_wants(unsigned int nr, const void *start, size_t length);

/*
 * Begins ioctl NR (the low byte of the command) with LENGTH bytes of the caller's memory,
 * as many as dm_call_wants() says, in BUFFER, which the call works in until its end.
 * Returns NULL when there is no memory.  CALLER is handed on with each effect.
 */
struct dm_call *dm_call_begin(
	struct dm_model *model, unsigned int nr, void *buffer, size_t length, void *caller);

/*
 * A call of nobody's, that removes what was to be removed when nobody uses it.  Worth while
 * when dm_model_has_deferred().  Its answer is 0 and no bytes.
 */
struct dm_call *dm_call_begin_sweep(struct dm_model *model);

/* It will end with that -errno, without a step.  Before the first dm_call_next() only. */
void dm_call_fail(struct dm_call *call, int error);

/* The ioctl and the device that it names ("" for none or not found): what rules ask. */
const char *dm_call_ioctl(const struct dm_call *call);
const char *dm_call_device(const struct dm_call *call);
/* The caller's event number or udev cookie. */
uint32_t dm_call_event_nr(const struct dm_call *call);

/* The answer says DM_UEVENT_GENERATED_FLAG: whoever plays udev has completed the cookie. */
void dm_call_uevent(struct dm_call *call);

/* What is to be done next, or NULL when the answer is ready. */
struct dm_effect *dm_call_next(struct dm_call *call);

/*
 * The answer: 0 or -errno; LENGTH bytes of the buffer are to be written back, of an error
 * too (the version).  The call is gone.  Before its time only when nothing may be done for
 * it any more (its world ends): what it was about is then left as it is.
 */
int dm_call_end(struct dm_call *call, size_t *length);

#endif
