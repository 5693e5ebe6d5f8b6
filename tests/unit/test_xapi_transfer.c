/* SPDX-License-Identifier: Apache-2.0 */
/* Transfers of a pool server: whatever becomes of the connection, its task ends with it. */
#include <check.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include "simfs/base/cleanup.h"
#include "tests/lib/engine_suite.h"
#include "tests/unit/vhd_bench.h"
#include "tests/unit/xapi_bench.h"

#define GONE(error) "failure INTERNAL_ERROR|the connection of the transfer has ended|" error

static char said[BENCH_SAID_MAX];
static char task[TASK_REF_MAX];

static void setup(void)
{
	xapi_bench_setup();
	xapi_bench_task(task);
}

START_TEST(an_export_ends_its_task)
{
	AUTO(auto_close) int fd = xapi_bench_dial();

	xapi_bench_export(fd, xapi_bench.snapshot, task, "&format=raw");
	ck_assert_int_gt(xapi_bench_hear(fd, said), BENCH_DISK_BYTES);
	ck_assert_ptr_nonnull(strstr(said, "HTTP/1.1 200 OK"));
	ck_assert_str_eq(xapi_bench_task_tells(task), "success");
}
END_TEST

/* Whatever else a client says of it. */
START_TEST(a_task_that_is_named_last_ends)
{
	AUTO(auto_close) int fd = xapi_bench_dial();

	xapi_bench_say(fd, "GET /export_raw_vdi/?");
	for (int i = 0; i < 100; i++)
		xapi_bench_say(fd, "x%d=%d&", i, i);
	xapi_bench_say(fd, "vdi=%s&session_id=%s&task_id=%s HTTP/1.1\r\nHost: x\r\n\r\n",
		xapi_bench.snapshot, xapi_bench.session, task);
	ck_assert_int_gt(xapi_bench_hear(fd, said), BENCH_DISK_BYTES);
	ck_assert_str_eq(xapi_bench_task_tells(task), "success");
}
END_TEST

START_TEST(a_client_that_goes_before_its_body_fails_its_task)
{
	int fd = xapi_bench_dial();

	xapi_bench_import(fd, xapi_bench.leaf, task, "&format=raw", 1000);
	usleep(20000);
	close(fd);
	ck_assert_str_eq(xapi_bench_task_tells(task), GONE("ECONNRESET"));
}
END_TEST

START_TEST(who_has_no_session_fails_his_task)
{
	static const char *const sessions[] = { "", "&session_id=OpaqueRef:1" };
	static const char *const tells[] = { "failure SESSION_INVALID",
		"failure SESSION_INVALID|OpaqueRef:1" };

	for (size_t i = 0; i < 2; i++) {
		AUTO(auto_close) int fd = xapi_bench_dial();

		xapi_bench_task(task);
		xapi_bench_say(fd,
			"GET /export_raw_vdi/?vdi=%s&task_id=%s%s HTTP/1.1\r\nHost: x\r\n\r\n",
			xapi_bench.snapshot, task, sessions[i]);
		xapi_bench_hear(fd, said);
		ck_assert_ptr_nonnull(strstr(said, "HTTP/1.1 401"));
		ck_assert_str_eq(xapi_bench_task_tells(task), tells[i]);
	}
}
END_TEST

START_TEST(a_disk_is_no_base_of_itself)
{
	AUTO(auto_close) int fd = xapi_bench_dial();
	char query[256];

	snprintf(query, sizeof query, "&format=vhd&base=%s", xapi_bench.snapshot);
	xapi_bench_export(fd, xapi_bench.snapshot, task, query);
	xapi_bench_hear(fd, said);
	ck_assert_ptr_nonnull(strstr(said, "HTTP/1.1 500"));
	ck_assert_str_eq(
		xapi_bench_task_tells(task), "failure INTERNAL_ERROR|a VDI cannot be its own base");
}
END_TEST

START_TEST(what_is_not_there_fails_the_task)
{
	static const char *const requests[] = { "GET /export/", "PUT /export_raw_vdi/",
		"POST /import_raw_vdi" };

	for (size_t i = 0; i < sizeof requests / sizeof requests[0]; i++) {
		AUTO(auto_close) int fd = xapi_bench_dial();

		xapi_bench_task(task);
		xapi_bench_say(fd,
			"%s?session_id=%s&task_id=%s HTTP/1.1\r\nHost: x\r\nContent-Length: "
			"0\r\n\r\n",
			requests[i], xapi_bench.session, task);
		xapi_bench_hear(fd, said);
		ck_assert_ptr_nonnull(strstr(said, "HTTP/1.1 404"));
		ck_assert_str_eq(strndupa(xapi_bench_task_tells(task), 30),
			"failure MESSAGE_METHOD_UNKNOWN");
	}
}
END_TEST

