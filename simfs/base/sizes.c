/* SPDX-License-Identifier: Apache-2.0 */
#include "simfs/base/sizes.h"

#include <ctype.h>
#include <errno.h>
#include <inttypes.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#include "simfs/base/clock.h"

struct unit {
	const char *name;
	uint64_t factor;
};

static const struct unit size_units[] = {
	{ "", 1 },
	{ "B", 1 },
	{ "s", 512 },
	{ "KiB", 1ull << 10 },
	{ "MiB", 1ull << 20 },
	{ "GiB", 1ull << 30 },
	{ "TiB", 1ull << 40 },
	{ NULL, 0 },
};

static const struct unit duration_units[] = {
	{ "ns", 1 },
	{ "us", 1000 },
	{ "ms", NS_PER_MS },
	{ "s", NS_PER_S },
	{ "m", 60 * NS_PER_S },
	{ "h", 3600 * NS_PER_S },
	{ NULL, 0 },
};

/* Parses decimal digits at *TEXT and advances it past them. */
static int digits_parse(const char **text, uint64_t *ret)
{
	uint64_t value = 0;
	const char *at = *text;

	if (!isdigit((unsigned char)*at))
		return -EINVAL;
	for (; isdigit((unsigned char)*at); at++) {
		if (__builtin_mul_overflow(value, 10, &value) ||
			__builtin_add_overflow(value, (uint64_t)(*at - '0'), &value))
			return -ERANGE;
	}
	*text = at;
	*ret = value;
	return 0;
}

static int quantity_parse(const char *text, const struct unit *units, uint64_t *ret)
{
	uint64_t value;
	int error = digits_parse(&text, &value);

	if (error < 0)
		return error;
	for (; units->name; units++) {
		if (strcmp(text, units->name) != 0)
			continue;
		if (__builtin_mul_overflow(value, units->factor, &value) || value > INT64_MAX)
			return -ERANGE;
		*ret = value;
		return 0;
	}
	return -EINVAL;
}

int size_parse(const char *text, uint64_t *ret)
{
	return quantity_parse(text, size_units, ret);
}

int duration_parse(const char *text, uint64_t *ret_ns)
{
	return quantity_parse(text, duration_units, ret_ns);
}

int share_parse(const char *text, uint32_t *ret_per_million)
{
	uint64_t percent;
	int error = digits_parse(&text, &percent);

	if (error < 0 || percent > 100000)
		return -EINVAL;

	uint64_t per_million = percent * 10000;

	if (*text == '.') {
		uint64_t scale = 1000;

		for (text++; isdigit((unsigned char)*text) && scale > 0; text++, scale /= 10)
			per_million += (uint64_t)(*text - '0') * scale;
	}
	if (strcmp(text, "%") != 0)
		return -EINVAL;
	*ret_per_million = (uint32_t)per_million;
	return 0;
}

int size_or_share_parse(const char *text, struct size_or_share *ret)
{
	uint32_t per_million;
	uint64_t bytes;

	if (share_parse(text, &per_million) == 0) {
		*ret = (struct size_or_share){ .is_share = true, .per_million = per_million };
		return 0;
	}

	int error = size_parse(text, &bytes);

	if (error < 0)
		return error;
	*ret = (struct size_or_share){ .bytes = bytes };
	return 0;
}

/* Writes VALUE in the largest of UNITS that divides it; they are in order of size. */
static const char *quantity_write(
	uint64_t value, const struct unit *units, char *buffer, size_t length)
{
	const struct unit *largest = units;

	for (; value > 0 && units->name; units++) {
		if (value % units->factor == 0)
			largest = units;
	}
	snprintf(buffer, length, "%" PRIu64 "%s", value / largest->factor, largest->name);
	return buffer;
}

const char *size_write(uint64_t bytes, char *buffer, size_t length)
{
	/* Without "s" and "B": the last unit that divides it wins. */
	static const struct unit units[] = {
		{ "", 1 },
		{ "KiB", 1ull << 10 },
		{ "MiB", 1ull << 20 },
		{ "GiB", 1ull << 30 },
		{ "TiB", 1ull << 40 },
		{ NULL, 0 },
	};

	return quantity_write(bytes, units, buffer, length);
}

const char *duration_write(uint64_t ns, char *buffer, size_t length)
{
	return quantity_write(ns, duration_units, buffer, length);
}

const char *share_write(uint64_t per_million, char *buffer, size_t length)
{
	uint64_t fraction = per_million % 10000;
	int digits = 4;

	if (fraction == 0) {
		snprintf(buffer, length, "%" PRIu64 "%%", per_million / 10000);
		return buffer;
	}
	for (; fraction % 10 == 0; fraction /= 10)
		digits--;
	snprintf(buffer, length, "%" PRIu64 ".%0*" PRIu64 "%%", per_million / 10000, digits,
		fraction);
	return buffer;
}

#define FRACTION_SCALE_MAX 1000000

/* "1.5GiB" as "1536MiB", if that is a whole number of the next smaller unit. */
static bool fraction_hint(const char *text, char *buffer, size_t length)
{
	static const char letters[] = "KMGT";
	uint64_t whole, part = 0, scale = 1, bytes;
	const char *at = text, *letter;

	if (digits_parse(&at, &whole) < 0 || *at++ != '.' || !isdigit((unsigned char)*at))
		return false;
	for (; isdigit((unsigned char)*at); at++) {
		if (scale >= FRACTION_SCALE_MAX)
			return false;
		part = part * 10 + (uint64_t)(*at - '0');
		scale *= 10;
	}
	letter = *at ? strchr(letters, toupper((unsigned char)*at)) : NULL;
	if (!letter || whole > UINT32_MAX || part * 1024 % scale != 0)
		return false;
	snprintf(buffer, length, "%llu%s", (unsigned long long)(whole * 1024 + part * 1024 / scale),
		letter == letters ? "" : (char[]){ letter[-1], 'i', 'B', '\0' });
	return size_parse(buffer, &bytes) == 0;
}

const char *size_hint(const char *text, char *buffer, size_t length)
{
	static const char letters[] = "KMGT";
	uint64_t value;
	const char *at = text;

	if (fraction_hint(text, buffer, length))
		return buffer;
	if (digits_parse(&at, &value) == 0) {
		const char *letter = strchr(letters, toupper((unsigned char)*at));

		if (*at && letter) {
			snprintf(buffer, length, "%llu%ciB", (unsigned long long)value, *letter);
			/* A size that is too large is no hint. */
			if (size_parse(buffer, &value) == 0)
				return buffer;
		}
	}
	snprintf(buffer, length, "64MiB");
	return buffer;
}

const char *size_format(uint64_t bytes, char *buffer, size_t length)
{
	static const char *const names[] = { "B", "KiB", "MiB", "GiB", "TiB", "PiB", "EiB" };
	size_t unit = 0;
	double value = (double)bytes;

	while (value >= 1024 && unit + 1 < sizeof names / sizeof names[0]) {
		value /= 1024;
		unit++;
	}
	if (unit == 0 || value >= 100 || value == (double)(uint64_t)value)
		snprintf(buffer, length, "%.0f %s", value, names[unit]);
	else
		snprintf(buffer, length, "%.1f %s", value, names[unit]);
	return buffer;
}
