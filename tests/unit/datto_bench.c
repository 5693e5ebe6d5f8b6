/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/unit/datto_bench.h"

#include <check.h>
#include <stdlib.h>
#include <string.h>

#include "simfs/volume/changed.h"
#include "tests/lib/engine_suite.h"

#define LIVE "/mount/live"

struct engine datto_engine;
uint64_t datto_live[DATTO_BLOCKS], datto_taken[DATTO_BLOCKS];
bool datto_changed[DATTO_BLOCKS];

static void note(struct datto_command *command, int result)
{
	struct datto_run *run = CONTAINER_OF(command, struct datto_run, command);

	run->has_ended = true;
	run->result = result;
}

void datto_begin(struct datto_run *run, enum datto_ioctl ioctl)
{
	run->command.ioctl = ioctl;
	run->command.block_device = LIVE;
	run->command.cow_path = "/mnt/.datto";
	run->command.done = note;
	volume_datto_ioctl(datto_engine.volume, &run->command);
}

int datto_run_sized(enum datto_ioctl ioctl, uint64_t fallocate_bytes, uint64_t expand_bytes)
{
	struct datto_run run = { .command = { .fallocate_bytes = fallocate_bytes,
					 .expand_bytes = expand_bytes } };

	datto_begin(&run, ioctl);
	engine_settle(&datto_engine);
	ck_assert(run.has_ended);
	return run.result;
}

int datto_run(enum datto_ioctl ioctl)
{
	return datto_run_sized(ioctl, 0, 0);
}

void datto_write(unsigned block, uint64_t stamp)
{
	ck_assert_int_eq(
		engine_write(&datto_engine, (uint64_t)block * DATTO_BLOCK, DATTO_BLOCK, stamp), 0);
	datto_live[block] = stamp;
	datto_changed[block] = true;
}

void datto_note_taken(void)
{
	memcpy(datto_taken, datto_live, sizeof datto_live);
	memset(datto_changed, 0, sizeof datto_changed);
}

void datto_start(const char *limit)
{
	engine_init(&datto_engine, engine_seed(),
		&(struct engine_options){ .volume_bytes = DATTO_BLOCKS * DATTO_BLOCK,
			.profile = &profile_datto,
			.limit = limit });
	for (unsigned i = 0; i < DATTO_BLOCKS; i++)
		datto_write(i, i + 1);
	ck_assert_int_eq(datto_run(DATTO_SETUP), 0);
	datto_note_taken();
}

struct snapshot *datto_device(void)
{
	return engine_find(&datto_engine, "datto0");
}

uint64_t datto_number(const char *field)
{
	char *text = volume_datto_info(datto_engine.volume), *at = strstr(text, field);
	uint64_t number;

	ck_assert_msg(at != NULL, "no %s in %s", field, text);
	number = strtoull(at + strlen(field), NULL, 10);
	free(text);
	return number;
}

unsigned datto_state_now(void)
{
	return (unsigned)datto_number("\"state\": ");
}

void datto_check_changed(void)
{
	uint64_t offset, length, count = 0;
	bool found[DATTO_BLOCKS] = { false };

	for (uint64_t from = 0; snapshot_changed_next(datto_device(), from, &offset, &length);
		from = offset + length)
		for (uint64_t block = offset / DATTO_BLOCK; block < (offset + length) / DATTO_BLOCK;
			block++)
			found[block] = true;
	for (unsigned i = 0; i < DATTO_BLOCKS; i++) {
		ck_assert_msg(found[i] == datto_changed[i], "block %u is %s", i,
			datto_changed[i] ? "missed" : "extra");
		count += datto_changed[i];
	}
	ck_assert_uint_eq(snapshot_changed_blocks(datto_device()), count);
	ck_assert_uint_eq(datto_number("\"nr_changed_blocks\": "), count);
}

void datto_check_content(void)
{
	uint8_t *content = engine_content(&datto_engine, datto_device()), block[DATTO_BLOCK];

	for (unsigned i = 0; i < DATTO_BLOCKS; i++) {
		engine_stamp_fill(block, DATTO_BLOCK, datto_taken[i]);
		ck_assert_msg(memcmp(content + (size_t)i * DATTO_BLOCK, block, DATTO_BLOCK) == 0,
			"block %u is not what it was", i);
	}
	free(content);
}
