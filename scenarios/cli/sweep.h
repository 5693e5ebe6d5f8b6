/* SPDX-License-Identifier: Apache-2.0 */
/*
 * sweep.h - one failure, moved through all that a client reads: a check for each place.
 *
 * A track is a row of places at which the failure can strike, numbered from 0.  Some are
 * tried; what the check says there, verdict and exit status, is the place's answer.
 */
#ifndef SNAPRIG_SCENARIOS_CLI_SWEEP_H
#define SNAPRIG_SCENARIOS_CLI_SWEEP_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include <jansson.h>

#include "scenarios/cli/check.h"

enum sweep_by { SWEEP_BY_HITS, SWEEP_BY_OFFSETS };

struct sweep_arguments {
	struct check_arguments check; /* first */

	/* As they are typed; NULL: not at all. */
	const char *by_text, *points_text, *svg;
	bool every;

	/* What they mean. */
	enum sweep_by by;
	uint64_t points_max; /* checks, of all tracks together */
};

struct sweep_point {
	uint64_t index; /* on its track */
	struct check_result result;
	size_t answer; /* of sweep_answers_tell() */
};

/* One of offsets has a place for each block: its first byte, or one in its middle. */
#define SWEEP_BLOCK_BYTES 4096u

struct sweep_track {
	const char *name;
	uint64_t first_bytes; /* by offsets: where the place 0 lies */
	uint64_t count;
	struct sweep_point *points; /* those that were tried, by their index */
	size_t point_count;
};

#define SWEEP_TRACKS_MAX 2

struct sweep {
	const struct sweep_arguments *arguments;
	struct check_result steady; /* the client, and nothing strikes */
	struct sweep_track tracks[SWEEP_TRACKS_MAX];
	size_t track_count;
	size_t answer_count; /* of sweep_answers_tell() */
	int code;	     /* the exit code for all */
	bool is_partial;     /* a signal came before it was done */
};

/* ---- sweep_aim.c: what strikes at a place ---- */

/* Can it be moved at all, and by what, if nobody says?  EXIT_MET, or the exit code after a
 * message. */
int sweep_aim_check(struct sweep_arguments *arguments);

/*
 * What only counts the places, or what strikes at place INDEX of TRACK, into CHECK, a copy
 * of the arguments.  The texts that CHECK points into, for sweep_aim_free().
 */
char **sweep_aim_count(const struct sweep_arguments *arguments, struct check_arguments *check);
char **sweep_aim(const struct sweep_arguments *arguments, const struct sweep_track *track,
	uint64_t index, struct check_arguments *check);
void sweep_aim_free(char **texts);

/* The tracks of SWEEP, whose steady run has counted. */
void sweep_aim_tracks(struct sweep *sweep);

/* ---- sweep_choose.c: which place is next ---- */

/* Room for the place INDEX, which was not tried yet, among those that were. */
struct sweep_point *sweep_point_add(struct sweep_track *track, uint64_t index);

/*
 * The place to try next: the first, the last, then the middle of the widest gap between
 * two that answer differently, or else between two that agree.  False when all were tried.
 */
bool sweep_choose(const struct sweep_track *track, uint64_t *ret_index);

/* Did nothing strike there?  Then what the client did says nothing. */
bool sweep_has_missed(const struct check_result *result);

/* Are both the same answer? */
bool sweep_agrees(const struct check_result *left, const struct check_result *right);

/* ---- sweep_report.c ---- */

/* Numbers the answers as they come along the tracks. */
void sweep_answers_tell(struct sweep *sweep);

/* "A" to "Z" of an answer, "+" of those behind; "-" where nothing struck. */
char sweep_letter(const struct sweep_point *point);

/* The points from FIRST on that give the same answer: the end of them. */
size_t sweep_range_end(const struct sweep_track *track, size_t first);

void sweep_print(const struct sweep *sweep);
json_t *sweep_json(const struct sweep *sweep);

/* ---- sweep_svg.c: the map as a picture: 0, or -errno ---- */
int sweep_svg_write(const struct sweep *sweep, const char *path);

#endif
