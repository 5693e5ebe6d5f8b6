/* SPDX-License-Identifier: Apache-2.0 */
/*
 * call.h - one ioctl, from the caller's bytes to the answer, in steps.
 *
 *	lock; call = dm_call_begin(...);
 *	while ((effect = dm_call_next(call))) {
 *		if (dm_effect_waits(effect)) { wait for a wake-up, releasing the lock; continue }
 *		unlock; perform it, fill in its result; lock;
 *	}
 *	error = dm_call_end(call, &length);	wake all waiters
 *	write LENGTH bytes of the buffer back
 *
 * Each function here needs the model's lock.  An effect is performed without it; the call keeps
 * alive and unchanged whatever the effect points at.
 */
#ifndef SNAPRIG_DOORS_DM_MODEL_CALL_H
#define SNAPRIG_DOORS_DM_MODEL_CALL_H

#include "simfs/doors/dm/model/device.h"

/* The most that a caller may send; more is -ENOMEM. */
#define DM_DATA_MAX   (4U << 20)
#define DM_PATH_MAX   4096
#define DM_STATUS_MAX 128

enum dm_effect_kind {
	DM_EFFECT_NONE,
	/*
	 * Another call is changing DEVICE, or something that the change depends on.  Wait without
	 * performing anything; a caller that gives up sets result to -EINTR.
	 */
	DM_EFFECT_TURN,
	/* As TURN, until an event of DEVICE (DEV_WAIT). */
	DM_EFFECT_WAIT,
	/* Look up the block device at `path' in the caller's root.  Sets major, minor. */
	DM_EFFECT_RESOLVE,
	/*
	 * Create a disk of 0 sectors for DEVICE, with the number in its `disk'.  Sets minor; with
	 * `minor_fixed' it keeps that minor, or fails with -EBUSY.
	 */
	DM_EFFECT_CREATE,
	/*
	 * TO is about to become DEVICE's inactive table: for each snapshot in it, read the header
	 * on the COW device, or write a new one.  Only for tables with snapshots.
	 */
	DM_EFFECT_PREPARE,
	/*
	 * Hold new I/O of DEVICE, and wait until none is in flight.  Before that, with `freeze',
	 * freeze a file system on it; with `flush', write its dirty data.  On an error (-EINTR)
	 * nothing stays held or frozen.
	 */
	DM_EFFECT_QUIESCE,
	/*
	 * Make DEVICE, whose I/O is held, consist of TO instead of FROM (which may be NULL):
	 * content, size and `read_only'.  On an error it still consists of FROM.
	 */
	DM_EFFECT_ACTIVATE,
	/* Let held I/O continue, and thaw the file system that QUIESCE froze.  Cannot fail. */
	DM_EFFECT_RELEASE,
	/*
	 * TO, DEVICE's inactive table, will never be active, or FROM is no longer active: free what
	 * was kept for it.  Comes after ACTIVATE.  Cannot fail.
	 */
	DM_EFFECT_DISCARD,
	/* DEVICE was called `name', and is now called `new_name'.  Cannot fail. */
	DM_EFFECT_RENAME,
	/*
	 * Remove DEVICE and its tables FROM (active) and TO (inactive), either of which may be
	 * NULL.  On an error (-EBUSY: it has been opened) everything stays.
	 */
	DM_EFFECT_DESTROY,
	/*
	 * Sets `count' to the number of file descriptors and mounts from outside that have it open.
	 * With `recent' a slightly old count will do: the caller does not decide by it.
	 */
	DM_EFFECT_COUNT,
	/*
	 * Sets `status' to the status of `target' of FROM, a table of DEVICE.  Sets `chunk' if it
	 * differs from the one loaded with the table: an existing header has its own, and a table
	 * without the store (any more) has 0.  With `of_table' only `chunk' is wanted.  Only for
	 * snapshots and merges.
	 */
	DM_EFFECT_STATUS,
	DM_EFFECT_KINDS
};

struct dm_effect {
	enum dm_effect_kind kind;
	/* 0 or -errno, set when it is performed; 0 before. */
	int result;
	/* As passed to dm_call_begin(). */
	void *caller;
	struct dm_device *device;
	/* The name of DEVICE, and its uuid ("" for none), at this moment. */
	char name[DM_NAME_LEN], uuid[DM_UUID_LEN];
	char new_name[DM_NAME_LEN];
	struct dm_table *from, *to;
	/* Requested by the caller of a suspend or resume. */
	bool freeze, flush;
	bool read_only;
	bool minor_fixed;
	bool of_table;
	const struct dm_target *target;
	/* What TURN and WAIT wait for; private to the model. */
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
 * Whether it waits for other calls.  Check before each wait, and again after each wake-up, since
 * the condition may hold by then; a negative result ends the wait, too.
 */
bool dm_effect_waits(const struct dm_effect *effect);

/* The ioctl's name in rules, "table-load" for DM_TABLE_LOAD; NULL if NR is unknown. */
const char *dm_ioctl_name(unsigned int nr);

/*
 * How many bytes of the caller's memory are needed, given the first LENGTH bytes at START: more
 * than LENGTH until that is enough.  Pure; no lock.
 */
size_t dm_call_wants(unsigned int nr, const void *start, size_t length);

/*
 * Begins ioctl NR (the low byte of the command).  BUFFER has LENGTH bytes of the caller's memory,
 * as many as dm_call_wants() says; the call works in it until its end.  Returns NULL if out of
 * memory.  CALLER is passed on with each effect.
 */
struct dm_call *dm_call_begin(
	struct dm_model *model, unsigned int nr, void *buffer, size_t length, void *caller);

/*
 * Begins a call without a caller, which performs the deferred removals of unused devices.
 * Pointless unless dm_model_has_deferred().  Its answer is 0 and no bytes.
 */
struct dm_call *dm_call_begin_sweep(struct dm_model *model);

/* Ends the call with ERROR, without any step.  Only before the first dm_call_next(). */
void dm_call_fail(struct dm_call *call, int error);

/* The ioctl and the device that it names ("" for none or unknown), for rules. */
const char *dm_call_ioctl(const struct dm_call *call);
const char *dm_call_device(const struct dm_call *call);
/* The caller's event number or udev cookie. */
uint32_t dm_call_event_nr(const struct dm_call *call);

/* Sets DM_UEVENT_GENERATED_FLAG in the answer: something else will complete the udev cookie. */
void dm_call_uevent(struct dm_call *call);

/* The next effect to perform, or NULL when the answer is ready. */
struct dm_effect *dm_call_next(struct dm_call *call);

/*
 * Returns the answer, 0 or -errno, and frees the call.  Write LENGTH bytes of the buffer back, on
 * an error, too (the version).  May be called early only if nothing may be done for it any more
 * (its world ends): its subject is then left as it is.
 */
int dm_call_end(struct dm_call *call, size_t *length);

#endif
