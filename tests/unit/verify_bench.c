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
	struct verify result = { .found = found, .boot_id = verify_bench_boot_id };
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
