/* SPDX-License-Identifier: Apache-2.0 */
/*
 * fault_site.h - what the layers that act on faults share.
 *
 * The plane decides (faults/fault.h); a table says what each action does (fault_act.h). Here
 * a crash ends the rig, and operations that are delayed or hang wait on one list, by the
 * rig's clock, until they are released.
 */
#ifndef SNAPRIG_BLOCKIO_FAULT_SITE_H
#define SNAPRIG_BLOCKIO_FAULT_SITE_H

#include "simfs/blockio/fault_act.h"

/* One waiting operation; embedded in what continues afterwards. Zeroed before its first use. */
struct fault_wait {
	void (*go)(struct fault_wait *wait);
	uint64_t due_ns; /* UINT64_MAX: until it is released */
	uint64_t rule_id;
	struct list link;
};

struct fault_site {
	struct fault_plane plane;

	/* Required. Ends the process. If it returns, as in a test, the operation goes on as
	 * if nothing had happened. */
	void (*crash)(void *context);
	void *context;

	/* Internal. */
	bool may_wait;	 /* the volume is serving, so waits can be released */
	bool has_served; /* files are no longer read for recovery */
	struct list waits;
	struct list transfers; /* of faulty.c */
};

/* The plane is initialised already; nothing may be waiting yet. */
void fault_site_init(struct fault_site *site);

/*
 * A hit of POINT: as fault_decide(), but a crash is carried out here, and a delay or hang is
 * ignored while nothing can wait (the volume does not serve yet, or no longer).
 */
bool fault_site_decide(struct fault_site *site, enum fault_point point,
	const struct fault_context *context, struct fault_decision *ret);

/*
 * The same for an operation that embeds its own WAIT: returns how it continues. *RET is the
 * decision, or FAULT_NO_ACTION, which goes on. On FAULT_WAITS, GO is called with WAIT later,
 * never before this returns.
 */
enum fault_course fault_site_meet(struct fault_site *site, enum fault_point point,
	const struct fault_context *context, struct fault_wait *wait,
	void (*go)(struct fault_wait *wait), struct fault_decision *ret);

/* Makes WAIT wait as DECISION, a delay or a hang, says, then calls GO. */
void fault_wait_for(struct fault_site *site, struct fault_wait *wait,
	const struct fault_decision *decision, void (*go)(struct fault_wait *wait));

static inline bool fault_is_waiting(const struct fault_wait *wait)
{
	return list_is_linked(&wait->link);
}

/* WAIT, which is waiting, never continues. */
void fault_wait_cancel(struct fault_wait *wait);

/* WAIT continues at the next tick. */
void fault_wait_tick(
	struct fault_site *site, struct fault_wait *wait, void (*go)(struct fault_wait *wait));

/* When the next tick is due, on the rig's clock; UINT64_MAX: no wait has a time. */
uint64_t fault_site_due_ns(const struct fault_site *site);

/* Continues the waits whose time has come. Returns whether there were any. */
bool fault_site_tick(struct fault_site *site);

/* Releases the hanging operations and returns their number. */
unsigned fault_site_release(struct fault_site *site);

/* Releases the operations that wait because of a rule that no longer exists. */
void fault_site_release_orphans(struct fault_site *site);

/* From now on the volume is serving. */
void fault_site_open(struct fault_site *site);

/* Releases everything; from now on nothing waits. */
void fault_site_close(struct fault_site *site);

bool fault_site_idle(const struct fault_site *site);

#endif
