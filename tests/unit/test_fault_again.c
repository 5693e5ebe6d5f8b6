/* SPDX-License-Identifier: Apache-2.0 */
/* What rules decide hangs on the seed, on the operations and on what gauges say; on nothing else.
 */
#include <check.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "simfs/base/clock.h"
#include "simfs/base/mix.h"
#include "tests/lib/engine_suite.h"
#include "tests/unit/fault_bench.h"

#define BLOCK 4096u

/* The journal of random operations under rules of chance. */
static char *journal_of_a_run(uint64_t seed)
{
	struct journal *journal;
	uint8_t byte;
	char *text;

	fault_bench_open(&(struct engine_options){ .volume_bytes = BENCH_VOLUME_BYTES,
				 .step_ns = NS_PER_MS },
		false);
	ck_assert_int_eq(engine_close(&bench_engine), 0);
	bench_engine.volume_options.seed = seed;
	ck_assert_int_eq(engine_open(&bench_engine), 0);
	fault_bench_add("live.write error=EIO chance=20%");
	fault_bench_add("live.read flip=3 chance=30%");
	fault_bench_add("origin.write drop chance=10%");
	for (uint64_t i = 0; i < 200; i++) {
		uint64_t offset = mix_below(5, i, BENCH_VOLUME_BYTES - BLOCK);

		if (i % 2)
			engine_read(&bench_engine, NULL, offset, &byte, 1);
		else
			engine_write(&bench_engine, offset, BLOCK, i);
	}
	journal = volume_journal(bench_engine.volume);
	text = strndup(journal->text, journal->length);
	ck_assert_int_gt(fault_bench_count(0, "fired"), 5);
	ck_assert_int_gt(fault_bench_count(1, "fired"), 5);
	ck_assert_int_gt(fault_bench_count(2, "fired"), 2);
	bench_close();
	return text;
}

START_TEST(the_same_seed_and_operations_give_the_same_journal)
{
	char *first = journal_of_a_run(7), *second = journal_of_a_run(7);
	char *other = journal_of_a_run(8);

	ck_assert_str_eq(first, second);
	ck_assert_str_ne(first, other);
	free(first);
	free(second);
	free(other);
}
END_TEST

START_TEST(a_rule_sees_what_a_gauge_is_feigned_to_be)
{
	fault_bench_open(&(struct engine_options){ .volume_bytes = BENCH_VOLUME_BYTES }, false);
	fault_bench_add("snapshot.create error=ENOSPC when=snapshot.count>=5");
	volume_gauge_feign(bench_engine.volume, GAUGE_SNAPSHOT_COUNT, 5);
	ck_assert_int_eq(engine_snapshot(&bench_engine, "a", NULL, NULL), -ENOSPC);
	volume_gauge_release(bench_engine.volume, GAUGE_SNAPSHOT_COUNT);
	ck_assert_int_eq(engine_snapshot(&bench_engine, "a", NULL, NULL), 0);
	bench_close();
}
END_TEST

int main(int argc, char **argv)
{
	Suite *suite = suite_create("faults again");
	TCase *tcase = tcase_create("faults again");

	(void)argc;
	tcase_add_test(tcase, the_same_seed_and_operations_give_the_same_journal);
	tcase_add_test(tcase, a_rule_sees_what_a_gauge_is_feigned_to_be);
	suite_add_tcase(suite, tcase);
	return engine_suite_run(suite, argv[0]);
}
