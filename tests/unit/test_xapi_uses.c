/* SPDX-License-Identifier: Apache-2.0 */
/* Disks of a pool that are in use: what a transfer reads stays, what it writes is its own. */
#include <check.h>
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "simfs/base/cleanup.h"
#include "tests/lib/engine_suite.h"
#include "tests/unit/xapi_bench.h"

static char said[BENCH_SAID_MAX];
static char task[TASK_REF_MAX];

static void setup(void)
{
	xapi_bench_setup();
	xapi_bench_task(task);
}

/* A transfer that has begun and waits for its client: an import for its body, an export until
 * somebody reads it. */
static int begin_import(void)
{
	int fd = xapi_bench_dial();

	xapi_bench_import(fd, xapi_bench.leaf, task, "&format=raw", BENCH_DISK_BYTES);
	xapi_bench_say(fd, "begun");
	while (!disks_in_use(xapi_bench.disks, xapi_bench.leaf_uuid))
		usleep(1000);
	return fd;
}

static int begin_export(const char *vdi, const char *uuid)
{
	int fd = xapi_bench_dial(), little = 4096;

	setsockopt(fd, SOL_SOCKET, SO_RCVBUF, &little, sizeof little);
	xapi_bench_export(fd, vdi, task, "&format=raw");
	while (!disks_in_use(xapi_bench.disks, uuid))
		usleep(1000);
	return fd;
}

/* METHOD of REF while the disk VDI is in use, and once it is not any more. */
static void ck_refused_until(
	int fd, const char *method, const char *ref, const char *vdi, const char *operation)
{
	char wanted[2 * POOL_REF_BYTES];

	snprintf(wanted, sizeof wanted, "[\"VDI_IN_USE\",\"%s\",\"%s\"]", vdi, operation);
	ck_called(method, ref, wanted);
	close(fd);
	xapi_bench_task_tells(task);
	ck_called(method, ref, "\"\"");
}

START_TEST(no_vm_starts_with_a_disk_that_is_exported)
{
	ck_refused_until(begin_export(xapi_bench.leaf, xapi_bench.leaf_uuid), "VM.start",
		xapi_bench.vm, xapi_bench.leaf, "attach");
	ck_called("VM.hard_shutdown", xapi_bench.vm, "\"\"");
}
END_TEST

START_TEST(no_vm_starts_with_a_disk_that_is_imported)
{
	ck_refused_until(begin_import(), "VM.start", xapi_bench.vm, xapi_bench.leaf, "attach");
}
END_TEST

START_TEST(no_disk_is_plugged_that_is_imported)
{
	char vbd[POOL_REF_BYTES];
	AUTO(auto_free) char *vbds = xapi_bench_call_of("VM.get_VBDs", xapi_bench.vm);

	ck_assert_int_eq(sscanf(vbds, "[\"%95[^\"]", vbd), 1);
	ck_called("VM.start", xapi_bench.vm, "\"\"");
	ck_called("VBD.unplug", vbd, "\"\"");
	ck_refused_until(begin_import(), "VBD.plug", vbd, xapi_bench.leaf, "attach");
}
END_TEST

START_TEST(a_disk_that_a_vm_runs_with_is_in_use)
{
	char wanted[256];

	ck_called("VM.start", xapi_bench.vm, "\"\"");
	for (int puts = 0; puts < 2; puts++) {
		AUTO(auto_close) int fd = xapi_bench_dial();

		xapi_bench_task(task);
		if (puts)
			xapi_bench_import(fd, xapi_bench.leaf, task, "&format=raw", 0);
		else
			xapi_bench_export(fd, xapi_bench.leaf, task, "&format=raw");
		xapi_bench_hear(fd, said);
		ck_assert_ptr_nonnull(strstr(said, "HTTP/1.1 500"));
		snprintf(wanted, sizeof wanted, "failure VDI_IN_USE|%s|attach", xapi_bench.leaf);
		ck_assert_str_eq(xapi_bench_task_tells(task), wanted);
	}
}
END_TEST

static void destroy_data(void)
{
	pool_lock(xapi_bench.pool);
	pool_set(xapi_bench.pool, POOL_CLASS_VDI, xapi_bench.snapshot, "type",
		json_string("cbt_metadata"));
	pool_unlock(xapi_bench.pool);
}

START_TEST(a_snapshot_without_its_data_is_neither_copied_nor_read_over_nbd)
{
	char wanted[256];

	snprintf(wanted, sizeof wanted, "[\"VDI_INCOMPATIBLE_TYPE\",\"%s\",\"cbt_metadata\"]",
		xapi_bench.snapshot);
	destroy_data();
	ck_called("VDI.clone", xapi_bench.snapshot, wanted);
	ck_called("VDI.get_nbd_info", xapi_bench.snapshot, wanted);
	ck_assert(!disks_in_use(xapi_bench.disks, BENCH_SNAPSHOT_UUID));
}
END_TEST

