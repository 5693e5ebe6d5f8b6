/* SPDX-License-Identifier: Apache-2.0 */
/*
 * failure.h - a failure by its name: how it is brought about, what is seen of it, and what
 * its manual advises.
 *
 * A file of its own, with the steps of scenarios.  What it does not know yet is a word in it,
 * bound when the failure is to happen:
 *
 *	{at}		the moment: `start: "{at}"`, or `when={at}` of a rule
 *	{middle}	an odd byte in the middle of the volume, or the offset that is asked for:
 *			`offset={middle}..`
 *
 * and a `write` may say what share of the volume it writes.
 */
#ifndef SNAPRIG_SCENARIOS_FORMAT_FAILURE_H
#define SNAPRIG_SCENARIOS_FORMAT_FAILURE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>

#include "scenarios/format/scenario.h"
#include "simfs/base/yaml/fields.h"
#include "simfs/base/yaml/mistakes.h"

/* The profile on which it must be seen so; `sees` are expect steps. */
struct failure_profile {
	char *name;
	struct step *sees;
	size_t see_count;
};

/* Who meets it. */
enum failure_clients {
	FAILURE_OF_ANY,
	FAILURE_OF_LVM,	 /* only clients that are given LVM */
	FAILURE_OF_XAPI, /* only clients that are given XAPI */
};

/* The name of the backup that meets it. */
#define FAILURE_BACKUP "b1"

struct failure {
	char *source; /* the document or the report that tells of it */
	char *at;     /* the moment, "read.progress>=25%"; NULL: it has none of its own */
	enum failure_clients clients;
	char **needs; /* what a machine must have: programs, or "root" */
	size_t need_count;
	struct failure_profile *profiles; /* at least one; the first is the usual */
	size_t profile_count;

	/* Its name, path, about, limit, writers and times, and the phases "inject" and "remedy",
	 * of which the second may have no steps.  The rest is not there. */
	struct scenario scenario;
};

/* Reads the failure in LENGTH bytes at TEXT, as scenarios_parse() does. */
int failure_parse(const char *path, const char *text, size_t length, struct mistakes *mistakes,
	struct failure **ret);

/* Whether the LENGTH bytes at TEXT are meant as a failure, by their keys. */
bool failure_is_meant(const char *text, size_t length);

/* Reads the file at PATH, as scenarios_load() does. */
int failure_load(const char *path, FILE *messages, struct failure **ret);
void failure_destroy(struct failure *failure);

/* The profile NAME (NULL: the usual) of FAILURE; or NULL. */
const struct failure_profile *failure_profile(const struct failure *failure, const char *name);

/* Does it strike at a moment that can be set, or at an offset? */
bool failure_has_moment(const struct failure *failure);
bool failure_has_offset(const struct failure *failure);

/* Where FAILURE strikes if nobody says otherwise, for people; NULL: at no moment of the reading. */
const char *failure_place(const struct failure *failure);

/* Is AT, as it is typed, a moment or an offset, "offset>=512KiB"? */
bool failure_at_reads(const char *at);

/* Does FAILURE have what AT sets, which can be read? */
bool failure_has_at(const struct failure *failure, const char *at);

/*
 * Binds the words: to AT (NULL: its own moment, and the middle), which can be read, and to a
 * volume of VOLUME_BYTES.
 */
void failure_bind(struct failure *failure, const char *at, uint64_t volume_bytes);

/* Splits TEXT, "33MiB+210%": 0, or -EINVAL. */
int failure_sum_parse(const char *text, uint64_t *ret_bytes, uint32_t *ret_per_million);

/* TEXT with words that are bound to something, for whoever checks it; the caller's. */
char *failure_example(const char *text);

/* Is TEXT a moment?  Splits it into *RET, whose texts are the caller's; else NULL or a hint. */
bool moment_parse(const char *text, struct start_condition *ret);

/* Every table of keys that only failures have, for the test of their schema. */
const struct field_table *const *failure_tables(size_t *ret_count);

#endif
