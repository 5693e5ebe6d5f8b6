/* SPDX-License-Identifier: Apache-2.0 */
/*
 * names.h - what the steps of a scenario make and what they refer to.
 *
 * Steps are read in the order in which they will run, so whatever a step
 * refers to must be known when it is read.
 */
#ifndef SNAPRIG_SCENARIOS_FORMAT_NAMES_H
#define SNAPRIG_SCENARIOS_FORMAT_NAMES_H

#include <stdbool.h>
#include <stddef.h>

#include "simfs/base/list.h"
#include "simfs/base/yaml/fields.h"

struct known_name {
	char *text;
	unsigned line;	       /* where it was made */
	unsigned deleted_line; /* 0: it is still there */
	bool is_taken;	       /* a client takes it */
	unsigned count;	       /* of a series: its snapshots */
};

struct name_list {
	struct known_name *items;
	size_t count;
};

struct names {
	struct name_list snapshots;
	struct name_list backups;
	struct name_list gauges; /* those that a step has set */
	struct name_list series; /* of snapshots */

	/* A step that makes something could not be read: what seems unknown may be known. */
	bool incomplete;
};

/* A scenario, or a failure, that is being read. */
struct scenario_reading {
	struct reading reading;
	struct names *names; /* what the steps so far have made */
	bool is_failure;     /* {words} of failure.h and shares of the volume are values, too */
};

static inline struct scenario_reading *scenario_reading(struct reading *reading)
{
	return CONTAINER_OF(reading, struct scenario_reading, reading);
}

void names_init(struct names *names);
void names_deinit(struct names *names);

/* char *: the name of a new snapshot or backup, and one that was not used before; a client may
 * take one of the same name again. */
field_reader read_new_snapshot;
field_reader read_taken_snapshot;
field_reader read_new_backup;

/* char *: the name of a new series of snapshots. */
field_reader read_series;

/* Remembers the series NAME of COUNT snapshots, NAME-1 and so on. */
void names_add_series(struct names *names, const char *name, unsigned count, unsigned line);

/* How many snapshots the series NAME has; 0 when there is none. */
unsigned names_series_count(const struct names *names, const char *name);

/* char *: the name of a snapshot that is there; and of one, or of a series, that
 * is deleted from now on. */
field_reader read_snapshot;
field_reader read_deleted_snapshot;

/* char *: the name of a snapshot that was there once. */
field_reader read_past_snapshot;

/* char *: the name of a backup that was made. */
field_reader read_backup;

/* char *: the name of a gauge; and of one that an earlier step has set. */
field_reader read_gauge;
field_reader read_set_gauge;

/* char *: what a gauge is to read; gauge_value_hint() tells whether it can. */
field_reader read_gauge_value;

/* struct start_condition: "read.progress>=25%". */
field_reader read_condition;

/* Remembers that a step sets GAUGE at LINE. */
void names_add_gauge(struct names *names, const char *gauge, unsigned line);

/* Is GAUGE, a name, a time?  "60s" is sectors elsewhere. */
bool gauge_is_time(const char *gauge);

/* The name of the gauge INDEX; NULL behind the last one. */
const char *gauge_word(size_t index);

/* char *: the name of a profile. */
field_reader read_profile_name;

/* The name of the profile INDEX; NULL behind the last one. */
const char *profile_word(size_t index);

/* An example of what GAUGE can be when VALUE is none of it; NULL when VALUE is right. */
const char *gauge_value_hint(const char *gauge, const char *value);

#endif
