/* SPDX-License-Identifier: Apache-2.0 */
/* Which hits a rule means: the edges of its range, whole names, a chance of its own. */
#include <check.h>
#include <stdio.h>
#include <string.h>

#include "faults/fault.h"
#include "simfs/base/clock.h"
#include "tests/lib/engine_suite.h"

static struct fault_plane plane;
static struct gauges gauges;
static struct journal journal;

static void measure(void *context, enum gauge gauge)
{
	(void)context;
	(void)gauge;
}

static void open_plane(void)
{
	clock_step_to(NS_PER_S);
	gauges = (struct gauges){ 0 };
	journal_init(&journal, JOURNAL_MAX_BYTES);
	plane = (struct fault_plane){
		.seed = 7, .gauges = &gauges, .journal = &journal, .measure = measure
	};
	fault_plane_init(&plane);
}

static void close_plane(void)
{
	fault_plane_deinit(&plane);
	journal_deinit(&journal);
}

static void add(const char *text)
{
	char message[RULE_MESSAGE_BYTES];
	uint64_t id;

	ck_assert_msg(fault_add(&plane, text, &id, message) == 0, "%s: %s", text, message);
}

static bool strikes(enum fault_point point, const struct fault_context *context)
{
	struct fault_decision decision;

	return fault_decide(&plane, point, context, &decision);
}

static bool strikes_read(uint64_t offset)
{
	return strikes(
		FAULT_LIVE_READ, &(struct fault_context){ .offset = offset, .length = 4096 });
}

START_TEST(a_range_means_the_hits_that_have_a_byte_of_it)
{
	add("live.read zero offset=4096..8192");
	ck_assert(!strikes_read(0));
	ck_assert(strikes_read(1));
	ck_assert(strikes_read(4096));
	ck_assert(strikes_read(8191));
	ck_assert(!strikes_read(8192));
}
END_TEST

static bool strikes_writer(const char *name)
{
	return strikes(FAULT_WRITER_FREEZE, &(struct fault_context){ .writer = name });
}

START_TEST(a_writer_is_meant_by_its_whole_name)
{
	add("writer.freeze hang writer=System_W");
	ck_assert(strikes_writer("System W"));
	ck_assert(!strikes_writer("System Writer"));
	ck_assert(!strikes_writer("System"));
	ck_assert(!strikes_writer(NULL));
}
END_TEST

static bool strikes_snapshot(const char *name)
{
	return strikes(
		FAULT_SNAPSHOT_READ, &(struct fault_context){ .snapshot = name, .length = 4096 });
}

START_TEST(a_snapshot_is_meant_by_its_whole_name_and_none_is_not)
{
	add("snapshot.read zero snapshot=s1");
	ck_assert(strikes_snapshot("s1"));
	ck_assert(!strikes_snapshot("s10"));
	ck_assert(!strikes_snapshot("s"));
	ck_assert(!strikes_snapshot(NULL));
}
END_TEST

START_TEST(a_star_in_the_name_of_a_snapshot_is_any_part_of_it)
{
	add("snapshot.read zero snapshot=vg0-*_borg--*");
	ck_assert(strikes_snapshot("vg0-live_borg--17"));
	ck_assert(strikes_snapshot("vg0-_borg--"));
	ck_assert(!strikes_snapshot("vg0-live_borg"));
	ck_assert(!strikes_snapshot("vg1-live_borg--17"));
	ck_assert(!strikes_snapshot(NULL));
}
END_TEST

static bool strikes_ioctl(const char *device, const char *ioctl)
{
	return strikes(FAULT_DM_IOCTL, &(struct fault_context){ .device = device, .ioctl = ioctl });
}

START_TEST(an_ioctl_and_a_device_are_meant_by_their_whole_names_and_both_must_hold)
{
	add("dm.ioctl error=EBUSY ioctl=table-load device=vg0-b1");
	ck_assert(strikes_ioctl("vg0-b1", "table-load"));
	ck_assert(!strikes_ioctl("vg0-b1", "table-clear"));
	ck_assert(!strikes_ioctl("vg0-b1-cow", "table-load"));
	ck_assert(!strikes_ioctl(NULL, "table-load"));
	ck_assert(!strikes_ioctl("vg0-b1", NULL));
}
END_TEST

