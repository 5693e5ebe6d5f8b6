/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/unit/fault_bench.h"

#include <check.h>
#include <string.h>

unsigned fault_bench_crashes;

static void count_crash(void *context)
{
	(void)context;
	fault_bench_crashes++;
}

void fault_bench_open(const struct engine_options *options, bool with_snapshot)
{
	fault_bench_crashes = 0;
	engine_init(&bench_engine, 7, options);
	ck_assert_int_eq(engine_close(&bench_engine), 0);
	bench_engine.volume_options.faults.crash = count_crash;
	ck_assert_int_eq(engine_open(&bench_engine), 0);
	bench_fill();
	if (with_snapshot)
		ck_assert_int_eq(engine_snapshot(&bench_engine, "s", NULL, NULL), 0);
}

void fault_bench_add(const char *text)
{
	char message[RULE_MESSAGE_BYTES];
	uint64_t id;

	ck_assert_msg(volume_fault_add(bench_engine.volume, text, &id, message) == 0, "%s: %s",
		text, message);
}

long long fault_bench_count(size_t index, const char *name)
{
	json_t *rules = volume_fault_list(bench_engine.volume);
	long long count = json_integer_value(json_object_get(json_array_get(rules, index), name));

	json_decref(rules);
	return count;
}

int fault_bench_read(
	struct snapshot *snapshot, uint64_t offset, size_t length, uint8_t *bytes, size_t *ret_done)
{
	struct engine_request *read = engine_read_new(snapshot, offset, length);
	int result;

	engine_submit(&bench_engine, read);
	result = engine_wait(&bench_engine, read);
	if (result == 0)
		memcpy(bytes, read->request.data, length);
	*ret_done = read->request.done_length;
	engine_request_free(read);
	return result;
}

int fault_bench_write(
	struct snapshot *snapshot, uint64_t offset, size_t length, uint64_t stamp, size_t *ret_done)
{
	struct engine_request *write = engine_write_new(offset, length, stamp);
	int result;

	write->request.snapshot = snapshot;
	engine_submit(&bench_engine, write);
	result = engine_wait(&bench_engine, write);
	*ret_done = write->request.done_length;
	ck_assert_uint_eq(write->request.offset, offset);
	ck_assert_uint_eq(write->request.length, length);
	engine_request_free(write);
	return result;
}

const uint8_t *fault_bench_image(void)
{
	uint64_t size;

	return engine_file(&bench_engine, ENGINE_IMAGE, &size);
}
