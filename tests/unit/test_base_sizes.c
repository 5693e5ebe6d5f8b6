/* SPDX-License-Identifier: Apache-2.0 */
/* Sizes, shares and durations as people write them. */
#include <check.h>
#include <errno.h>
#include <inttypes.h>

#include "simfs/base/sizes.h"
#include "tests/lib/engine_suite.h"

#define COUNT_OF(array) (sizeof(array) / sizeof(array)[0])

static const struct {
	const char *text;
	uint64_t bytes;
} sizes[] = {
	{ "0", 0 },
	{ "1", 1 },
	{ "4096", 4096 },
	{ "4096B", 4096 },
	{ "512s", 262144 },
	{ "104931328s", 53724839936 },
	{ "1KiB", 1024 },
	{ "64KiB", 65536 },
	{ "128MiB", 134217728 },
	{ "1GiB", 1073741824 },
	{ "8388607TiB", 9223370937343148032 },
	{ "9223372036854775807", INT64_MAX },
	{ "007", 7 },
};

START_TEST(sizes_are_read)
{
	for (size_t i = 0; i < COUNT_OF(sizes); i++) {
		uint64_t bytes = 77;

		ck_assert_msg(size_parse(sizes[i].text, &bytes) == 0, "'%s'", sizes[i].text);
		ck_assert_uint_eq(bytes, sizes[i].bytes);
	}
}
END_TEST

static const struct {
	const char *text;
	int error;
} bad_sizes[] = {
	{ "", -EINVAL },
	{ " 1", -EINVAL },
	{ "1 ", -EINVAL },
	{ "1 KiB", -EINVAL },
	{ "-1", -EINVAL },
	{ "+1", -EINVAL },
	{ "0x10", -EINVAL },
	{ "1.5GiB", -EINVAL },
	{ "64MB", -EINVAL },
	{ "64M", -EINVAL },
	{ "64mib", -EINVAL },
	{ "64MiBs", -EINVAL },
	{ "S", -EINVAL },
	{ "10%", -EINVAL },
	{ "9223372036854775808", -ERANGE },
	{ "8388608TiB", -ERANGE },
	{ "18446744073709551616", -ERANGE },
	{ "99999999999999999999999", -ERANGE },
	{ "18014398509481985s", -ERANGE },
};

START_TEST(what_is_no_size_is_refused_and_leaves_the_result_alone)
{
	for (size_t i = 0; i < COUNT_OF(bad_sizes); i++) {
		uint64_t bytes = 77;

		ck_assert_msg(size_parse(bad_sizes[i].text, &bytes) == bad_sizes[i].error, "'%s'",
			bad_sizes[i].text);
		ck_assert_uint_eq(bytes, 77);
	}
}
END_TEST

static const struct {
	const char *text;
	uint32_t per_million;
} shares[] = {
	{ "0%", 0 },
	{ "10%", 100000 },
	{ "85%", 850000 },
	{ "100%", 1000000 },
	{ "300%", 3000000 },
	{ "12.5%", 125000 },
	{ "0.0001%", 1 },
	{ "33.3333%", 333333 },
	{ "100000%", 1000000000 },
};

START_TEST(shares_are_read_per_million)
{
	for (size_t i = 0; i < COUNT_OF(shares); i++) {
		uint32_t per_million = 77;

		ck_assert_msg(
			share_parse(shares[i].text, &per_million) == 0, "'%s'", shares[i].text);
		ck_assert_uint_eq(per_million, shares[i].per_million);
	}
}
END_TEST

START_TEST(what_is_no_share_is_refused)
{
	static const char *const texts[] = { "", "%", "10", "10 %", "-1%", "10%%", "0.00001%",
		"100001%", "99999999999999999999%", ".5%", "1,5%" };

	for (size_t i = 0; i < COUNT_OF(texts); i++) {
		uint32_t per_million = 77;

		ck_assert_msg(share_parse(texts[i], &per_million) == -EINVAL, "'%s'", texts[i]);
		ck_assert_uint_eq(per_million, 77);
	}
}
END_TEST

START_TEST(a_limit_is_a_size_or_a_share)
{
	struct size_or_share limit;

	ck_assert_int_eq(size_or_share_parse("10%", &limit), 0);
	ck_assert(limit.is_share);
	ck_assert_uint_eq(limit.per_million, 100000);
	ck_assert_int_eq(size_or_share_parse("64MiB", &limit), 0);
	ck_assert(!limit.is_share);
	ck_assert_uint_eq(limit.bytes, 64 << 20);
	ck_assert_int_eq(size_or_share_parse("64MB", &limit), -EINVAL);
	ck_assert_int_eq(size_or_share_parse("9223372036854775808", &limit), -ERANGE);
}
END_TEST

static const struct {
	const char *text;
	uint64_t ns;
} durations[] = {
	{ "0s", 0 },
	{ "7ns", 7 },
	{ "3us", 3000 },
	{ "20ms", 20000000 },
	{ "60s", 60000000000 },
	{ "10m", 600000000000 },
	{ "1h", 3600000000000 },
};

