/* SPDX-License-Identifier: Apache-2.0 */
/*
 * fault.h - the fault plane of a volume: its rules, and what they decide.
 *
 * Deciding only counts hits.  It touches neither data nor files of the volume; the caller acts.
 * A hit goes through these steps:
 *
 *	reach	 an error with an offset range is bad sectors (rule.h): a read ends before the
 *		 first sector that would fail it; the part before that is not a hit of that
 *		 rule, and continues
 *	seen	 every rule at the point, in the order in which they were added
 *	matched	 those whose filters hold: offset, snapshot, writer, device, ioctl,
 *		 method, when, phase, file, from, for
 *	fired	 the first that is due by after, every, chance and times
 *
 * Each rule counts on its own, whatever the others do, and its chance is a function of (seed,
 * text of the rule, number of the match).  A gauge is measured once per hit, and only if a rule
 * needs it.  So the same operations and the same seed give the same decisions, whichever other
 * rules exist.
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

/* What is known about a hit. */
struct fault_context {
	const char *snapshot; /* NULL: none */
	const char *writer;   /* NULL: none */
	const char *device;   /* this and the next for a door's point; NULL: none */
	const char *ioctl;
	const char *method; /* of XAPI; NULL: none */
	uint64_t offset;    /* for a point that has a range */
	uint64_t length;
	bool is_whole; /* a partial transfer is not possible */
};

struct fault_decision {
	enum fault_action action;
	int error;	/* FAULT_ERROR: -errno */
	uint64_t value; /* ns, bytes, a count or an enum xapi_reply, depending on the action */
	uint64_t luck;	/* for fault_flip_bit() */
	uint64_t rule_id;
	uint64_t first, end; /* the offset range of the rule; without one, all offsets */
};

struct fault_plane {
	/* Set by the owner.  All are required, and must outlive the plane. */
	uint64_t seed;
	const struct gauges *gauges;
	struct journal *journal;
	void (*measure)(void *context, enum gauge gauge); /* updates the gauge */
	void *context;

	/* The plane's own fields. */
	uint32_t rules_at[FAULT_POINTS + 1];
	uint64_t sectors_from[FAULT_POINTS]; /* the first bad one; UINT64_MAX: none */
	struct list rules;		     /* struct armed_rule.link, in order of adding */
	struct list at[FAULT_POINTS];	     /* struct armed_rule.point_link, by point */
	unsigned rule_count;
	uint64_t next_id;
	char phase[RULE_NAME_BYTES];
};

/* The owner's fields must be set already. */
void fault_plane_init(struct fault_plane *plane);
void fault_plane_deinit(struct fault_plane *plane);

/* Whether fault_decide() must be called: the only branch that a point without rules costs. */
static inline bool fault_is_armed(const struct fault_plane *plane, enum fault_point point)
{
#ifdef FAULTS_COMPILED_OUT
	/* The baseline of bench/faults, in which no fault strikes. */
	(void)plane;
	(void)point;
	return false;
#else
	return __builtin_expect(plane->rules_at[point] > 0, 0);
#endif
}

/*
 * How many bytes of a read, of the LENGTH in CONTEXT, precede the first bad sector after its first
 * byte that would fail a read there: at least 1, or all if the read cannot be partial.  Called
 * before fault_decide(), which then gets only these.
 */
uint64_t fault_reach(const struct fault_plane *plane, enum fault_point point,
	const struct fault_context *context);

/*
 * A hit of POINT.  Returns true if a rule has fired: it is in the journal, and *RET says what to
 * do.  *RET is unchanged otherwise.
 */
bool fault_decide(struct fault_plane *plane, enum fault_point point,
	const struct fault_context *context, struct fault_decision *ret);

/* Which of BITS bits is flipped as number INDEX of decision->value; all are different. */
uint64_t fault_flip_bit(const struct fault_decision *decision, uint64_t index, uint64_t bits);

/*
 * Adds the rule TEXT; *RET_ID is its number.  A rule with the name of another replaces it, with
 * fresh counters and a new number; adding an identical rule changes nothing.  Returns 0, or with a
 * message -EINVAL (rule_parse()), -ENOSPC (too many rules) or -ENOMEM.
 */
int fault_add(struct fault_plane *plane, const char *text, uint64_t *ret_id, char *message);

/* Removes the rule with that name or number.  Returns 0 or -ENOENT. */
int fault_remove(struct fault_plane *plane, const char *name_or_id);

/* Removes all rules.  Returns how many there were. */
unsigned fault_clear(struct fault_plane *plane);

/* A strike of a rule in another plane, which follows this one's rules. */
struct fault_strike {
	uint64_t id;	      /* the rule's number here */
	const char *rule;     /* and its text, since it may have been removed */
	uint64_t hit;	      /* the number of the match there */
	const char *snapshot; /* NULL: none */
	uint64_t offset;      /* for a point that has a range */
	uint64_t length;
};

/*
 * Adds STRIKE to the journal, and to its rule's counters in fault_list(); it does not affect what
 * the rule does here.  Returns 0, or -EINVAL if its text is not a rule.
 */
int fault_struck(struct fault_plane *plane, const struct fault_strike *strike);

/* Whether a rule with that number exists. */
bool fault_is_there(const struct fault_plane *plane, uint64_t id);

/* Sets what a rule's phase= is compared with.  Returns 0, or -EINVAL if PHASE is too long. */
int fault_phase_set(struct fault_plane *plane, const char *phase);

/*
 * The rules in the order in which they were added.  The caller frees the list; NULL if memory ran
 * out.  Each is {id, name, rule, point, action, replayable, armed, seen, matched, fired, cut}.
 * armed: it may fire again.  cut: reads that ended before its bad sectors.  The counters include
 * the strikes passed to fault_struck().
 */
json_t *fault_list(const struct fault_plane *plane);

#endif
