/* SPDX-License-Identifier: Apache-2.0 */
/*
 * test_request_costs.c - what a request costs besides its transfers: system calls, completions
 * and memory, counted, on real files.
 *
 * One request after the other: each wait brings one completion, so these figures are exact.  Of
 * many at a time the disk decides how many come together; what they are together is exact.
 */
#include <check.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "simfs/base/check.h"
#include "simfs/base/clock.h"
#include "simfs/blockio/file.h"
#include "simfs/volume/request.h"
#include "simfs/volume/snapshot.h"
#include "simfs/volume/volume.h"
#include "tests/lib/engine_suite.h"
#include "tests/lib/other_calls.h"
#include "tests/unit/ring_bench.h"

#define BLOCK	     4096u
#define BLOCKS	     512u
#define REQUESTS     200u
#define WARM	     64u
#define BATCH	     32u
#define VOLUME_BYTES (BLOCKS * BLOCK)

/* ---- memory ---- */

/* A sanitizer has a heap of its own: none is counted there. */
static uint64_t allocations;

#if !defined(__SANITIZE_ADDRESS__) && !defined(__SANITIZE_THREAD__)

/* What glibc calls its own. */
extern void *__libc_malloc(size_t bytes);
extern void *__libc_calloc(size_t count, size_t bytes);
extern void *__libc_realloc(void *memory, size_t bytes);
extern void *__libc_memalign(size_t alignment, size_t bytes);

void *malloc(size_t bytes)
{
	allocations++;
	return __libc_malloc(bytes);
}

void *calloc(size_t count, size_t bytes)
{
	allocations++;
	return __libc_calloc(count, bytes);
}

void *realloc(void *memory, size_t bytes)
{
	allocations++;
	return __libc_realloc(memory, bytes);
}

int posix_memalign(void **ret, size_t alignment, size_t bytes)
{
	void *memory = __libc_memalign(alignment, bytes);

	allocations++;
	if (!memory)
		return ENOMEM;
	*ret = memory;
	return 0;
}

#endif

/* ---- the volume ---- */

static char path[] = "/var/tmp/test_request_costs.XXXXXX";
static int folder_fd;
static struct ring *ring;
static struct blockio_folder *folder;
static struct blockio *image;
static struct volume *volume;
static struct volume_request requests[BATCH];
static char *buffers;
static unsigned under_way;

static void open_volume(const char *profile)
{
	struct volume_options options = {
		.profile = profile_find(profile),
		.quiet = true,
		.no_coalesce = true,
		.image = "/image",
		.transport = "none",
	};
	char name[64];
	int fd;

	/* No clock is looked at, and no file for its sake. */
	clock_step_to(NS_PER_S);
	ck_assert_ptr_nonnull(mkdtemp(path));
	folder_fd = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	fd = openat(folder_fd, "image", O_RDWR | O_CREAT | O_CLOEXEC, 0600);
	buffers = aligned_alloc(BLOCKIO_ALIGNMENT_MAX, BATCH * VOLUME_BUFFER_BYTES);
	ck_assert(folder_fd >= 0 && fd >= 0 && buffers);
	for (unsigned i = 0; i < VOLUME_BYTES / BLOCK; i++)
		ck_assert_int_eq(pwrite(fd, buffers, BLOCK, (off_t)i * BLOCK), BLOCK);
	close(fd);
	snprintf(name, sizeof name, "%s/image", path);

	ring = ring_bench_make();
	ck_assert_int_eq(file_blockio_open_image(ring, name, &image), 0);
	ck_assert_int_eq(file_folder_create(ring, folder_fd, &folder), 0);
	ck_assert_int_eq(volume_open(image, folder, &options, &volume), 0);
}

static void open_plain(void)
{
	open_volume("plain");
}

static void open_chain(void)
{
	open_volume("xen");
}

