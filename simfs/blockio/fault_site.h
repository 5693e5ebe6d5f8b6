/* SPDX-License-Identifier: Apache-2.0 */
/*
 * fault_site.h - what the layers that act on faults share.
 *
 * The plane decides (faults/fault.h); what each action does is a table
 * (fault_act.h).  Here the rig dies of a crash, and whoever is delayed or hangs
 * waits on one list, on the rig's clock, until all are let go.
 */
#ifndef SNAPRIG_BLOCKIO_FAULT_SITE_H
#define SNAPRIG_BLOCKIO_FAULT_SITE_H

#include "simfs/blockio/fault_act.h"

/* One who waits, for one thing; embedded in what goes on afterwards.  All zeros at first. */
struct fault_wait {
	void (*go)(struct fault_wait *wait);
	uint64_t due_ns; /* UINT64_MAX: when it is released */
	uint64_t rule_id;
	struct list link;
};

struct fault_site {
	struct fault_plane plane;

	/* Required.  Ends the process; when it returns, as in a test, nothing has
	 * happened. */
	void (*crash)(void *context);
	void *context;

	/* Of the site. */
	bool may_wait;	 /* somebody is served, and can be let go */
	bool has_served; /* no file is read for recovery any more */
	struct list waits;
	struct list transfers; /* of faulty.c */
};

/* The plane is initialised already; nobody may wait yet. */
void fault_site_init(struct fault_site *site);

/*
 * A hit of POINT: as fault_decide(), but a crash has happened, and one who
 * cannot wait (nobody is served yet, or any more) goes on at once.
 */
bool fault_site_decide(struct fault_site *site, enum fault_point point,
	const struct fault_context *context, struct fault_decision *ret);

/*
 * The same for one who waits by himself: what becomes of whoever came.  *RET is
 * what has struck, or no action, which goes on.  FAULT_WAITS: GO is called with
 * WAIT, and not before this returns.
 */
enum fault_course fault_site_meet(struct fault_site *site, enum fault_point point,
	const struct fault_context *context, struct fault_wait *wait,
	void (*go)(struct fault_wait *wait), struct fault_decision *ret);

/* WAIT goes on as DECISION, a delay or a hang, says. */
void fault_wait_for(struct fault_site *site, struct fault_wait *wait,
	const struct fault_decision *decision, void (*go)(struct fault_wait *wait));

static inline bool fault_is_waiting(const struct fault_wait *wait)
{
	return list_is_linked(&wait->link);
}

/* WAIT, which waits, does not go on any more. */
void fault_wait_cancel(struct fault_wait *wait);

/* WAIT goes on at the next tick. */
void fault_wait_tick(
	struct fault_site *site, struct fault_wait *wait, void (*go)(struct fault_wait *wait));

/* When to tick, on the rig's clock; UINT64_MAX: nobody waits for a time. */
uint64_t fault_site_due_ns(const struct fault_site *site);

/* Lets those go whose time has come; whether there were any. */
bool fault_site_tick(struct fault_site *site);

/* Lets those go that hang; how many there were. */
unsigned fault_site_release(struct fault_site *site);

/* Lets those go that wait because of a rule that is not there any more. */
void fault_site_release_orphans(struct fault_site *site);

/* From now on somebody is served. */
void fault_site_open(struct fault_site *site);

/* Lets all go; nobody waits any more. */
void fault_site_close(struct fault_site *site);

bool fault_site_idle(const struct fault_site *site);

#endif
