/* SPDX-License-Identifier: Apache-2.0 */
#include "simfs/mount/asker.h"

#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "simfs/base/check.h"
#include "simfs/base/cleanup.h"

void askers_init(struct askers *askers)
{
	list_init(&askers->list);
}

void asker_begin(struct askers *askers, struct asker *asker)
{
	MUST(asker->killed);
	asker->is_interrupted = false;
	list_append(&askers->list, &asker->link);
}

void asker_end(struct asker *asker)
{
	list_remove(&asker->link);
}

/* ---- what the kernel says about a thread ---- */

static uint64_t bit(int signal_number)
{
	return 1ull << (signal_number - 1);
}

/* The signal set after NAME in TEXT, as /proc writes it; 0 if it is missing. */
static uint64_t signal_set(const char *text, const char *name)
{
	const char *line = strstr(text, name);

	return line ? strtoull(line + strlen(name), NULL, 16) : 0;
}

bool thread_is_killed(pid_t thread)
{
	/* By default, these do not end a process. */
	const uint64_t harmless = bit(SIGCHLD) | bit(SIGCONT) | bit(SIGURG) | bit(SIGWINCH) |
				  bit(SIGSTOP) | bit(SIGTSTP) | bit(SIGTTIN) | bit(SIGTTOU);
	char path[64], text[4096];

	snprintf(path, sizeof path, "/proc/%d/status", (int)thread);

	AUTO(auto_close) int fd = open(path, O_RDONLY | O_CLOEXEC);
	ssize_t length = fd < 0 ? -1 : read(fd, text, sizeof text - 1);

	if (length <= 0)
		return true;
	text[length] = '\0';

	/* The kernel turns a fatal signal into a SIGKILL for each thread. */
	uint64_t own = signal_set(text, "\nSigPnd:");
	uint64_t pending = own | signal_set(text, "\nShdPnd:");
	uint64_t kept = signal_set(text, "\nSigBlk:") | signal_set(text, "\nSigIgn:") |
			signal_set(text, "\nSigCgt:");

	return (own & bit(SIGKILL)) || (pending & ~kept & ~harmless);
}

/* ---- signals ---- */

bool askers_interrupt(struct askers *askers, uint64_t unique)
{
	list_for_each (at, &askers->list) {
		struct asker *asker = CONTAINER_OF(at, struct asker, link);

		if (asker->unique != unique)
			continue;
		asker->is_interrupted = true;
		if (thread_is_killed(asker->thread))
			asker->killed(asker);
		return true;
	}
	return false;
}

/* Releasing one may end or begin others. */
static struct asker *next_killed(struct askers *askers, bool *ret_others)
{
	*ret_others = false;
	list_for_each (at, &askers->list) {
		struct asker *asker = CONTAINER_OF(at, struct asker, link);

		if (asker->is_interrupted && thread_is_killed(asker->thread))
			return asker;
		*ret_others |= asker->is_interrupted;
	}
	return NULL;
}

bool askers_look(struct askers *askers)
{
	struct asker *asker;
	bool others;

	while ((asker = next_killed(askers, &others))) {
		/* Released only once: if its request stays, it is not polled any more. */
		asker->is_interrupted = false;
		asker->killed(asker);
	}
	return others;
}