START_TEST(a_snapshot_without_its_data_is_neither_exported_nor_a_base)
{
	char wanted[256], query[256];

	snprintf(wanted, sizeof wanted, "failure VDI_INCOMPATIBLE_TYPE|%s|cbt_metadata",
		xapi_bench.snapshot);
	snprintf(query, sizeof query, "&format=vhd&base=%s", xapi_bench.snapshot);
	destroy_data();
	for (int is_base = 0; is_base < 2; is_base++) {
		AUTO(auto_close) int fd = xapi_bench_dial();

		xapi_bench_task(task);
		xapi_bench_export(fd, is_base ? xapi_bench.leaf : xapi_bench.snapshot, task,
			is_base ? query : "&format=vhd");
		xapi_bench_hear(fd, said);
		ck_assert_ptr_nonnull(strstr(said, "HTTP/1.1 500"));
		ck_assert_str_eq(xapi_bench_task_tells(task), wanted);
	}
}
END_TEST

/* A copy that was to take a disk's place may have been destroyed by somebody else. */
START_TEST(a_disk_whose_heir_has_gone_or_goes_stays_the_disk_of_its_vm)
{
	static const char gone[] = "99999999-2222-3333-4444-555555555555";
	static const char *const heirs[] = { gone, BENCH_SNAPSHOT_UUID, gone };
	AUTO(auto_free) char *before = xapi_bench_call_of("VM.get_VBDs", xapi_bench.vm);
	AUTO(auto_free) char *disk = xapi_bench_call_of("VDI.get_VBDs", xapi_bench.leaf);

	for (size_t i = 0; i < sizeof heirs / sizeof heirs[0]; i++) {
		json_t *failure = NULL;

		if (i == 2)
			ck_assert_int_eq(disks_use(xapi_bench.disks, gone, DISK_WRITE), 0);
		ck_assert_int_lt(
			disks_replace(xapi_bench.disks, xapi_bench.leaf_uuid, heirs[i], &failure),
			0);
		ck_assert_ptr_nonnull(failure);
		json_decref(failure);
		ck_called("VM.get_VBDs", xapi_bench.vm, before);
		ck_called("VDI.get_VBDs", xapi_bench.leaf, disk);
		ck_assert_int_eq(disks_in_use(xapi_bench.disks, heirs[i]), i == 2);
	}
	disks_unuse(xapi_bench.disks, gone);
}
END_TEST

/* Also when the VM has been started since somebody looked. */
START_TEST(a_disk_that_a_vm_runs_with_is_not_destroyed)
{
	json_t *failure = NULL;
	char wanted[256];

	ck_called("VM.start", xapi_bench.vm, "\"\"");
	ck_assert_int_eq(disks_destroy(xapi_bench.disks, xapi_bench.leaf_uuid, &failure), -EBUSY);
	json_decref(failure);
	snprintf(wanted, sizeof wanted, "[\"VDI_IN_USE\",\"%s\",\"destroy\"]", xapi_bench.leaf);
	ck_called("VDI.destroy", xapi_bench.leaf, wanted);
	ck_called("VM.hard_shutdown", xapi_bench.vm, "\"\"");
}
END_TEST

START_TEST(a_disk_is_imported_by_one_at_a_time)
{
	AUTO(auto_close) int first = begin_import();
	AUTO(auto_close) int second = xapi_bench_dial();
	char wanted[256], other[TASK_REF_MAX];

	xapi_bench_task(other);
	xapi_bench_import(second, xapi_bench.leaf, other, "&format=raw", 5);
	xapi_bench_say(second, "again");
	xapi_bench_hear(second, said);
	ck_assert_ptr_nonnull(strstr(said, "HTTP/1.1 500"));
	snprintf(wanted, sizeof wanted, "failure VDI_IN_USE|%s|attach", xapi_bench.leaf);
	ck_assert_str_eq(xapi_bench_task_tells(other), wanted);
}
END_TEST

START_TEST(a_disk_that_is_imported_stays_and_is_not_copied)
{
	static const char *const rows[][2] = { { "VDI.clone", "copy" },
		{ "VDI.destroy", "destroy" } };
	AUTO(auto_close) int fd = begin_import();
	char wanted[256];

	for (size_t i = 0; i < 2; i++) {
		snprintf(wanted, sizeof wanted, "[\"VDI_IN_USE\",\"%s\",\"%s\"]", xapi_bench.leaf,
			rows[i][1]);
		ck_called(rows[i][0], xapi_bench.leaf, wanted);
	}
}
END_TEST

int main(int argc, char **argv)
{
	Suite *suite = suite_create("xapi_uses");
	TCase *tests = tcase_create("in_use");

	(void)argc;
	tcase_add_checked_fixture(tests, setup, xapi_bench_teardown);
	tcase_set_timeout(tests, 60);
	tcase_add_test(tests, no_vm_starts_with_a_disk_that_is_exported);
	tcase_add_test(tests, no_vm_starts_with_a_disk_that_is_imported);
	tcase_add_test(tests, no_disk_is_plugged_that_is_imported);
	tcase_add_test(tests, a_disk_that_a_vm_runs_with_is_in_use);
	tcase_add_test(tests, a_snapshot_without_its_data_is_neither_copied_nor_read_over_nbd);
	tcase_add_test(tests, a_snapshot_without_its_data_is_neither_exported_nor_a_base);
	tcase_add_test(tests, a_disk_whose_heir_has_gone_or_goes_stays_the_disk_of_its_vm);
	tcase_add_test(tests, a_disk_that_a_vm_runs_with_is_not_destroyed);
	tcase_add_test(tests, a_disk_is_imported_by_one_at_a_time);
	tcase_add_test(tests, a_disk_that_is_imported_stays_and_is_not_copied);
	suite_add_tcase(suite, tests);
	return engine_suite_run(suite, argv[0]);
}
