/* SPDX-License-Identifier: Apache-2.0 */
/* Long reads of snapshots let live requests go first at the disk, and only while there are some. */
#include <check.h>

#include "simfs/base/clock.h"
#include "simfs/volume/read_patience.h"
#include "tests/lib/engine.h"
#include "tests/lib/engine_folder.h"
#include "tests/lib/engine_suite.h"

#define VOLUME_BYTES (1u << 20)
#define LONG	     (64ul << 10)

static struct engine engine;
static unsigned patient, hasty;

static void note(void *context, const char *name, const struct blockio_request *request)
{
	(void)context;
	(void)name;
	if (request->is_patient)
		patient++;
	else
		hasty++;
}

static void set_up(void)
{
	engine_init(&engine, engine_seed(),
		&(struct engine_options){ .volume_bytes = VOLUME_BYTES, .step_ns = 1 });
	ck_assert_int_eq(engine_snapshot(&engine, "s", NULL, NULL), 0);
	/* Half of what is read lies in the store. */
	ck_assert_int_eq(engine_write(&engine, 0, LONG / 2, 1), 0);
	clock_step_to(clock_now_ns() + NS_PER_S);
	engine_folder_watch(engine.image_folder, note, NULL);
	engine_folder_watch(engine.folder, note, NULL);
}

static void tear_down(void)
{
	engine_deinit(&engine);
}

/* What a read of LENGTH bytes asks of files. */
static void read_of(struct snapshot *snapshot, size_t length)
{
	struct engine_request *request = engine_read_new(snapshot, 0, length);

	patient = hasty = 0;
	engine_submit(&engine, request);
	ck_assert_int_eq(engine_wait(&engine, request), 0);
	engine_request_free(request);
}

static struct snapshot *snapshot(void)
{
	return engine_find(&engine, "s");
}

START_TEST(a_long_read_is_patient_while_live_requests_come)
{
	read_of(NULL, 4096);
	read_of(snapshot(), LONG);
	ck_assert_uint_eq(hasty, 0);
	ck_assert_uint_eq(patient, 2);
}
END_TEST

START_TEST(it_is_not_when_none_has_come_for_a_while)
{
	read_of(snapshot(), LONG);
	ck_assert_uint_gt(patient, 0);
	clock_step_to(clock_now_ns() + volume_limits_default.patient_ns);
	read_of(snapshot(), LONG);
	ck_assert_uint_eq(patient, 0);
	ck_assert_uint_eq(hasty, 2);
}
END_TEST

START_TEST(it_is_while_a_write_is_waited_for_however_long)
{
	struct engine_request *write = engine_write_new(LONG, 4096, 2);
	char message[RULE_MESSAGE_BYTES];
	uint64_t id;

	ck_assert_int_eq(volume_fault_add(engine.volume, "origin.write hang", &id, message), 0);
	engine_submit(&engine, write);
	engine_settle(&engine);
	read_of(snapshot(), LONG);
	clock_step_to(clock_now_ns() + NS_PER_S);
	read_of(snapshot(), LONG);
	ck_assert_uint_eq(hasty, 0);
	ck_assert_uint_eq(patient, 2);
	ck_assert(!write->has_ended);
	ck_assert_uint_eq(volume_fault_clear(engine.volume), 1);
	ck_assert_int_eq(engine_wait(&engine, write), 0);
	engine_request_free(write);
}
END_TEST

/* The disk is somebody else's. */
START_TEST(nobody_has_patience_for_a_while_after_one_has_waited_for_long)
{
	struct engine_request *read = engine_read_new(snapshot(), 0, LONG);

	patient = 0;
	engine_submit(&engine, read);
	ck_assert_uint_eq(patient, 2);
	clock_step_to(clock_now_ns() + volume_limits_default.patient_wait_ns);
	ck_assert_int_eq(engine_wait(&engine, read), 0);
	engine_request_free(read);
	read_of(NULL, 4096);
	read_of(snapshot(), LONG);
	ck_assert_uint_eq(patient, 0);
	clock_step_to(clock_now_ns() + READ_PATIENCE_REST_NS);
	read_of(NULL, 4096);
	read_of(snapshot(), LONG);
	ck_assert_uint_eq(hasty, 0);
	ck_assert_uint_eq(patient, 2);
}
END_TEST

START_TEST(short_reads_and_live_ones_never_are)
{
	read_of(NULL, 4096);
	read_of(NULL, LONG);
	ck_assert_uint_eq(patient, 0);
	read_of(snapshot(), LONG - 4096);
	ck_assert_uint_eq(patient, 0);
	ck_assert_uint_gt(hasty, 0);
}
END_TEST

int main(int argc, char **argv)
{
	Suite *suite = suite_create("patience");
	TCase *tcase = tcase_create("patience");

	(void)argc;
	tcase_add_checked_fixture(tcase, set_up, tear_down);
	tcase_add_test(tcase, a_long_read_is_patient_while_live_requests_come);
	tcase_add_test(tcase, it_is_not_when_none_has_come_for_a_while);
	tcase_add_test(tcase, it_is_while_a_write_is_waited_for_however_long);
	tcase_add_test(tcase, nobody_has_patience_for_a_while_after_one_has_waited_for_long);
	tcase_add_test(tcase, short_reads_and_live_ones_never_are);
	suite_add_tcase(suite, tcase);
	return engine_suite_run(suite, argv[0]);
}
