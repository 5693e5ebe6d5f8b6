/* SPDX-License-Identifier: Apache-2.0 */
/* commands_model_past.c - the history of a volume before the commands. */
#include "simfs/base/check.h"
#include "tests/model/commands_model_internal.h"

static void write_all(unsigned step)
{
	for (unsigned i = 0; i < MODEL_BLOCKS; i += step)
		model_write(i);
}

static void take(const char *name)
{
	MUST(engine_snapshot(&model_engine, name, NULL, NULL) == 0);
}

static void past_of_datto(void)
{
	struct model_command setup = { .datto = { .ioctl = DATTO_SETUP } };

	write_all(1);
	model_datto_begin(&setup);
	engine_settle(&model_engine);
	MUST(setup.has_ended && setup.result == 0);
	write_all(3);
}

/* In a chain, this makes a node that can be merged, whose children are a node and the snapshot
 * "c". */
static void past_of_others(enum model_world world)
{
	write_all(1);
	take("a");
	write_all(2);
	take("b");
	write_all(3);
	take("c");
	write_all(5);
	if (world != WORLD_XEN)
		return;
	MUST(engine_delete(&model_engine, "b") == 0);
	MUST(engine_snapshot(&model_engine, "d",
		     &(struct engine_snapshot_options){ .kind = SNAPSHOT_CLONED, .of = "c" },
		     NULL) == 0);
	model_cloned("d", "c");
}

void model_past(enum model_world world)
{
	if (world == WORLD_EMPTY)
		write_all(1);
	else if (world == WORLD_DATTO)
		past_of_datto();
	else
		past_of_others(world);
}
