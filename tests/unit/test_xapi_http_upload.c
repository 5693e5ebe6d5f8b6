/* SPDX-License-Identifier: Apache-2.0 */
/* What a worker gets of an upload. */
#include <check.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "simfs/base/cleanup.h"
#include "tests/unit/http_bench.h"

#define HOST "Host: x\r\n"

static int tell_length(struct wire *wire)
{
	return wire_body_length(wire) == UINT64_MAX ? 1 : 0;
}

START_TEST(a_body_in_chunks_has_no_length_whatever_is_said_of_it)
{
	char said[BENCH_SAID_MAX];

	http_bench.perform = tell_length;
	http_bench_ask("PUT /transfer HTTP/1.1\r\n" HOST
		       "Content-Length: 0\r\nTransfer-Encoding: chunked\r\n\r\n1\r\nx\r\n0\r\n\r\n",
		said);
	ck_assert_int_eq(http_bench_join(), 1);
}
END_TEST

static char pieces[64];
static _Atomic bool has_piece, has_next, may_read;

static int read_slowly(struct wire *wire)
{
	const void *bytes;
	size_t length, at = 0;
	int error;

	while ((error = wire_read(wire, &bytes, &length)) == 0 && length > 0) {
		has_next = at > 0;
		has_piece = true;
		http_bench_wait(&may_read);
		memcpy(pieces + at, bytes, length);
		at += length;
		pieces[at++] = '.';
	}
	pieces[at] = '\0';
	return error < 0 ? error : wire_raw(wire, "end", 3);
}

/* The library reads on before it calls again with a piece that was looked at. */
START_TEST(what_comes_while_a_piece_is_looked_at_is_the_next_one)
{
	AUTO(auto_close) int fd = http_bench_dial();
	char said[BENCH_SAID_MAX];

	has_piece = has_next = may_read = false;
	http_bench.perform = read_slowly;
	http_bench_say(fd, "PUT /transfer HTTP/1.1\r\n" HOST "Content-Length: 10\r\n\r\nabc");
	http_bench_wait(&has_piece);
	http_bench_say(fd, "defg");
	usleep(20000);
	may_read = true;
	http_bench_wait(&has_next);
	http_bench_say(fd, "hij");
	http_bench_hear(fd, said);
	ck_assert_str_eq(said, "end");
	ck_assert_int_eq(http_bench_join(), 0);
	ck_assert_str_eq(pieces, "abc.defg.hij.");
}
END_TEST

#define CHUNK_BYTES 997u
#define CHUNK_COUNT 40u

static uint8_t byte_at(size_t at)
{
	return (uint8_t)(at * 7 + at / 251);
}

static int compare_slowly(struct wire *wire)
{
	size_t length = 1, at = 0, wrong = 0;
	const void *bytes;
	int error = 0;

	while (error == 0 && length > 0) {
		error = wire_read(wire, &bytes, &length);
		usleep(200);
		for (size_t i = 0; error == 0 && i < length; i++, at++)
			wrong += ((const uint8_t *)bytes)[i] != byte_at(at);
	}
	wire_raw(wire, "end", 3);
	return error < 0 || at != CHUNK_COUNT * CHUNK_BYTES ? -1 : (int)wrong;
}

/* The library moves what it has read while a worker looks at it. */
START_TEST(an_upload_in_chunks_comes_as_it_was_sent)
{
	AUTO(auto_close) int fd = http_bench_dial();
	char chunk[CHUNK_BYTES + 16], said[BENCH_SAID_MAX];

	http_bench.perform = compare_slowly;
	http_bench_say(fd, "PUT /transfer HTTP/1.1\r\n" HOST "Transfer-Encoding: chunked\r\n\r\n");
	for (size_t at = 0; at < CHUNK_COUNT; at++) {
		size_t head = (size_t)snprintf(chunk, sizeof chunk, "%x\r\n", CHUNK_BYTES);

		for (size_t i = 0; i < CHUNK_BYTES; i++)
			chunk[head + i] = (char)byte_at(at * CHUNK_BYTES + i);
		memcpy(chunk + head + CHUNK_BYTES, "\r\n", 2);
		ck_assert_int_gt(send(fd, chunk, head + CHUNK_BYTES + 2, MSG_NOSIGNAL), 0);
	}
	http_bench_say(fd, "0\r\n\r\n");
	http_bench_hear(fd, said);
	ck_assert_int_eq(http_bench_join(), 0);
}
END_TEST

static Suite *suite(void)
{
	Suite *suite = suite_create("xapi_http_upload");
	TCase *tests = tcase_create("upload");

	tcase_add_checked_fixture(tests, http_bench_setup, http_bench_teardown);
	tcase_set_timeout(tests, 60);
	tcase_add_test(tests, a_body_in_chunks_has_no_length_whatever_is_said_of_it);
	tcase_add_test(tests, what_comes_while_a_piece_is_looked_at_is_the_next_one);
	tcase_add_loop_test(tests, an_upload_in_chunks_comes_as_it_was_sent, 0, 4);
	suite_add_tcase(suite, tests);
	return suite;
}

int main(void)
{
	SRunner *runner = srunner_create(suite());
	int failed;

	srunner_run_all(runner, CK_NORMAL);
	failed = srunner_ntests_failed(runner);
	srunner_free(runner);
	return failed == 0 ? 0 : 1;
}
