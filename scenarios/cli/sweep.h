/* SPDX-License-Identifier: Apache-2.0 */
/*
 * sweep.h - moves one failure through everything that a client reads: a check for each place.
 *
 * A track is a sequence of places at which the failure can strike, numbered from 0.  Some are
 * tried; the result of the check there, verdict and exit status, is the place's answer.
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

	/* As typed by the user; NULL: not given. */
	const char *by_text, *points_text, *svg;
	bool every;

	/* Their values. */
	enum sweep_by by;
	uint64_t points_max; /* of checks, of all tracks together */
};

struct sweep_point {
	uint64_t index; /* on its track */
	struct check_result result;
	size_t answer; /* number set by sweep_answers_tell() */
};

/* A track of offsets has one place per block: its first byte, or one in its middle. */
#define SWEEP_BLOCK_BYTES 4096u

struct sweep_track {
	const char *name;
	uint64_t first_bytes; /* by offsets: where place 0 is */
	uint64_t count;
	struct sweep_point *points; /* those that were tried, sorted by index */
	size_t point_count;
};

#define SWEEP_TRACKS_MAX 2

struct sweep {
	const struct sweep_arguments *arguments;
	struct check_result steady; /* of the client when nothing strikes */
	struct sweep_track tracks[SWEEP_TRACKS_MAX];
	size_t track_count;
	size_t answer_count; /* set by sweep_answers_tell() */
	int code;	     /* the exit code for all checks */
	bool is_partial;     /* a signal interrupted it */
};

/* ---- sweep_aim.c: what strikes at a place ---- */

/* Checks whether the failure can be moved, and by what if that is not given.  Returns EXIT_MET, or
 * the exit code after a message. */
int sweep_aim_check(struct sweep_arguments *arguments);

/*
 * Set up CHECK, a copy of the arguments: to only count the places, or to strike at place INDEX of
 * TRACK.  Return the texts that CHECK points into, for sweep_aim_free().
 */
char **sweep_aim_count(const struct sweep_arguments *arguments, struct check_arguments *check);
char **sweep_aim(const struct sweep_arguments *arguments, const struct sweep_track *track,
	uint64_t index, struct check_arguments *check);
void sweep_aim_free(char **texts);

/* Fills in the tracks of SWEEP, whose steady run has counted the places. */
void sweep_aim_tracks(struct sweep *sweep);

/* ---- sweep_choose.c: which place is next ---- */

/* Adds the place INDEX, which was not tried yet, to those that were. */
struct sweep_point *sweep_point_add(struct sweep_track *track, uint64_t index);

/*
 * Chooses the next place to try: the first, the last, then the middle of the widest gap between
 * two places with different answers, or else with equal ones.  Returns false if all were tried.
 */
bool sweep_choose(const struct sweep_track *track, uint64_t *ret_index);

/* Returns whether nothing struck there; then the client's result says nothing. */
bool sweep_has_missed(const struct check_result *result);

/* Returns whether both are the same answer. */
bool sweep_agrees(const struct check_result *left, const struct check_result *right);

/* ---- sweep_report.c ---- */

/* Numbers the answers in the order in which they first occur along the tracks. */
void sweep_answers_tell(struct sweep *sweep);

/* "A" to "Z" for an answer, "+" for further ones; "-" if nothing struck. */
char sweep_letter(const struct sweep_point *point);

/* Returns the end of the points from FIRST on that have the same answer. */
size_t sweep_range_end(const struct sweep_track *track, size_t first);

void sweep_print(const struct sweep *sweep);
json_t *sweep_json(const struct sweep *sweep);

/* ---- sweep_svg.c: the map as a picture: 0, or -errno ---- */
int sweep_svg_write(const struct sweep *sweep, const char *path);

#endif
