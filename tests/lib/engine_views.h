/* SPDX-License-Identifier: Apache-2.0 */
/* engine_views.h - the content of the live view and of all snapshots, to compare with later. */
#ifndef SNAPRIG_TESTS_LIB_ENGINE_VIEWS_H
#define SNAPRIG_TESTS_LIB_ENGINE_VIEWS_H

#include "tests/lib/engine.h"

struct views {
	unsigned count;
	uint8_t *live;
	struct {
		char name[STORE_NAME_BYTES];
		uint8_t *bytes;
	} snapshots[40];
};

void views_take(struct engine *engine, struct views *views);
void views_free(struct views *views);

/* Ends the test if a view differs; snapshots deleted since then are ignored. */
void views_check(struct engine *engine, const struct views *views);

/* The same for one view; SNAPSHOT NULL is the live view. */
void view_check(struct engine *engine, struct snapshot *snapshot, const uint8_t *expected);

#endif
