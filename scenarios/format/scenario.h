/* SPDX-License-Identifier: Apache-2.0 */
/*
 * scenario.h - a scenario as it was read: what to mount, what to do, what to expect.
 *
 * A plain tree, owned by struct scenario and freed with it.  Every part keeps
 * the place in the file where it stands, for messages of the run.
 */
#ifndef SNAPRIG_SCENARIOS_FORMAT_SCENARIO_H
#define SNAPRIG_SCENARIOS_FORMAT_SCENARIO_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include "simfs/base/yaml/place.h"

/* How long one run of the client may take when the scenario does not say. */
#define SCENARIO_TIME_LIMIT_NS 60000000000ull

enum content_kind { CONTENT_ZEROS, CONTENT_RANDOM, CONTENT_IMAGE, CONTENT_COMMAND, CONTENT_EXT4 };

/* Of a volume with CONTENT_EXT4: mke2fs needs room for its journal and tables. */
#define CONTENT_EXT4_MIN_BYTES (8ull << 20)

struct content_spec {
	enum content_kind kind;
	char *image;	/* CONTENT_IMAGE: path, as written */
	char *command;	/* CONTENT_COMMAND: a line for sh, which makes it of zeros */
	uint32_t files; /* CONTENT_EXT4: how many files … */
	uint64_t bytes; /* … with how many bytes in all */
};

/* Where the image of CONTENT_IMAGE lies: from beside the scenario.  The caller's. */
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

/* "start: read.progress>=25%": the step runs when the gauge has reached the value. */
struct start_condition {
	char *gauge; /* NULL: at once */
	char *at_least;
	bool is_optional; /* a moment that does not come is no loss */
	bool lets_read;	  /* of a write: reading goes on meanwhile, and it ends with the client */
};

enum step_kind {
	STEP_SNAPSHOT, /* snapshot: NAME, or { name, limit, before, after, requester, fails } */
	STEP_SERIES,  /* snapshots: { name, count, bytes }; read_steps() makes single steps of it */
	STEP_DELETE,  /* delete: NAME, or { name, fails } */
	STEP_WRITE,   /* write: { name, pattern, bytes, [start] } */
	STEP_GAUGE,   /* gauge: { name, value, [start] } */
	STEP_RELEASE, /* release: GAUGE */
	STEP_WAIT,    /* wait: TIME, on the rig's clock; or for a gauge or the journal */
	STEP_COALESCE,	   /* coalesce: wait | starves | start */
	STEP_FAULT,	   /* fault: RULE, or a list of them; one with the name of another takes its
			    * place */
	STEP_FAULT_REMOVE, /* fault-remove: NAME */
	STEP_WRITER_ADD,   /* writer-add: WRITER; so, too */
	STEP_WRITER_KILL,  /* writer-kill: NAME, of a simulated one */
	STEP_WRITER_REMOVE,  /* writer-remove: NAME */
	STEP_WRITERS_NOTIFY, /* writers-notify: EVENT, of which all are told */
	STEP_REMOUNT,	     /* remount: killed | unmounted */
	STEP_FILE_SYSTEM,    /* file-system: unmounted | mounted, the one that dattobd traces */
	STEP_CLONE,	     /* clone: { of, name, [copy: full] }, in a chain */
	STEP_DISCARD,	     /* discard: { bytes, [offset] }, of the live view; not in a chain */
	STEP_GROW,	     /* grow: SIZE, of the volume then; so, too */
	STEP_FILL,	     /* fill: SIZE | all | none, of the disk that the stores lie on */
	STEP_TARGET,	     /* target: SIZE, room for what clients make; none: as there is */
	STEP_LVM,	     /* lvm: { name, run, [start] }, a line in the world of `snaprig lvm` */
	STEP_REPEAT,	     /* repeat: { times, steps }; read_steps() makes single steps of it */
	STEP_FAILURE, /* failure: NAME, or { name, at, as }; its steps take its place (cli/) */
	STEP_REMEDY,  /* remedy: NAME, or { name, as }; so, too */
	STEP_BACKUP,  /* backup: { of | takes, to, [in: background] } */
	STEP_AWAIT,   /* await: BACKUP, of one in the background */
	STEP_RESTORE, /* restore: { from, to } */
	STEP_EXPECT,  /* expect: { … } */
};

enum pattern { PATTERN_RANDOM, PATTERN_SEQUENTIAL };

