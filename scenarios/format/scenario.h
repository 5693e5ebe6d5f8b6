/* SPDX-License-Identifier: Apache-2.0 */
/*
 * scenario.h - a scenario as it was read: what to mount, what to do, what to expect.
 *
 * A plain tree, owned by struct scenario and freed with it.  Every part keeps its place in the
 * file, for the messages of a run.
 */
#ifndef SNAPRIG_SCENARIOS_FORMAT_SCENARIO_H
#define SNAPRIG_SCENARIOS_FORMAT_SCENARIO_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include "simfs/base/yaml/place.h"

/* How long one run of the client may take by default. */
#define SCENARIO_TIME_LIMIT_NS 60000000000ull

enum content_kind { CONTENT_ZEROS, CONTENT_RANDOM, CONTENT_IMAGE, CONTENT_COMMAND, CONTENT_EXT4 };

/* For CONTENT_EXT4: mke2fs needs room for the journal and its tables. */
#define CONTENT_EXT4_MIN_BYTES (8ull << 20)

struct content_spec {
	enum content_kind kind;
	char *image;	/* CONTENT_IMAGE: path, as written */
	char *command;	/* CONTENT_COMMAND: a line for sh, which makes it from zeros */
	uint32_t files; /* CONTENT_EXT4: number of files */
	uint64_t bytes; /* CONTENT_EXT4: their total size */
};

/* Returns the path of the image of CONTENT_IMAGE, which is relative to the scenario.  The caller
 * frees it. */
char *content_image_path(const struct content_spec *content, const char *scenario_path);

enum verdict {
	VERDICT_NONE,
	VERDICT_INTACT,
	VERDICT_RECOVERED,
	VERDICT_LEAKED,
	VERDICT_DETECTED,
	VERDICT_MISREPORTED,
	VERDICT_SILENT_CORRUPTION,
	VERDICT_RETRIED_NON_RETRYABLE,
	VERDICT_HUNG,
	VERDICT_INCONCLUSIVE,
};

/* "start: read.progress>=25%": the step runs when the gauge reaches the value. */
struct start_condition {
	char *gauge; /* NULL: at once */
	char *at_least;
	bool is_optional; /* it is no mistake if the moment never comes */
	bool lets_read;	  /* of a write: reads go on during it, and it ends with the client */
};

enum step_kind {
	STEP_SNAPSHOT,	   /* snapshot: NAME, or { name, limit, before, after, requester, fails } */
	STEP_SERIES,	   /* snapshots: { name, count, bytes }; becomes single steps */
	STEP_DELETE,	   /* delete: NAME, or { name, fails } */
	STEP_WRITE,	   /* write: { name, pattern, bytes, [start] } */
	STEP_GAUGE,	   /* gauge: { name, value, [start] } */
	STEP_RELEASE,	   /* release: GAUGE */
	STEP_WAIT,	   /* wait: TIME, on the rig's clock; or for a gauge or the journal */
	STEP_COALESCE,	   /* coalesce: wait | starves | start */
	STEP_FAULT,	   /* fault: RULE, or a list of them; replaces a rule with the same name */
	STEP_FAULT_REMOVE, /* fault-remove: NAME */
	STEP_WRITER_ADD,   /* writer-add: WRITER; replaces a writer with the same name */
	STEP_WRITER_KILL,  /* writer-kill: NAME, of a simulated writer */
	STEP_WRITER_REMOVE,  /* writer-remove: NAME */
	STEP_WRITERS_NOTIFY, /* writers-notify: EVENT, sent to all writers */
	STEP_REMOUNT,	     /* remount: killed | unmounted */
	STEP_FILE_SYSTEM,    /* file-system: unmounted | mounted: the one traced by dattobd */
	STEP_CLONE,	     /* clone: { of, name, [copy: full] }, in a chain */
	STEP_DISCARD,	     /* discard: { bytes, [offset] } of the live view; not in a chain */
	STEP_GROW,	     /* grow: SIZE, the new size of the volume; not in a chain */
	STEP_FILL,	     /* fill: SIZE | all | none, of the disk with the stores */
	STEP_TARGET,	     /* target: SIZE, the room for backups; none: no limit */
	STEP_LVM,     /* lvm: { name, run, [start] }, a command in the world of `snaprig lvm` */
	STEP_REPEAT,  /* repeat: { times, steps }; becomes single steps */
	STEP_FAILURE, /* failure: NAME, or { name, at, as }; replaced by its steps (cli/) */
	STEP_REMEDY,  /* remedy: NAME, or { name, as }; replaced, too */
	STEP_BACKUP,  /* backup: { of | takes, to, [in: background] } */
	STEP_AWAIT,   /* await: BACKUP, one in the background */
	STEP_RESTORE, /* restore: { from, to } */
	STEP_EXPECT,  /* expect: { … } */
};

