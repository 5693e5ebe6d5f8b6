/* SPDX-License-Identifier: Apache-2.0 */
/* Which text is a place to listen on, and who can reach it. */
#include <check.h>
#include <errno.h>
#include <string.h>
#include <unistd.h>

#include "simfs/base/cleanup.h"
#include "simfs/base/socket_address.h"
#include "tests/lib/engine_suite.h"

START_TEST(a_host_and_a_port_are_an_address)
{
	static const struct {
		const char *text;
		int family;
		bool is_loopback;
	} rows[] = {
		{ "127.0.0.1:80", AF_INET, true },
		{ "127.1.2.3:0", AF_INET, true },
		{ "localhost:65535", AF_INET, true },
		{ "0.0.0.0:1", AF_INET, false },
		{ "[::1]:80", AF_INET6, true },
		{ "[::]:80", AF_INET6, false },
	};
	union socket_address address;

	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		ck_assert_uint_gt(socket_address_parse(rows[i].text, &address), 0);
		ck_assert_int_eq(address.any.sa_family, rows[i].family);
		ck_assert_int_eq(socket_address_is_loopback(&address), rows[i].is_loopback);
	}
}
END_TEST

START_TEST(all_else_is_none)
{
	static const char *const texts[] = { "", ":", ":80", "127.0.0.1",
		"127.0.0.1:", "127.0.0.1:x", "127.0.0.1:8x", "127.0.0.1:+1", "127.0.0.1:65536",
		"example.org:80", "[::1:80", "::1]:80", "[]:80", "[127.0.0.1]:80", "localhost" };
	union socket_address address;

	for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++)
		ck_assert_msg(socket_address_parse(texts[i], &address) == 0, "'%s'", texts[i]);
}
END_TEST

START_TEST(what_is_bound_says_where)
{
	AUTO(auto_close) int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
	AUTO(auto_close) int file = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
	union socket_address address;
	socklen_t length = socket_address_parse("localhost:0", &address);
	char host[INET6_ADDRSTRLEN];
	uint16_t port = 0;

	ck_assert_int_eq(bind(fd, &address.any, length), 0);
	ck_assert_int_eq(socket_address_of(fd, host, &port), 0);
	ck_assert_str_eq(host, "127.0.0.1");
	ck_assert_uint_gt(port, 0);
	ck_assert_int_eq(socket_address_of(file, host, &port), -EAFNOSUPPORT);
	ck_assert_int_eq(socket_address_of(-1, host, &port), -EBADF);
}
END_TEST

int main(int argc, char **argv)
{
	Suite *suite = suite_create("base_socket_address");
	TCase *tests = tcase_create("socket_address");

	(void)argc;
	tcase_add_test(tests, a_host_and_a_port_are_an_address);
	tcase_add_test(tests, all_else_is_none);
	tcase_add_test(tests, what_is_bound_says_where);
	suite_add_tcase(suite, tests);
	return engine_suite_run(suite, argv[0]);
}
