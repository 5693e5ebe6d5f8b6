/* SPDX-License-Identifier: Apache-2.0 */
#include "scenarios/clients/program_says.h"

#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>

#include "scenarios/base/files.h"
#include "scenarios/base/process.h"
#include "simfs/base/cleanup.h"
#include "simfs/base/heap.h"

/* The longest that a program may take to answer. */
#define TIME_LIMIT_NS 60000000000ull

char *program_says(const char *const *argv)
{
	AUTO(auto_close) int fd = memfd_create("says", MFD_CLOEXEC);
	AUTO(auto_free) char *path = heap_format("/proc/%d/fd/%d", (int)getpid(), fd);
	const struct process_order order = {
		.argv = argv,
		.output_path = path,
		.time_limit_ns = TIME_LIMIT_NS,
	};
	struct process_result result;
	char *text = NULL;

	if (fd < 0 || !process_program_exists(argv[0]) || process_run(&order, &result) < 0)
		return NULL;
	if (result.exit_status == 0)
		text = file_text(path);
	process_result_deinit(&result);
	return text;
}

char *client_version(const struct client *client)
{
	const char *package = client->packages.count > 0 ? client->packages.texts[0] : NULL;
	const char *const argv[] = { "dpkg-query", "-W", "-f", "${Version}", "--", package, NULL };
	char *version = package ? program_says(argv) : NULL;

	if (version && !*version) {
		free(version);
		return NULL;
	}
	return version;
}
