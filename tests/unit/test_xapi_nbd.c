/* SPDX-License-Identifier: Apache-2.0 */
/* One NBD client on a pair of sockets: what it gets, and when it is given up. */
#include <check.h>
#include <endian.h>
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <unistd.h>

#include "simfs/base/cleanup.h"
#include "simfs/base/clock.h"
#include "simfs/doors/xapi/transfer/nbd_serve.h"
#include "tests/lib/engine_suite.h"
#include "tests/unit/xapi_bench.h"

#define GREETING_BYTES 18
#define EXPORT_BYTES   134 /* size, flags, zeros */

static struct nbd_limits limits;
static pthread_t server;
static int ends[2], ending;

static void *serve(void *context)
{
	(void)context;
	nbd_serve(&xapi_bench.transfer_options, &limits, ends[1], ending);
	close(ends[1]);
	return NULL;
}

static void setup(void)
{
	xapi_bench_setup();
	limits = (struct nbd_limits){ 60 * NS_PER_S, 60 * NS_PER_S };
	ending = eventfd(0, EFD_CLOEXEC);
}

static void begin(void)
{
	ck_assert_int_eq(socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends), 0);
	ck_assert_int_eq(fcntl(ends[1], F_SETFL, O_NONBLOCK), 0);
	ck_assert_int_eq(pthread_create(&server, NULL, serve, NULL), 0);
}

/* The server has ended by itself, or does when its client leaves. */
static void end(void)
{
	shutdown(ends[0], SHUT_RDWR);
	pthread_join(server, NULL);
	close(ends[0]);
}

static void teardown(void)
{
	close(ending);
	xapi_bench_teardown();
}

static void hear(void *bytes, size_t length)
{
	ck_assert_int_eq(recv(ends[0], bytes, length, MSG_WAITALL), (ssize_t)length);
}

static void expect_end(void)
{
	char byte;

	/* A reset, where something was left unread. */
	ck_assert_int_le(recv(ends[0], &byte, 1, 0), 0);
}

static void say(const void *bytes, size_t length)
{
	ck_assert_int_eq(send(ends[0], bytes, length, MSG_NOSIGNAL), (ssize_t)length);
}

/* Asks for the export NAME, with FLAGS of a client. */
static void enter(uint32_t flags, const char *name)
{
	struct {
		uint32_t flags;
		char magic[8] __attribute__((nonstring));
		uint32_t option, length;
	} __attribute__((packed))
	head = { htobe32(flags), "IHAVEOPT", htobe32(1), htobe32((uint32_t)strlen(name)) };
	char greeting[GREETING_BYTES];

	begin();
	hear(greeting, sizeof greeting);
	say(&head, sizeof head);
	/* Who has sent what is not allowed is not listened to any more. */
	(void)!send(ends[0], name, strlen(name), MSG_NOSIGNAL);
}

static void enter_export(const char *uuid)
{
	char name[256], answer[EXPORT_BYTES];
	uint64_t size_bytes;

	snprintf(name, sizeof name, "/%s?session_id=%s", uuid, xapi_bench.session);
	enter(1, name);
	hear(answer, sizeof answer);
	memcpy(&size_bytes, answer, sizeof size_bytes);
	ck_assert_uint_eq(be64toh(size_bytes), BENCH_DISK_BYTES);
}

static void ask(uint64_t offset, uint32_t length)
{
	struct {
		uint32_t magic;
		uint16_t flags, type;
		uint64_t handle, offset;
		uint32_t length;
	} __attribute__((packed))
	request = { htobe32(0x25609513), 0, 0, 77, htobe64(offset), htobe32(length) };

	say(&request, sizeof request);
}

static uint32_t answered(void)
{
	uint32_t answer[4];

	hear(answer, sizeof answer);
	ck_assert_uint_eq(be32toh(answer[0]), 0x67446698);
	return be32toh(answer[1]);
}

START_TEST(a_disk_is_read_up_to_its_end_and_no_further)
{
	char bytes[512];

	enter_export(BENCH_SNAPSHOT_UUID);
	ask(BENCH_DISK_BYTES - 512, 512);
	ck_assert_uint_eq(answered(), 0);
	hear(bytes, sizeof bytes);
	ask(BENCH_DISK_BYTES - 512, 513);
	ck_assert_uint_eq(answered(), EINVAL);
	ask(UINT64_MAX, 512);
	ck_assert_uint_eq(answered(), EINVAL);
	ask(0, 0);
	ck_assert_uint_eq(answered(), EINVAL);
	ask(0, (32u << 20) + 1);
	ck_assert_uint_eq(answered(), EINVAL);
	end();
}
END_TEST

START_TEST(whoever_names_no_export_is_given_up)
{
	char greeting[GREETING_BYTES];

	limits.greeting_ns = 50 * NS_PER_MS;
	begin();
	hear(greeting, sizeof greeting);
	expect_end();
	end();
}
END_TEST

