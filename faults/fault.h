/* SPDX-License-Identifier: Apache-2.0 */
/*
 * fault.h - the fault plane of one volume: its rules, and what they decide.
 *
 * Deciding is book-keeping over hits.  It touches no byte and no file of the
 * volume; whoever asked acts.  Of one hit:
 *
 *	reach	 an error in a range is bad sectors (rule.h): a read ends before the first one
 *		 that would fail it, is no hit of it, and goes on as what is left of it
 *	seen	 every rule at the point, in the order in which they were added
 *	matched	 those whose filters hold: offset, snapshot, writer, device, ioctl,
 *		 method, when, phase, file, from, for
 *	fired	 the first that is due by after, every, chance and times
 *
 * Each rule counts for itself, whatever another one does, and its chance is a
 * function of (seed, text of the rule, number of the match).  A gauge is measured
 * once in a hit, and only if a rule asks for it.  So the same
 * operations and the same seed give the same decisions, whichever rules there
 * are besides.
 */
#ifndef SNAPRIG_FAULTS_FAULT_H
#define SNAPRIG_FAULTS_FAULT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <jansson.h>

#include "faults/journal.h"
#include "faults/rule.h"
#include "simfs/base/list.h"

#define FAULT_RULES_MAX 256u

/* What is known of a hit. */
struct fault_context {
	const char *snapshot; /* NULL: of none */
	const char *writer;   /* NULL: of none */
	const char *device;   /* these two of a door's point; NULL: of none */
	const char *ioctl;
	const char *method; /* of XAPI; NULL: of none */
	uint64_t offset;    /* of a point that has a range */
	uint64_t length;
	bool is_whole; /* a part of it is no answer */
};

struct fault_decision {
	enum fault_action action;
	int error;	/* FAULT_ERROR: -errno */
	uint64_t value; /* ns, bytes, a count or an enum xapi_reply, as the action has it */
	uint64_t luck;	/* for fault_flip_bit() */
	uint64_t rule_id;
	uint64_t first, end; /* the offset range of the rule; without one, all offsets */
};

struct fault_plane {
	/* Set by the owner; all required, kept as long as the plane. */
	uint64_t seed;
	const struct gauges *gauges;
	struct journal *journal;
	void (*measure)(void *context, enum gauge gauge); /* brings it up to date */
	void *context;

	/* Of the plane. */
	uint32_t rules_at[FAULT_POINTS + 1];
	uint64_t sectors_from[FAULT_POINTS]; /* the first bad one; UINT64_MAX: none */
	struct list rules;		     /* struct armed_rule.link, as they were added */
	struct list at[FAULT_POINTS]; /* struct armed_rule.point_link, those of a point, too */
	unsigned rule_count;
	uint64_t next_id;
	char phase[RULE_NAME_BYTES];
};

/* The fields of the owner are set already. */
void fault_plane_init(struct fault_plane *plane);
void fault_plane_deinit(struct fault_plane *plane);

/* Whether it is worth asking: the one branch that a point without rules costs. */
static inline bool fault_is_armed(const struct fault_plane *plane, enum fault_point point)
{
#ifdef FAULTS_COMPILED_OUT
	/* What bench/faults compares with; nothing strikes then. */
	(void)plane;
	(void)point;
	return false;
#else
	return __builtin_expect(plane->rules_at[point] > 0, 0);
#endif
}

/*
 * How many bytes of a read, of the LENGTH of CONTEXT, lie before the first bad sector
 * behind its first byte that fails what begins there: at least 1; all, when a part
 * of it is no answer.  Asked before fault_decide(), which is told of no more.
 */
uint64_t fault_reach(const struct fault_plane *plane, enum fault_point point,
	const struct fault_context *context);

/*
 * A hit of POINT.  True when a rule has fired: it is in the journal, and what
 * to do is in *RET, which is untouched otherwise.
 */
bool fault_decide(struct fault_plane *plane, enum fault_point point,
	const struct fault_context *context, struct fault_decision *ret);

/* Which of BITS bits is flipped as number INDEX of decision->value: no two the same. */
uint64_t fault_flip_bit(const struct fault_decision *decision, uint64_t index, uint64_t bits);

/*
 * Adds the rule of TEXT; *RET_ID is its number.  One that has the name of
 * another takes its place, with fresh counters, under a new number; the very
 * same rule changes nothing.  Returns 0; -EINVAL with a message (rule_parse());
 * -ENOSPC (too many) or -ENOMEM, with a message, too.
 */
int fault_add(struct fault_plane *plane, const char *text, uint64_t *ret_id, char *message);

/* Removes the rule of that name or number: 0 or -ENOENT. */
int fault_remove(struct fault_plane *plane, const char *name_or_id);

/* Removes all rules; how many there were. */
unsigned fault_clear(struct fault_plane *plane);

/* A rule has struck in another plane, which follows this one's rules. */
struct fault_strike {
	uint64_t id;	      /* the rule's here */
	const char *rule;     /* and its text, as it may be removed by now */
	uint64_t hit;	      /* there */
	const char *snapshot; /* NULL: of none */
	uint64_t offset;      /* of a point that has a range */
	uint64_t length;
};

/*
 * STRIKE is in the journal, and in the counters of its rule that fault_list() tells; what the rule
 * does here is as if it were not.  0, or -EINVAL: its text is no rule.
 */
int fault_struck(struct fault_plane *plane, const struct fault_strike *strike);

/* Whether there is a rule of that number. */
bool fault_is_there(const struct fault_plane *plane, uint64_t id);

/* What a rule's phase= is compared with: 0, or -EINVAL for a name that is none. */
int fault_phase_set(struct fault_plane *plane, const char *phase);

/*
 * The rules as they were added, the caller's; NULL without memory.  Of each:
 * {id, name, rule, point, action, replayable, armed, seen, matched, fired};
 * armed: it may fire again.  The counters have what fault_struck() was told of.
 */
json_t *fault_list(const struct fault_plane *plane);

#endif
