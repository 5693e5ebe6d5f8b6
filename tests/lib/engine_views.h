/* SPDX-License-Identifier: Apache-2.0 */
/* engine_views.h - what the live view and all snapshots have, to compare with later. */
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

/* Ends the test where a view differs; snapshots that were deleted since are not looked for. */
void views_check(struct engine *engine, const struct views *views);

/* The same for one view; SNAPSHOT NULL is the live view. */
void view_check(struct engine *engine, struct snapshot *snapshot, const uint8_t *expected);

#endif