START_TEST(whoever_asks_for_options_for_ever_is_given_up)
{
	static const char list[] = "IHAVEOPT\0\0\0\3\0\0\0\0";
	char greeting[GREETING_BYTES], answer[20];

	limits.greeting_ns = 50 * NS_PER_MS;
	begin();
	hear(greeting, sizeof greeting);
	say("\0\0\0\1", 4);
	do {
		(void)!send(ends[0], list, sizeof list - 1, MSG_NOSIGNAL);
		usleep(5000);
	} while (recv(ends[0], answer, sizeof answer, MSG_WAITALL) == sizeof answer);
	end();
}
END_TEST

START_TEST(whoever_asks_for_nothing_more_leaves_the_disk)
{
	limits.idle_ns = 50 * NS_PER_MS;
	enter_export(xapi_bench.leaf_uuid);
	expect_end();
	end();
	ck_assert(!disks_in_use(xapi_bench.disks, xapi_bench.leaf_uuid));
}
END_TEST

START_TEST(whoever_reads_nothing_is_given_up)
{
	limits.idle_ns = 50 * NS_PER_MS;
	enter_export(BENCH_SNAPSHOT_UUID);
	ask(0, 4u << 20);
	pthread_join(server, NULL);
	close(ends[0]);
}
END_TEST

START_TEST(a_disk_is_read_or_a_vm_runs_with_it)
{
	char name[256], wanted[256];

	enter_export(xapi_bench.leaf_uuid);
	snprintf(wanted, sizeof wanted, "[\"VDI_IN_USE\",\"%s\",\"attach\"]", xapi_bench.leaf);
	ck_called("VM.start", xapi_bench.vm, wanted);
	end();
	ck_called("VM.start", xapi_bench.vm, "\"\"");
	snprintf(name, sizeof name, "/%s?session_id=%s", xapi_bench.leaf_uuid, xapi_bench.session);
	enter(1, name);
	expect_end();
	end();
	ck_assert(!disks_in_use(xapi_bench.disks, xapi_bench.leaf_uuid));
}
END_TEST

START_TEST(a_name_that_is_none_ends_the_connection)
{
	const char *const session = xapi_bench.session;
	const char *const rows[][3] = { { BENCH_SNAPSHOT_UUID, "?session_id=", session },
		{ "/" BENCH_SNAPSHOT_UUID, "", "" },
		{ "/" BENCH_SNAPSHOT_UUID, "?xsession_id=", session },
		{ "/" BENCH_SNAPSHOT_UUID, "?session_id=", "" },
		{ "/" BENCH_SNAPSHOT_UUID, "?session_id=x&session_id=", session },
		{ "/none", "?session_id=", session }, { "/", "?session_id=", session },
		{ "", "", "" } };
	char name[256];

	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		snprintf(name, sizeof name, "%s%s%s", rows[i][0], rows[i][1], rows[i][2]);
		enter(1, name);
		expect_end();
		end();
	}
	/* Whatever else is asked for is of no interest. */
	snprintf(name, sizeof name, "/%s?x=1&session_id=%s&y=2", BENCH_SNAPSHOT_UUID,
		xapi_bench.session);
	enter(1, name);
	hear(name, EXPORT_BYTES);
	end();
}
END_TEST

START_TEST(a_client_does_not_take_what_was_not_offered)
{
	char name[256];

	snprintf(name, sizeof name, "/%s?session_id=%s", BENCH_SNAPSHOT_UUID, xapi_bench.session);
	enter(3, name);
	expect_end();
	end();
}
END_TEST

START_TEST(the_end_of_the_server_is_not_waited_for)
{
	enter_export(BENCH_SNAPSHOT_UUID);
	eventfd_write(ending, 1);
	expect_end();
	end();
}
END_TEST

int main(int argc, char **argv)
{
	Suite *suite = suite_create("xapi_nbd");
	TCase *tests = tcase_create("nbd");

	(void)argc;
	tcase_add_checked_fixture(tests, setup, teardown);
	tcase_set_timeout(tests, 60);
	tcase_add_test(tests, a_disk_is_read_up_to_its_end_and_no_further);
	tcase_add_test(tests, whoever_names_no_export_is_given_up);
	tcase_add_test(tests, whoever_asks_for_options_for_ever_is_given_up);
	tcase_add_test(tests, whoever_asks_for_nothing_more_leaves_the_disk);
	tcase_add_test(tests, whoever_reads_nothing_is_given_up);
	tcase_add_test(tests, a_disk_is_read_or_a_vm_runs_with_it);
	tcase_add_test(tests, a_name_that_is_none_ends_the_connection);
	tcase_add_test(tests, a_client_does_not_take_what_was_not_offered);
	tcase_add_test(tests, the_end_of_the_server_is_not_waited_for);
	suite_add_tcase(suite, tests);
	return engine_suite_run(suite, argv[0]);
}
