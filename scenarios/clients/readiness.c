/* SPDX-License-Identifier: Apache-2.0 */
#include "scenarios/clients/readiness.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "scenarios/base/files.h"
#include "scenarios/base/process.h"
#include "scenarios/clients/share.h"
#include "scenarios/clients/words.h"
#include "simfs/base/cleanup.h"
#include "simfs/base/heap.h"
#include "simfs/base/log.h"
#include "simfs/base/temporary.h"

/* Returns what is wrong if the command ended with RESULT and its last line was LINE; or NULL. */
static char *why_unready(const struct process_result *result, const char *line)
{
	if (result->timed_out)
		return heap_copy("'ready' of its adapter does not finish");
	if (result->exit_status == 0)
		return NULL;
	return heap_copy(line ? line : "no reason was given");
}

/* Like client_unready(), in FOLDER. */
static char *folder_ask(const struct client *client, uint64_t patience_ns, const char *folder)
{
	AUTO(auto_free) char *program = share_program();
	AUTO(auto_free) char *clients = share_folder("clients");
	AUTO(auto_free) char *said = heap_format("%s/said", folder);
	AUTO(auto_free) char *log = heap_format("%s/log", folder);
	const struct client_words words = {
		.out = folder,
		.repo = folder,
		.log = log,
		.snaprig = program,
		.clients = clients,
	};
	AUTO(auto_free) char *command = client_command(client->ready, &words);
	const char *const argv[] = { "/bin/sh", "-c", command, NULL };
	const struct process_order order = {
		.argv = argv,
		.output_path = said,
		.folder = folder,
		.time_limit_ns = patience_ns,
	};
	struct process_result result;
	int error = process_run(&order, &result);

	if (error < 0)
		return heap_format("'ready' of its adapter cannot be run: %s", strerror(-error));

	AUTO(auto_free) char *line = file_last_line(said);
	char *why = why_unready(&result, line);

	process_result_deinit(&result);
	return why;
}

char *client_unready(const struct client *client, uint64_t patience_ns)
{
	AUTO(auto_free) char *folder = NULL;
	int error;

	if (!client->ready)
		return NULL;
	error = temporary_folder_make(temporary_parent(), &folder);
	if (error < 0)
		return heap_format("cannot make a folder in '%s': %s (set TMPDIR to use another "
				   "place)",
			temporary_parent(), error_text(error));

	char *why = folder_ask(client, patience_ns, folder);

	folder_remove(folder);
	return why;
}