enum pattern { PATTERN_RANDOM, PATTERN_SEQUENTIAL };

enum coalesce_wish {
	COALESCE_WAIT,	  /* until the worker is idle; nothing may be left to merge */
	COALESCE_STARVES, /* until the worker is idle; something must be left, for lack of space */
	COALESCE_START,	  /* only start the worker */
};

enum remount_way { REMOUNT_KILLED, REMOUNT_UNMOUNTED };

enum exit_wish { EXIT_WISH_ANY, EXIT_WISH_ZERO, EXIT_WISH_NONZERO, EXIT_WISH_NUMBER };

enum relation {
	RELATION_AT_LEAST,
	RELATION_AT_MOST,
	RELATION_ABOVE,
	RELATION_BELOW,
	RELATION_EQUAL,
};

/* "chain.depth>=29": what a gauge or counter must be now.  VALUE is NULL: not expected. */
struct measure_wish {
	char *name;
	enum relation relation;
	char *value;
};

/* What the journal must contain.  A member that is NULL does not matter; without an event, nothing
 * is expected. */
struct event_wish {
	char *event;
	char *rule; /* its name */
	char *point;
	char *snapshot;
	char *writer;
	enum relation relation;
	uint64_t times;
};

/* Members that are not expected are NULL, VERDICT_NONE, EXIT_WISH_ANY or false. */
struct expectation {
	enum verdict verdict; /* of the latest backup */
	enum exit_wish exit_wish;
	int exit_number;  /* -314 and its low byte (198) are equal */
	char *says;	  /* a text in what the client printed */
	char *snapshot;	  /* the snapshot that state, error and kernel_log are about */
	char *state;	  /* active | failed | … */
	char *error;	  /* "EFBIG" */
	char *kernel_log; /* a text in .snaprig/kernel.log */
	struct measure_wish gauge;
	struct measure_wish counter; /* of the rig, since it was mounted */
	struct measure_wish elapsed; /* on the rig's clock, since the phase began */
	struct event_wish journal;   /* of the rig, since it was mounted */
	bool live_intact;	     /* live: intact */
	char *content; /* content: NAME; the restored bytes are those of this snapshot */
	bool no_leaks; /* leaks: none */
};

/* Valid rules (faults/rule.h). */
struct fault_texts {
	char **texts;
	size_t count;
};

/* Valid writers (simfs/volume/writers/spec.h). */
struct writer_texts {
	char **texts;
	size_t count;
};

/* "NAME=value"s. */
struct environment_texts {
	char **texts;
	size_t count;
};

#define SCENARIO_WRITERS_MAX 64
#define STEP_FILL_ALL	     UINT64_MAX

