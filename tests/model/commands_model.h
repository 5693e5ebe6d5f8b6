/* SPDX-License-Identifier: Apache-2.0 */
/*
 * commands_model.h - a volume with a history, overlapping commands, and a plain array for each
 * view.
 *
 * At the same time, a writer writes to the live view and to a clone, and a reader reads snapshots.
 * Everything that is read must be what the arrays say.
 */
#ifndef SNAPRIG_TESTS_MODEL_COMMANDS_MODEL_H
#define SNAPRIG_TESTS_MODEL_COMMANDS_MODEL_H

#include <stdbool.h>
#include <stdint.h>

#include "simfs/volume/datto/datto.h"
#include "simfs/volume/grow.h"
#include "simfs/volume/lvm/lvm.h"
#include "simfs/volume/request.h"
#include "simfs/volume/snapshot.h"
#include "simfs/volume/volume.h"
#include "simfs/volume/writers/writers.h"
#include "tests/lib/engine.h"

#define MODEL_BLOCK  16384u
#define MODEL_BLOCKS 16u

/* The last one has no snapshot yet: only such a volume grows. */
enum model_world { WORLD_PLAIN, WORLD_LVM, WORLD_VSS, WORLD_DATTO, WORLD_XEN, WORLD_EMPTY, WORLDS };

extern const char *const model_world_names[WORLDS];

/* One of two commands; `name` is what it makes. */
struct model_command {
	const struct model_kind *kind;
	char name[8];
	struct model_command *other;
	bool has_begun, has_ended;
	int result;

	struct snapshot_create create;
	struct snapshot_delete delete;
	struct snapshot_open open;
	struct snapshot *opened;
	struct datto_command datto;
	struct lvm_change change;
	struct writers_command writers;
	struct volume_growth growth;
	struct engine_request *read;
	unsigned steps_left; /* until it ends by itself; 0: it does not */
};

struct model_kind {
	const char *name;
	unsigned worlds; /* bits of enum model_world */
	bool fails;	 /* snapshots may have failed afterwards */
	void (*start)(struct model_command *command);
};

/* Ends with one without a name. */
extern const struct model_kind model_kinds[];

extern struct engine model_engine;

/* Opens a volume with snapshots; SLOWLY: writes to one snapshot's store take long. */
void model_open(enum model_world world, uint64_t seed, bool slowly);

/* Starts COMMANDS[NUMBER]. */
void model_begin(struct model_command *commands, const struct model_kind *kind, unsigned number);

/* Completes one request, and lets the reader and the writer continue; false if nothing is in
 * flight. */
bool model_step(struct model_command *commands);

/* Runs until everything has ended and is idle; checks everything, closes, and checks again.  With
 * STOPS, it is closed in the middle of that.  Returns NULL, or what went wrong. */
const char *model_finish(struct model_command *commands, bool stops);

#endif