/* As many as there may be, each with a client that waits. */
START_TEST(one_that_is_too_many_fails_its_task)
{
	AUTO(auto_close) int fd = -1;
	int fds[TRANSFERS_MAX];

	xapi_bench_rig_begin();
	xapi_bench_rig_hang(true);
	for (unsigned i = 0; i < TRANSFERS_MAX; i++) {
		fds[i] = xapi_bench_dial();
		xapi_bench_export(fds[i], xapi_bench.snapshot, "", "&format=raw");
	}
	while (xapi_bench_rig_asked("fault.strike") < TRANSFERS_MAX)
		usleep(1000);
	fd = xapi_bench_dial();
	xapi_bench_export(fd, xapi_bench.snapshot, task, "&format=raw");
	xapi_bench_hear(fd, said);
	ck_assert_ptr_nonnull(strstr(said, "HTTP/1.1 503"));
	ck_assert_str_eq(xapi_bench_task_tells(task), "failure TOO_MANY_PENDING_TASKS");
	for (unsigned i = 0; i < TRANSFERS_MAX; i++)
		close(fds[i]);
}
END_TEST

/* ---- what is asked of faults, and what is taken ---- */

START_TEST(a_fault_is_asked_for_the_whole_and_at_each_place)
{
	AUTO(auto_close) int fd = xapi_bench_dial();

	xapi_bench_rig_begin();
	xapi_bench_export(fd, xapi_bench.snapshot, task, "&format=raw");
	ck_assert_int_gt(xapi_bench_hear(fd, said), BENCH_DISK_BYTES);
	ck_assert_uint_eq(xapi_bench_rig_asked("\"point\":\"xapi.export\""), 4);
	ck_assert_uint_eq(xapi_bench_rig_asked("\"offset\":0,\"length\":2097152"), 1);
	ck_assert_uint_eq(xapi_bench_rig_asked("\"offset\":2097152,\"length\":2097152"), 1);
	ck_assert_uint_eq(xapi_bench_rig_asked("\"offset\":4194304,\"length\":1048576"), 1);
}
END_TEST

START_TEST(a_client_that_goes_while_the_rig_is_silent_fails_its_task)
{
	int fd = xapi_bench_dial();

	xapi_bench_rig_begin();
	xapi_bench_rig_hang(true);
	xapi_bench_export(fd, xapi_bench.snapshot, task, "&format=raw");
	while (xapi_bench_rig_asked("fault.strike") == 0)
		usleep(1000);
	close(fd);
	ck_assert_str_eq(xapi_bench_task_tells(task), GONE("EPIPE"));
}
END_TEST

/* It is a FIFO, which nobody opens. */
START_TEST(a_client_that_goes_while_its_disk_hangs_fails_its_task)
{
	int fd = xapi_bench_dial();

	ck_assert_int_eq(unlink(BENCH_SNAPSHOT), 0);
	ck_assert_int_eq(mkfifo(BENCH_SNAPSHOT, 0600), 0);
	xapi_bench_export(fd, xapi_bench.snapshot, task, "&format=raw");
	while (!disks_in_use(xapi_bench.disks, BENCH_SNAPSHOT_UUID))
		usleep(1000);
	close(fd);
	ck_assert_str_eq(xapi_bench_task_tells(task), GONE("EPIPE"));
	ck_assert(disks_in_use(xapi_bench.disks, BENCH_SNAPSHOT_UUID));
	close(open(BENCH_SNAPSHOT, O_WRONLY | O_CLOEXEC));
}
END_TEST

START_TEST(a_block_of_any_size_is_a_part_of_an_import)
{
	AUTO(auto_close) int fd = xapi_bench_dial();
	AUTO(auto_free) uint8_t *disk = vhd_bench_disk(BENCH_DISK_BYTES, 1);
	struct vhd_order order = { .disk_bytes = BENCH_DISK_BYTES };
	struct vhd_bench_file file;

	vhd_bench_write(&order, disk, 4096, 3, 1000, &file);
	xapi_bench_rig_begin();
	xapi_bench_import(fd, xapi_bench.leaf, task, "&format=vhd", file.length);
	ck_assert_int_eq(send(fd, file.bytes, file.length, 0), (ssize_t)file.length);
	xapi_bench_hear(fd, said);
	vhd_bench_file_deinit(&file);
	ck_assert_str_eq(xapi_bench_task_tells(task), "success");
	ck_assert_uint_eq(xapi_bench_rig_asked("\"offset\":12288,\"length\":4096"), 1);
	ck_assert_uint_eq(xapi_bench_rig_asked("\"offset\":4108288,\"length\":4096"), 1);
	ck_assert_uint_eq(xapi_bench_rig_asked("xapi.import"), 3);
}
END_TEST