struct step {
	enum step_kind kind;
	struct place place;
	char *name;	      /* what it is about, or `to` of BACKUP and RESTORE (or NULL); FAILURE,
			       * REMEDY: name or path, which is relative to the scenario */
	char *prefix;	      /* FAILURE, REMEDY: a prefix for all names in it; or NULL */
	bool of_failure;      /* what it waits for may never come, or may be gone */
	char *of;	      /* BACKUP, CLONE: snapshot;  RESTORE: backup */
	bool is_full_copy;    /* CLONE */
	bool takes;	      /* BACKUP: the client takes the snapshot itself */
	bool in_background;   /* BACKUP: the next steps do not wait for it */
	enum pattern pattern; /* WRITE */
	uint64_t offset_bytes; /* DISCARD */
	uint64_t bytes;	      /* WRITE, DISCARD, GROW, TARGET, FILL (0: none, STEP_FILL_ALL: all) */
	uint32_t per_million; /* WRITE with 0 bytes: a share of the volume, in a failure that is not
			       * bound yet */
	char *value;	      /* GAUGE; FAILURE: its moment, or NULL; WRITER_ADD, LVM: its line;
			       * WRITERS_NOTIFY: the event */
	uint32_t count;	      /* SERIES: number of snapshots */
	char *fails; /* SNAPSHOT, DELETE, WRITE: the error that it must meet, "ENOSPC"; or NULL */
	char *limit; /* SNAPSHOT: limit of its store; NULL: the scenario's */
	char *before, *after; /* SNAPSHOT: shell commands, run before and after it; or NULL */
	bool requester_dies;  /* SNAPSHOT: its requester dies before it is complete */
	uint64_t wait_ns;     /* WAIT; 0: until the expectation is met */
	enum coalesce_wish coalesce;  /* COALESCE */
	enum remount_way remount;     /* REMOUNT */
	bool memory_is_real;	      /* GAUGE: really used, not simulated */
	struct start_condition start; /* WRITE, GAUGE, LVM */
	struct fault_texts faults;    /* FAULT */
	struct expectation expectation;
};

struct phase {
	char *name;
	struct place place;
	struct step *steps;
	size_t step_count;
};

struct scenario {
	char *path; /* of its file, as given */
	char *name;
	struct place name_place;
	bool is_one_of_many; /* of a matrix: the path alone does not identify it */
	char *about;	     /* "" if not given */
	uint64_t seed;	     /* 0 if not given */
	char *profile;
	struct place profile_place;
	char *client; /* a name, or a path relative to the scenario, which contains a '/' */
	struct place client_place;
	char *limit;			      /* NULL: the profile's */
	char *sr;			      /* of a chain: "file", "lvm"; NULL: the profile's */
	char *node_format;		      /* of a chain: "vhd", "qcow2"; NULL: the profile's */
	bool coalesces_when_asked;	      /* a chain: only when told to */
	uint64_t timeout_ns;		      /* of the whole scenario; 0: none */
	struct environment_texts environment; /* of the client */
	uint64_t time_limit_ns; /* of one run of the client; SCENARIO_TIME_LIMIT_NS by default */
	uint64_t volume_bytes;	/* a multiple of 512; 0: that of a CONTENT_IMAGE, if it exists */
	uint64_t disk_bytes;	/* of a separate disk for the stores; 0: none */
	struct content_spec content;
	struct writer_texts writers;
	bool writers_unchecked; /* the rig hands out snapshots even if a writer failed */
	char **needs;		/* what a machine must have: programs, or "root" */
	size_t need_count;
	uint64_t time_scale; /* speed of the rig's clock; 0: real time */
	struct phase *phases;
	size_t phase_count;
};

/* The scenarios of one file: one, or one for each cell of its matrix. */
struct scenario_list {
	struct scenario **items;
	size_t count;
};

/*
 * Reads the scenarios in the file at PATH.  Returns 0; or -EINVAL after printing every mistake to
 * MESSAGES as "path:line:column: …", with a suggestion if a similar word exists; or the -errno of
 * reading the file, which is printed, too.
 */
int scenarios_load(const char *path, FILE *messages, struct scenario_list *ret);
void scenario_list_deinit(struct scenario_list *list);

void scenario_destroy(struct scenario *scenario);

/* Frees COUNT STEPS and everything they own. */
void steps_deinit(struct step *steps, size_t count);

/* Frees what STEP owns, but not STEP. */
void step_deinit(struct step *step);

/* Frees what SCENARIO owns, but not SCENARIO. */
void scenario_deinit(struct scenario *scenario);

/* "silent-corruption"; "none" for VERDICT_NONE. */
const char *verdict_name(enum verdict verdict);

#endif