enum coalesce_wish {
	COALESCE_WAIT,	  /* until the worker is idle, and nothing may be left */
	COALESCE_STARVES, /* so, but something must be left, for want of room */
	COALESCE_START,	  /* and no more than that */
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

/* "chain.depth>=29": what a measure must be, now.  The value is NULL: there is no such wish. */
struct measure_wish {
	char *name;
	enum relation relation;
	char *value;
};

/* What the journal must have; what is NULL does not matter, and no event is no wish. */
struct event_wish {
	char *event;
	char *rule; /* its name */
	char *point;
	char *snapshot;
	char *writer;
	enum relation relation;
	uint64_t times;
};

/* What is not wished is NULL, VERDICT_NONE, EXIT_WISH_ANY or false. */
struct expectation {
	enum verdict verdict; /* of the latest backup */
	enum exit_wish exit_wish;
	int exit_number;  /* -314 and its low byte (198) are the same */
	char *says;	  /* in what the client printed */
	char *snapshot;	  /* whose state, error and kernel log */
	char *state;	  /* active | failed | … */
	char *error;	  /* "EFBIG" */
	char *kernel_log; /* text in .snaprig/kernel.log */
	struct measure_wish gauge;
	struct measure_wish counter; /* of the rig, since the volume was mounted */
	struct measure_wish elapsed; /* on the rig's clock, since the phase began */
	struct event_wish journal;   /* of the rig, since the volume was mounted */
	bool live_intact;	     /* live: intact */
	char *content;		     /* content: NAME, the restored bytes are this snapshot's */
	bool no_leaks;		     /* leaks: none */
};

/* Rules (faults/rule.h) that can be read. */
struct fault_texts {
	char **texts;
	size_t count;
};

/* Writers (simfs/volume/writers/spec.h) that can be read. */
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
	char *name;	       /* snapshot, writer, gauge, rule, or backup (`to`);
				* RESTORE: `to`, or NULL; FAILURE, REMEDY: its name,
				* or a path from beside the scenario */
	char *prefix;	       /* FAILURE, REMEDY: of all names in it; NULL: none */
	bool of_failure;       /* what it asks for may not come, or may be gone */
	char *of;	       /* BACKUP, CLONE: snapshot;  RESTORE: backup */
	bool is_full_copy;     /* CLONE */
	bool takes;	       /* BACKUP: the client takes the snapshot itself */
	bool in_background;    /* BACKUP: the next steps do not wait for it */
	enum pattern pattern;  /* WRITE */
	uint64_t offset_bytes; /* DISCARD */
	uint64_t bytes;	       /* WRITE, DISCARD, GROW, TARGET and FILL (0: none,
				* STEP_FILL_ALL: all); 0: … */
	uint32_t per_million;  /* … of the volume, in a failure that is not bound yet */
	char *value;	       /* GAUGE; FAILURE: its moment, or NULL; WRITER_ADD, LVM:
				* its line; WRITERS_NOTIFY: the event */
	uint32_t count;	       /* SERIES: snapshots */
	char *fails;	       /* SNAPSHOT, DELETE, WRITE: "ENOSPC", which it must meet; or NULL */
	char *limit;	       /* SNAPSHOT: of its store; NULL: the scenario's */
	char *before, *after;  /* SNAPSHOT: lines for sh, run around it; or NULL */
	bool requester_dies;   /* SNAPSHOT: who asks for it, before it is there */
	uint64_t wait_ns;      /* WAIT; 0: for what the expectation says */
	enum coalesce_wish coalesce;  /* COALESCE */
	enum remount_way remount;     /* REMOUNT */
	bool memory_is_real;	      /* GAUGE: pressed, not feigned */
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
	bool is_one_of_many; /* of a matrix: the path alone does not tell which */
	char *about;	     /* "" when the file says nothing */
	uint64_t seed;	     /* 0 when the file says nothing */
	char *profile;
	struct place profile_place;
	char *client; /* a name; or a path, which has a '/', from beside the scenario */
	struct place client_place;
	char *limit;			      /* NULL: the profile's */
	char *sr;			      /* of a chain: "file", "lvm"; NULL: the profile's */
	char *node_format;		      /* of a chain: "vhd", "qcow2"; NULL: the profile's */
	bool coalesces_when_asked;	      /* a chain, and at no other time */
	uint64_t timeout_ns;		      /* of all of it; 0: none */
	struct environment_texts environment; /* of the client */
	uint64_t time_limit_ns; /* of one run of the client; SCENARIO_TIME_LIMIT_NS by default */
	uint64_t volume_bytes;	/* a multiple of 512; 0: that of a CONTENT_IMAGE, not there */
	uint64_t disk_bytes;	/* of a disk of their own, for the stores; 0: none */
	struct content_spec content;
	struct writer_texts writers;
	bool writers_unchecked; /* the rig hands out snapshots although a writer failed */
	char **needs;		/* what a machine must have: programs, or "root" */
	size_t need_count;
	uint64_t time_scale; /* how fast the rig's clock runs; 0: as time does */
	struct phase *phases;
	size_t phase_count;
};

/* Those of one file: one, or one for each cell of its matrix. */
struct scenario_list {
	struct scenario **items;
	size_t count;
};

/*
 * Reads the scenarios in the file at PATH.  Returns 0; or -EINVAL after printing every
 * mistake to MESSAGES as "path:line:column: …", with a suggestion where one
 * is near; or the -errno of reading the file, which is printed too.
 */
int scenarios_load(const char *path, FILE *messages, struct scenario_list *ret);
void scenario_list_deinit(struct scenario_list *list);

void scenario_destroy(struct scenario *scenario);

/* Frees COUNT STEPS, and what is theirs. */
void steps_deinit(struct step *steps, size_t count);

/* What is theirs of one STEP that is a part of something else. */
void step_deinit(struct step *step);

/* As scenario_destroy(), of one that is a part of something else. */
void scenario_deinit(struct scenario *scenario);

/* "silent-corruption"; "none" for VERDICT_NONE. */
const char *verdict_name(enum verdict verdict);

#endif
