/* SPDX-License-Identifier: Apache-2.0 */
#include "scenarios/cli/report_file.h"

#include <errno.h>
#include <string.h>
#include <sys/stat.h>

#include "scenarios/base/whole_file.h"
#include "simfs/base/cleanup.h"
#include "simfs/base/heap.h"
#include "simfs/base/log.h"
#include "simfs/base/suggest.h"

static int stream_write(
	const char *path, void (*write)(const void *context, FILE *file), const void *context)
{
	FILE *file = fopen(path, "we");

	if (!file)
		return -errno;
	write(context, file);

	int error = ferror(file) ? -EIO : 0;

	return fclose(file) == 0 ? error : -errno;
}

int report_file_write(
	const char *path, void (*write)(const void *context, FILE *file), const void *context)
{
	struct whole_file whole;
	struct stat facts;

	if (stat(path, &facts) == 0 && !S_ISREG(facts.st_mode))
		return S_ISDIR(facts.st_mode) ? -EISDIR : stream_write(path, write, context);

	int error = whole_file_begin(&whole, path);

	if (error < 0)
		return error;
	write(context, whole.file);
	return whole_file_end(&whole);
}

void report_unknown(const char *text, const char *kinds, const char *otherwise)
{
	AUTO(auto_free) char *kind = heap_format("%.*s", (int)strcspn(text, "="), text);
	AUTO(auto_free) char *known = heap_format(" %s ", kinds);
	AUTO(auto_free) char *whole = heap_format(" %s ", kind);
	char hint[SUGGEST_HINT_BYTES];

	/* If the kind is valid, the file is missing. */
	log_error("cannot read report '%s' (%s)", text,
		strstr(known, whole) ? otherwise
				     : suggest_hint_of_list(kind, kinds, otherwise, hint));
}
