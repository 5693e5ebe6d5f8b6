/* SPDX-License-Identifier: Apache-2.0 */
/*
 * commands_model.h - a volume with a past, commands that run into each other,
 * and a plain array for each view of it.
 *
 * Beside them somebody writes to the live view and to a clone, and somebody
 * reads snapshots.  Whatever is read must be what the arrays say.
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

/* In the last one there is no snapshot yet: only such a volume grows. */
enum model_world { WORLD_PLAIN, WORLD_LVM, WORLD_VSS, WORLD_DATTO, WORLD_XEN, WORLD_EMPTY, WORLDS };

extern const char *const model_world_names[WORLDS];

/* One of the two; `name` is what it makes. */
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
	unsigned steps_left; /* until it ends of itself; 0: it does not */
};

struct model_kind {
	const char *name;
	unsigned worlds; /* bits of enum model_world */
	bool fails;	 /* snapshots may have failed afterwards */
	void (*start)(struct model_command *command);
};

/* Up to one without a name. */
extern const struct model_kind model_kinds[];

extern struct engine model_engine;

/* Opens a volume with snapshots; SLOWLY: what is written to the store of one takes long. */
void model_open(enum model_world world, uint64_t seed, bool slowly);

/* Begins COMMANDS[NUMBER]. */
void model_begin(struct model_command *commands, const struct model_kind *kind, unsigned number);

/* One completion, and what goes on beside; false when nothing is under way. */
bool model_step(struct model_command *commands);

/* Runs until all has ended and all is at rest; looks at everything, closes, and looks again.
 * With STOPS it is closed in the middle of that.  NULL, or what went wrong. */
const char *model_finish(struct model_command *commands, bool stops);

#endif