static void close_volume(void)
{
	char command[128];

	while (!volume_idle(volume))
		ck_assert_int_eq(ring_run_once(ring), 0);
	ck_assert_int_eq(volume_close(volume), 0);
	folder->ops->destroy(folder);
	blockio_destroy(image);
	ring_destroy(ring);
	close(folder_fd);
	free(buffers);
	snprintf(command, sizeof command, "rm -r '%s'", path);
	ck_assert_int_eq(system(command), 0);
}

static void request_done(struct volume_request *request, int result)
{
	(void)request;
	/* Check would make system calls of its own. */
	MUST(result == 0);
	under_way--;
}

static void submit(unsigned slot, enum volume_kind kind, struct snapshot *snapshot, uint64_t block)
{
	requests[slot] = (struct volume_request){
		.kind = kind,
		.snapshot = snapshot,
		.offset = block % BLOCKS * BLOCK,
		.length = BLOCK,
		.buffer = buffers + (size_t)slot * VOLUME_BUFFER_BYTES,
		.done = request_done,
	};
	under_way++;
	volume_submit(volume, &requests[slot]);
}

static void wait_for_all(void)
{
	while (under_way > 0)
		MUST(ring_run_once(ring) == 0);
}

/* COUNT requests from block FIRST on, DEPTH at a time. */
static void run(enum volume_kind kind, struct snapshot *snapshot, uint64_t first, unsigned count,
	unsigned depth)
{
	for (unsigned i = 0; i < count; i += depth) {
		for (unsigned slot = 0; slot < depth; slot++)
			submit(slot, kind, snapshot, first + i + slot);
		wait_for_all();
	}
}

struct taking {
	struct snapshot_create create;
	struct snapshot *snapshot;
};

static void taken(struct snapshot_create *create, int result)
{
	ck_assert_int_eq(result, 0);
	CONTAINER_OF(create, struct taking, create)->snapshot = create->snapshot;
	under_way--;
}

static struct snapshot *take(const char *name)
{
	struct taking taking = { .create = { .name = name, .done = taken } };

	under_way++;
	volume_snapshot_create(volume, &taking.create);
	wait_for_all();
	return taking.snapshot;
}

/* ---- measuring ---- */

struct costs {
	uint64_t enters, completions, allocations;
};

static struct costs costs_now(void)
{
	struct ring_counts counts = ring_counts(ring);

	return (struct costs){ counts.enters, counts.completions, allocations };
}

/* What a path may cost. */
struct bounds {
	unsigned waits;	       /* of each request: completions, and so system calls */
	unsigned now_and_then; /* of all of them: waits for room, and memory for what grows */
	int call;	       /* another system call that it makes; 0: none */
};

/* What grows may make the heap grow. */
static bool is_of_memory(int call)
{
	return call == SYS_mmap || call == SYS_brk || call == SYS_mremap;
}

/* Of REQUESTS requests, DEPTH at a time, when some have warmed up everything. */
static void expect_costs(enum volume_kind kind, struct snapshot *snapshot, unsigned depth,
	const struct bounds *at_most)
{
	unsigned count = REQUESTS / depth * depth;
	uint64_t waits = (uint64_t)at_most->waits * count + at_most->now_and_then;
	struct costs before, after;
	int other_call;

	run(kind, snapshot, 0, WARM, depth);
	other_calls_watch();
	before = costs_now();
	run(kind, snapshot, WARM, count, depth);
	after = costs_now();
	other_call = other_calls_end();
	ck_assert_msg(other_call < 0 || other_call == at_most->call ||
			      (at_most->now_and_then > 0 && is_of_memory(other_call)),
		"system call %d is made", other_call);
	ck_assert_uint_le(after.completions - before.completions, waits);
	ck_assert_uint_le(after.enters - before.enters, waits);
	ck_assert_uint_le(after.allocations - before.allocations, at_most->now_and_then);
}

/* ---- the paths ---- */

static const unsigned depths[] = { 1, BATCH };

static const struct bounds one_wait = { .waits = 1 };

/* Room is made for a store that grows, and its map grows, by a few blocks while it is small. */
#define GROWTH 32u

