/* SPDX-License-Identifier: Apache-2.0 */
/*
 * names.h - what the steps of a scenario make and refer to.
 *
 * Steps are read in the order in which they will run, so everything that a step refers to must be
 * known when it is read.
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
	unsigned deleted_line; /* 0: not deleted */
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
	struct name_list gauges; /* gauges that a step has set */
	struct name_list series; /* of snapshots */

	/* A step that makes something could not be read, so a name that seems unknown may exist. */
	bool incomplete;
};

/* A scenario or failure while it is read. */
struct scenario_reading {
	struct reading reading;
	struct names *names; /* what the steps so far have made */
	bool is_failure; /* {words} of failure.h and shares of the volume are allowed as values */
};

static inline struct scenario_reading *scenario_reading(struct reading *reading)
{
	return CONTAINER_OF(reading, struct scenario_reading, reading);
}

void names_init(struct names *names);
void names_deinit(struct names *names);

/* char *: the name of a new snapshot or backup, not used before.  A client may take a snapshot
 * with a name that it took before. */
field_reader read_new_snapshot;
field_reader read_taken_snapshot;
field_reader read_new_backup;

/* char *: the name of a new series of snapshots. */
field_reader read_series;

/* Remembers the series NAME of COUNT snapshots, NAME-1 and so on. */
void names_add_series(struct names *names, const char *name, unsigned count, unsigned line);

/* Returns how many snapshots the series NAME has; 0 if it does not exist. */
unsigned names_series_count(const struct names *names, const char *name);

/* char *: the name of an existing snapshot; the name of a snapshot or series to delete. */
field_reader read_snapshot;
field_reader read_deleted_snapshot;

/* char *: the name of a snapshot that existed at some time. */
field_reader read_past_snapshot;

/* char *: the name of a backup that was made. */
field_reader read_backup;

/* char *: the name of a gauge; the name of one that an earlier step has set. */
field_reader read_gauge;
field_reader read_set_gauge;

/* char *: a value for a gauge; gauge_value_hint() checks it. */
field_reader read_gauge_value;

/* struct start_condition: "read.progress>=25%". */
field_reader read_condition;

/* Remembers that a step sets GAUGE at LINE. */
void names_add_gauge(struct names *names, const char *gauge, unsigned line);

/* Returns whether the gauge named GAUGE is a time; "60s" is sectors elsewhere. */
bool gauge_is_time(const char *gauge);

/* The name of gauge number INDEX; NULL after the last one. */
const char *gauge_word(size_t index);

/* char *: the name of a profile. */
field_reader read_profile_name;

/* The name of profile number INDEX; NULL after the last one. */
const char *profile_word(size_t index);

/* Returns NULL if VALUE is valid for GAUGE, else an example of a valid value. */
const char *gauge_value_hint(const char *gauge, const char *value);

#endif