static bool strikes_call(const char *method)
{
	return strikes(FAULT_XAPI_CALL, &(struct fault_context){ .method = method });
}

START_TEST(a_method_means_its_asynchronous_call_too_and_not_the_other_way_round)
{
	add("xapi.call reply=reset method=VM.snapshot");
	ck_assert(strikes_call("VM.snapshot"));
	ck_assert(strikes_call("Async.VM.snapshot"));
	ck_assert(!strikes_call("VM.snapshot_with_quiesce"));
	ck_assert(!strikes_call("Async.VM"));
	ck_assert(!strikes_call(NULL));
	close_plane();
	open_plane();
	add("xapi.call reply=reset method=Async.VM.snapshot");
	ck_assert(strikes_call("Async.VM.snapshot"));
	ck_assert(!strikes_call("VM.snapshot"));
}
END_TEST

static bool strikes_export(uint64_t offset, uint64_t length)
{
	return strikes(
		FAULT_XAPI_EXPORT, &(struct fault_context){ .offset = offset, .length = length });
}

START_TEST(a_reply_of_a_whole_answer_strikes_before_it_and_no_part_of_it)
{
	add("xapi.export reply=status-500 after=1");
	ck_assert(!strikes_export(0, 0));
	ck_assert(!strikes_export(0, 2 << 20));
	ck_assert(!strikes_export(2 << 20, 2 << 20));
	ck_assert(strikes_export(0, 0));
}
END_TEST

START_TEST(a_reply_with_an_offset_strikes_the_part_there_and_without_one_the_first)
{
	add("xapi.export reply=cut offset=2MiB..4MiB");
	ck_assert(!strikes_export(0, 0));
	ck_assert(!strikes_export(0, 2 << 20));
	ck_assert(strikes_export(2 << 20, 2 << 20));
	close_plane();
	open_plane();
	add("xapi.export reply=cut");
	ck_assert(strikes_export(0, 0));
}
END_TEST

/* Else two of 50 % would strike together, and never alone. */
START_TEST(each_rule_has_a_chance_of_its_own)
{
	uint64_t first = 0, second = 0;

	add("live.read zero chance=50%");
	for (unsigned i = 0; i < 64; i++)
		first |= (uint64_t)strikes_read(0) << i;
	close_plane();
	open_plane();
	add("live.read zero chance=50% offset=..1");
	for (unsigned i = 0; i < 64; i++)
		second |= (uint64_t)strikes_read(0) << i;
	ck_assert_uint_ne(first, second);
	ck_assert(first != 0 && second != 0);
}
END_TEST

int main(int argc, char **argv)
{
	Suite *suite = suite_create("what a rule means");
	TCase *tcase = tcase_create("match");

	(void)argc;
	tcase_add_checked_fixture(tcase, open_plane, close_plane);
	tcase_add_test(tcase, a_range_means_the_hits_that_have_a_byte_of_it);
	tcase_add_test(tcase, a_writer_is_meant_by_its_whole_name);
	tcase_add_test(tcase, a_snapshot_is_meant_by_its_whole_name_and_none_is_not);
	tcase_add_test(tcase, a_star_in_the_name_of_a_snapshot_is_any_part_of_it);
	tcase_add_test(
		tcase, an_ioctl_and_a_device_are_meant_by_their_whole_names_and_both_must_hold);
	tcase_add_test(tcase, a_method_means_its_asynchronous_call_too_and_not_the_other_way_round);
	tcase_add_test(tcase, a_reply_of_a_whole_answer_strikes_before_it_and_no_part_of_it);
	tcase_add_test(
		tcase, a_reply_with_an_offset_strikes_the_part_there_and_without_one_the_first);
	tcase_add_test(tcase, each_rule_has_a_chance_of_its_own);
	suite_add_tcase(suite, tcase);
	return engine_suite_run(suite, argv[0]);
}
