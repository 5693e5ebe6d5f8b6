/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/unit/ahead_bench.h"

#include <check.h>
#include <string.h>

#include "simfs/volume/core.h"
#include "tests/lib/engine_folder.h"

struct volume_limits ahead_limits;
uint64_t ahead_file_bytes;

static void note(void *context, const char *name, const struct blockio_request *request)
{
	(void)context;
	(void)name;
	for (unsigned i = 0; i < request->iov_count && request->kind == BLOCKIO_READ; i++)
		ahead_file_bytes += request->iov[i].iov_len;
}

void ahead_open(uint32_t ahead_bytes)
{
	ahead_limits = volume_limits_default;
	ahead_limits.ahead_bytes = ahead_bytes;
	ahead_limits.ahead_beside_ns = 0;
	fault_bench_open(&(struct engine_options){ .volume_bytes = BENCH_VOLUME_BYTES,
				 .limits = &ahead_limits },
		true);
	engine_folder_watch(bench_engine.folder, note, NULL);
	engine_folder_watch(bench_engine.image_folder, note, NULL);
	ahead_file_bytes = 0;
}

struct snapshot *ahead_view(void)
{
	return engine_find(&bench_engine, "s");
}

bool ahead_start_read(struct engine_request **ret, uint64_t offset, size_t length)
{
	*ret = engine_read_new(ahead_view(), offset, length);
	engine_submit(&bench_engine, *ret);
	return (*ret)->has_ended;
}

void ahead_expect(struct engine_request *read)
{
	ck_assert_int_eq(engine_wait(&bench_engine, read), 0);
	ck_assert_mem_eq(read->request.data, bench_content + read->request.offset,
		read->request.done_length);
	engine_request_free(read);
}

bool ahead_read_one(uint64_t offset, size_t length)
{
	struct engine_request *read;
	bool is_at_once = ahead_start_read(&read, offset, length);

	ahead_expect(read);
	engine_settle(&bench_engine);
	return is_at_once;
}