START_TEST(durations_are_read)
{
	uint64_t ns;

	for (size_t i = 0; i < COUNT_OF(durations); i++) {
		ck_assert_msg(
			duration_parse(durations[i].text, &ns) == 0, "'%s'", durations[i].text);
		ck_assert_uint_eq(ns, durations[i].ns);
	}
	ck_assert_int_eq(duration_parse("20 ms", &ns), -EINVAL);
	ck_assert_int_eq(duration_parse("20KiB", &ns), -EINVAL);
	ck_assert_int_eq(duration_parse("", &ns), -EINVAL);
	ck_assert_int_eq(duration_parse("9999999999h", &ns), -ERANGE);
}
END_TEST

static const struct {
	const char *(*write)(uint64_t value, char *buffer, size_t length);
	uint64_t value;
	const char *text;
} written[] = {
	{ size_write, 0, "0" },
	{ size_write, 4095, "4095" },
	{ size_write, 4096, "4KiB" },
	{ size_write, 24u << 20, "24MiB" },
	{ size_write, (1ull << 40) + 1024, "1073741825KiB" },
	{ share_write, 0, "0%" },
	{ share_write, 50000, "5%" },
	{ share_write, 1, "0.0001%" },
	{ share_write, 705000, "70.5%" },
	{ share_write, 1002030, "100.203%" },
	{ duration_write, 0, "0ns" },
	{ duration_write, 20000000, "20ms" },
	{ duration_write, 1500000000, "1500ms" },
	{ duration_write, 3600000000000, "1h" },
};

START_TEST(what_is_written_exactly_is_read_back_the_same)
{
	for (size_t i = 0; i < COUNT_OF(written); i++) {
		char text[64];
		uint64_t value = 0;
		uint32_t share = 0;

		ck_assert_str_eq(
			written[i].write(written[i].value, text, sizeof text), written[i].text);
		if (written[i].write == size_write)
			ck_assert_int_eq(size_parse(text, &value), 0);
		else if (written[i].write == duration_write)
			ck_assert_int_eq(duration_parse(text, &value), 0);
		else
			ck_assert_int_eq(share_parse(text, &share), 0);
		ck_assert_uint_eq(value + share, written[i].value);
	}
}
END_TEST

static const struct {
	const char *text;
	const char *hint;
} hints[] = {
	{ "64MB", "64MiB" },
	{ "64M", "64MiB" },
	{ "64mb", "64MiB" },
	{ "3k", "3KiB" },
	{ "2G", "2GiB" },
	{ "1tb", "1TiB" },
	{ "", "64MiB" },
	{ "many", "64MiB" },
	{ "64", "64MiB" },
	{ "-1", "64MiB" },
	{ "99999999999999999999M", "64MiB" },
};

START_TEST(a_hint_is_what_was_meant_and_can_be_read)
{
	for (size_t i = 0; i < COUNT_OF(hints); i++) {
		char buffer[64];
		uint64_t bytes;

		ck_assert_str_eq(size_hint(hints[i].text, buffer, sizeof buffer), hints[i].hint);
		ck_assert_int_eq(size_parse(buffer, &bytes), 0);
	}
}
END_TEST

static const struct {
	uint64_t bytes;
	const char *text;
} formats[] = {
	{ 0, "0 B" },
	{ 512, "512 B" },
	{ 1023, "1023 B" },
	{ 1024, "1 KiB" },
	{ 1536, "1.5 KiB" },
	{ 64 << 20, "64 MiB" },
	{ 3ull << 29, "1.5 GiB" },
	{ 128ull << 30, "128 GiB" },
	{ (128ull << 30) + (1 << 29), "128 GiB" },
	{ 1ull << 60, "1 EiB" },
};

START_TEST(sizes_are_written_for_people)
{
	for (size_t i = 0; i < COUNT_OF(formats); i++) {
		char buffer[64];

		ck_assert_str_eq(
			size_format(formats[i].bytes, buffer, sizeof buffer), formats[i].text);
	}
}
END_TEST

int main(int argc, char **argv)
{
	Suite *suite = suite_create("base sizes");
	TCase *reading = tcase_create("reading");
	TCase *writing = tcase_create("writing");

	(void)argc;
	tcase_add_test(reading, sizes_are_read);
	tcase_add_test(reading, what_is_no_size_is_refused_and_leaves_the_result_alone);
	tcase_add_test(reading, shares_are_read_per_million);
	tcase_add_test(reading, what_is_no_share_is_refused);
	tcase_add_test(reading, a_limit_is_a_size_or_a_share);
	tcase_add_test(reading, durations_are_read);
	tcase_add_test(reading, what_is_written_exactly_is_read_back_the_same);
	tcase_add_test(writing, a_hint_is_what_was_meant_and_can_be_read);
	tcase_add_test(writing, sizes_are_written_for_people);
	suite_add_tcase(suite, reading);
	suite_add_tcase(suite, writing);
	return engine_suite_run(suite, argv[0]);
}