/* The client is told at once, and nothing was written. */
START_TEST(a_disk_that_is_too_large_is_refused_before_it_comes)
{
	AUTO(auto_close) int fd = xapi_bench_dial();
	char first[5];

	xapi_bench_import(fd, xapi_bench.leaf, task, "&format=raw", BENCH_DISK_BYTES + 1);
	xapi_bench_say(fd, "begun");
	shutdown(fd, SHUT_WR);
	xapi_bench_hear(fd, said);
	ck_assert_ptr_nonnull(strstr(said, "HTTP/1.1 500"));
	ck_assert_str_eq(xapi_bench_task_tells(task),
		"failure VDI_IO_ERROR|Device I/O errors|the body is larger than the disk");
	xapi_bench_live(first, 0, sizeof first);
	ck_assert_mem_ne(first, "begun", sizeof first);
}
END_TEST

static void send_much(int fd, const char *vdi)
{
	static char much[1 << 20];

	xapi_bench_import(fd, vdi, task, "&format=raw", 4 * sizeof much);
	for (int i = 0; i < 4; i++) {
		ck_assert_int_eq(send(fd, much, sizeof much, MSG_NOSIGNAL), sizeof much);
		usleep(20000);
	}
	ck_assert_int_gt(xapi_bench_hear(fd, said), 0);
}

/* It would get a reset in the place of the answer. */
START_TEST(a_client_that_still_sends_gets_its_answer)
{
	AUTO(auto_close) int fd = xapi_bench_dial();

	send_much(fd, "OpaqueRef:none");
	ck_assert_ptr_nonnull(strstr(said, "HTTP/1.1 500"));
	ck_assert_str_eq(xapi_bench_task_tells(task), "failure HANDLE_INVALID|VDI|OpaqueRef:none");
}
END_TEST

START_TEST(a_client_that_still_sends_gets_what_is_no_answer)
{
	AUTO(auto_close) int fd = xapi_bench_dial();

	xapi_bench_rig_begin();
	xapi_bench_rig_strike("garbage");
	send_much(fd, xapi_bench.leaf);
	ck_assert_str_eq(said, "This is no HTTP.\r\n\r\n");
	ck_assert_str_eq(xapi_bench_task_tells(task), "failure VDI_IO_ERROR|Device I/O errors");
}
END_TEST

static Suite *suite(void)
{
	Suite *suite = suite_create("xapi_transfer");
	TCase *tests = tcase_create("tasks");

	tcase_add_checked_fixture(tests, setup, xapi_bench_teardown);
	tcase_set_timeout(tests, 60);
	tcase_add_test(tests, an_export_ends_its_task);
	tcase_add_test(tests, a_task_that_is_named_last_ends);
	tcase_add_test(tests, a_client_that_goes_before_its_body_fails_its_task);
	tcase_add_test(tests, who_has_no_session_fails_his_task);
	tcase_add_test(tests, a_disk_is_no_base_of_itself);
	tcase_add_test(tests, what_is_not_there_fails_the_task);
	tcase_add_test(tests, one_that_is_too_many_fails_its_task);
	suite_add_tcase(suite, tests);
	tests = tcase_create("parts");
	tcase_add_checked_fixture(tests, setup, xapi_bench_teardown);
	tcase_set_timeout(tests, 60);
	tcase_add_test(tests, a_fault_is_asked_for_the_whole_and_at_each_place);
	tcase_add_test(tests, a_client_that_goes_while_the_rig_is_silent_fails_its_task);
	tcase_add_test(tests, a_client_that_goes_while_its_disk_hangs_fails_its_task);
	tcase_add_test(tests, a_block_of_any_size_is_a_part_of_an_import);
	tcase_add_test(tests, a_disk_that_is_too_large_is_refused_before_it_comes);
	tcase_add_test(tests, a_client_that_still_sends_gets_its_answer);
	tcase_add_test(tests, a_client_that_still_sends_gets_what_is_no_answer);
	suite_add_tcase(suite, tests);
	return suite;
}

int main(int argc, char **argv)
{
	(void)argc;
	return engine_suite_run(suite(), argv[0]);
}
