/* SPDX-License-Identifier: Apache-2.0 */
/*
 * failure.h - a failure by its name: how it is caused, what is seen of it, and what the manual
 * advises.
 *
 * A failure has its own file, written in the steps of scenarios.  What the file cannot know is a
 * word in it, which is bound before the failure is caused:
 *
 *	{at}		the moment: `start: "{at}"`, or `when={at}` of a rule
 *	{middle}	an odd byte in the middle of the volume, or the requested offset:
 *			`offset={middle}..`
 *
 * A `write` may give its size as a share of the volume.
 */
#ifndef SNAPRIG_SCENARIOS_FORMAT_FAILURE_H
#define SNAPRIG_SCENARIOS_FORMAT_FAILURE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>

#include "scenarios/format/scenario.h"
#include "simfs/base/yaml/fields.h"
#include "simfs/base/yaml/mistakes.h"

/* A profile, and what must be seen on it; `sees` are expect steps. */
struct failure_profile {
	char *name;
	struct step *sees;
	size_t see_count;
};

/* Which clients can meet it. */
enum failure_clients {
	FAILURE_OF_ANY,
	FAILURE_OF_LVM,	 /* only clients that are given LVM */
	FAILURE_OF_XAPI, /* only clients that are given XAPI */
};

/* The name of the backup during which the failure happens. */
#define FAILURE_BACKUP "b1"

struct failure {
	char *source; /* the document or report that describes it */
	char *at;     /* the moment, "read.progress>=25%"; NULL: no moment of its own */
	enum failure_clients clients;
	char **needs; /* what a machine must have: programs, or "root" */
	size_t need_count;
	struct failure_profile *profiles; /* at least one; the first is the default */
	size_t profile_count;

	/* Its name, path, about, limit, writers and times, and the phases "inject" and "remedy";
	 * the latter may have no steps.  The other fields are unset. */
	struct scenario scenario;
};

/* Reads the failure in LENGTH bytes at TEXT, like scenarios_parse(). */
int failure_parse(const char *path, const char *text, size_t length, struct mistakes *mistakes,
	struct failure **ret);

/* Returns whether the LENGTH bytes at TEXT look like a failure, judged by their keys. */
bool failure_is_meant(const char *text, size_t length);

/* Reads the file at PATH, like scenarios_load(). */
int failure_load(const char *path, FILE *messages, struct failure **ret);
void failure_destroy(struct failure *failure);

/* Returns the profile NAME (NULL: the default) of FAILURE; or NULL. */
const struct failure_profile *failure_profile(const struct failure *failure, const char *name);

/* Return whether the moment, or the offset, at which it strikes can be set. */
bool failure_has_moment(const struct failure *failure);
bool failure_has_offset(const struct failure *failure);

/* Returns where FAILURE strikes by default, for people; NULL: at no moment of the reading. */
const char *failure_place(const struct failure *failure);

/* Returns whether AT, as typed by a user, is a moment or an offset ("offset>=512KiB"). */
bool failure_at_reads(const char *at);

/* Returns whether AT, which is valid, can be set for FAILURE. */
bool failure_has_at(const struct failure *failure, const char *at);

/*
 * Binds the words to AT, which is valid (NULL: the failure's own moment, and the middle), and to a
 * volume of VOLUME_BYTES.
 */
void failure_bind(struct failure *failure, const char *at, uint64_t volume_bytes);

/* Splits TEXT ("33MiB+210%").  Returns 0 or -EINVAL. */
int failure_sum_parse(const char *text, uint64_t *ret_bytes, uint32_t *ret_per_million);

/* Returns TEXT with its words bound to examples, for checking it.  The caller frees it. */
char *failure_example(const char *text);

/* Returns whether TEXT is a moment, and splits it into *RET.  The caller frees the texts of
 * *RET. */
bool moment_parse(const char *text, struct start_condition *ret);

/* All tables of keys that only failures have, for the test of their schema. */
const struct field_table *const *failure_tables(size_t *ret_count);

#endif
