/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/unit/verify_bench.h"

#include <check.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "simfs/store/store_internal.h"
#include "simfs/volume/verify/verify.h"

uint64_t verify_bench_boot_id;

static char text[64 << 10];

static void found(struct verify *verify, const struct verify_finding *finding)
{
	size_t used = strlen(text);

	(void)verify;
	snprintf(text + used, sizeof text - used, "%s%s@%llu:%s:%s\n",
		finding->is_note ? "note:" : "", finding->file ? finding->file : ENGINE_IMAGE,
		(unsigned long long)finding->offset, finding->whose ? finding->whose : "",
		finding->what);
}

uint64_t verify_bench(struct engine *engine)
{
	struct blockio_folder *folder = engine->image_folder;
	const struct volume_limits *limits = engine->volume_options.limits;
	struct verify result = {
		.found = found,
		.boot_id = verify_bench_boot_id,
		.verify_up_to_bytes =
			(limits ? limits : &volume_limits_default)->verify_up_to_bytes,
	};
	struct blockio *origin;

	text[0] = '\0';
	ck_assert_int_eq(folder->ops->open(folder, ENGINE_IMAGE, false, &origin), 0);
	ck_assert_int_eq(volume_verify(origin, engine->folder, &result), 0);
	blockio_destroy(origin);
	return result.findings;
}

const char *verify_bench_text(void)
{
	return text;
}

void verify_bench_expect(struct engine *engine, const char *expected)
{
	ck_assert_uint_gt(verify_bench(engine), 0);
	ck_assert_msg(strstr(text, expected), "'%s' is not in: %s", expected, text);
}

void verify_bench_line(const char *format, ...)
{
	char line[512];
	va_list arguments;

	va_start(arguments, format);
	vsnprintf(line, sizeof line, format, arguments);
	va_end(arguments);
	ck_assert_msg(strstr(text, line), "'%s' is not in: %s", line, text);
}

/* ---- what a mount will do, as it says ---- */

static bool line_begins(const char *line, const char *part)
{
	return strncmp(line, part, strlen(part)) == 0;
}

static const char *next_line(const char *line)
{
	return strchr(line, '\n') + 1;
}

/* LINE, as far as it goes, has PART. */
static bool line_has(const char *line, const char *part)
{
	const char *found = strstr(line, part);

	return found && found < strchr(line, '\n');
}

static bool is_of_a_block(const char *line)
{
	return line_has(line, ":block ");
}

static bool is_of_more(const char *line)
{
	return !line_begins(line, "note:") && !is_of_a_block(line) && !line_has(line, ".sums@") &&
	       !line_has(line, "a mount does without it");
}

bool verify_bench_says_more(void)
{
	for (const char *line = verify_bench_text(); *line; line = next_line(line)) {
		if (is_of_more(line))
			return true;
	}
	return false;
}

bool verify_bench_names(const char *name, uint64_t block)
{
	char what[64], quoted[80];

	snprintf(what, sizeof what, ":block %u is not what was stored", (unsigned)block);
	snprintf(quoted, sizeof quoted, name ? "snapshot '%s'" : "the live view", name);
	for (const char *line = verify_bench_text(); *line; line = next_line(line)) {
		const char *shown = strstr(line, "; shown by ");

		if (!line_has(line, what))
			continue;
		if (line_has(line, ".node@") ? shown && line_has(shown, quoted)
					     : line_has(line, quoted))
			return true;
	}
	return false;
}

unsigned verify_bench_blocks(void)
{
	unsigned count = 0;

	for (const char *line = verify_bench_text(); *line; line = next_line(line))
		count += is_of_a_block(line);
	return count;
}

bool verify_bench_says_of(const char *name)
{
	char quoted[80];

	snprintf(quoted, sizeof quoted, "snapshot '%s'", name);
	for (const char *line = verify_bench_text(); *line; line = next_line(line)) {
		if (!line_begins(line, "note:") && line_has(line, quoted))
			return true;
	}
	return false;
}

/* ---- superblocks ---- */

struct store_superblock *verify_bench_superblock(struct engine *engine, const char *file)
{
	uint64_t size_bytes;

	return (void *)engine_file(engine, file, &size_bytes);
}

void verify_bench_superblock_end(struct engine *engine, const char *file)
{
	struct store_superblock *superblock = verify_bench_superblock(engine, file);

	superblock->hash = superblock_hash(superblock);
}