START_TEST(a_live_read_is_one_system_call)
{
	expect_costs(VOLUME_READ, NULL, depths[_i], &one_wait);
}
END_TEST

START_TEST(a_live_write_is_one_system_call)
{
	expect_costs(VOLUME_WRITE, NULL, depths[_i], &one_wait);
}
END_TEST

/* Old bytes, a segment, new bytes. */
START_TEST(a_first_touch_is_three_system_calls)
{
	take("s");
	expect_costs(VOLUME_WRITE, NULL, depths[_i],
		&(struct bounds){ .waits = 3, .now_and_then = GROWTH });
}
END_TEST

START_TEST(a_rewrite_is_one_system_call)
{
	take("s");
	run(VOLUME_WRITE, NULL, 0, BLOCKS, BATCH);
	expect_costs(VOLUME_WRITE, NULL, depths[_i], &one_wait);
}
END_TEST

START_TEST(a_read_of_the_view_is_one_system_call)
{
	expect_costs(VOLUME_READ, take("s"), depths[_i], &one_wait);
}
END_TEST

START_TEST(a_read_of_what_is_preserved_is_one_system_call)
{
	struct snapshot *snapshot = take("s");

	run(VOLUME_WRITE, NULL, 0, BLOCKS, BATCH);
	expect_costs(VOLUME_READ, snapshot, depths[_i], &one_wait);
}
END_TEST

START_TEST(a_live_read_of_a_chain_is_one_system_call)
{
	take("s");
	run(VOLUME_WRITE, NULL, 0, BLOCKS, BATCH);
	expect_costs(VOLUME_READ, NULL, depths[_i], &one_wait);
}
END_TEST

/* A segment, which is flushed before it is acknowledged. */
START_TEST(a_first_write_of_a_chain_is_two_system_calls)
{
	take("s");
	expect_costs(VOLUME_WRITE, NULL, depths[_i],
		&(struct bounds){ .waits = 2, .now_and_then = GROWTH });
}
END_TEST

/* And two of its sums, which go to the page cache at once (store/sums.h). */
START_TEST(a_rewrite_of_a_chain_is_one_system_call)
{
	take("s");
	run(VOLUME_WRITE, NULL, 0, BLOCKS, BATCH);
	/* The last segment is sealed by what is rewritten first. */
	run(VOLUME_WRITE, NULL, 0, BLOCKS, BATCH);
	expect_costs(VOLUME_WRITE, NULL, depths[_i],
		&(struct bounds){ .waits = 1, .call = SYS_pwrite64 });
}
END_TEST

int main(int argc, char **argv)
{
	Suite *suite = suite_create("request costs");
	TCase *cow = tcase_create("cow"), *chain = tcase_create("chain");
	int count = sizeof depths / sizeof depths[0];

	(void)argc;
	tcase_add_checked_fixture(cow, open_plain, close_volume);
	tcase_add_loop_test(cow, a_live_read_is_one_system_call, 0, count);
	tcase_add_loop_test(cow, a_live_write_is_one_system_call, 0, count);
	tcase_add_loop_test(cow, a_first_touch_is_three_system_calls, 0, count);
	tcase_add_loop_test(cow, a_rewrite_is_one_system_call, 0, count);
	tcase_add_loop_test(cow, a_read_of_the_view_is_one_system_call, 0, count);
	tcase_add_loop_test(cow, a_read_of_what_is_preserved_is_one_system_call, 0, count);
	suite_add_tcase(suite, cow);
	tcase_add_checked_fixture(chain, open_chain, close_volume);
	tcase_add_loop_test(chain, a_live_read_of_a_chain_is_one_system_call, 0, count);
	tcase_add_loop_test(chain, a_first_write_of_a_chain_is_two_system_calls, 0, count);
	tcase_add_loop_test(chain, a_rewrite_of_a_chain_is_one_system_call, 0, count);
	suite_add_tcase(suite, chain);
	return engine_suite_run(suite, argv[0]);
}
