/* SPDX-License-Identifier: Apache-2.0 */
#include "simfs/children/writer_child.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <poll.h>
#include <signal.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "simfs/base/cleanup.h"
#include "simfs/base/exit_code.h"
#include "simfs/children/writer_freeze.h"

_Static_assert(sizeof(struct writer_answer) <= PIPE_BUF, "an answer is written whole");

/*
 * No signal meant for the rig, or from its terminal, may end this process while something is
 * frozen.
 */
static void outlive_the_rig(void)
{
	static const int ignored[] = { SIGINT, SIGTERM, SIGHUP, SIGPIPE };

	setsid();
	for (size_t at = 0; at < sizeof ignored / sizeof ignored[0]; at++)
		signal(ignored[at], SIG_IGN);
	/* The starter of the rig may have ignored it, and then no hook would have a status. */
	signal(SIGCHLD, SIG_DFL);

	/* Do not keep the rig's standard error open. */
	AUTO(auto_close) int null_fd = open("/dev/null", O_RDWR | O_CLOEXEC);

	if (null_fd >= 0)
		dup2(null_fd, STDERR_FILENO);
}

static void answer(struct writer_answer *answer, enum writer_deed deed, int result)
{
	answer->deed = deed;
	answer->result = result;
	if (result == 0)
		memset(answer->why, 0, sizeof answer->why);
	/* If the rig is gone, nobody reads the answer. */
	(void)!write(STDOUT_FILENO, answer, sizeof *answer);
}

/* Waits for the end of input, at most HOLD_MS. */
static void wait_for_end_of_input(int hold_ms)
{
	struct pollfd input = { .fd = STDIN_FILENO, .events = POLLIN };

	while (poll(&input, 1, hold_ms) < 0 && errno == EINTR)
		;
}

static void hold(bool is_hook, const char *path, int hold_ms)
{
	struct writer_answer said = { 0 };
	AUTO(auto_close) int fd = -1;
	int result = is_hook ? writer_hook_freeze(path, said.why)
			     : writer_fsfreeze(path, &fd, said.why);

	if (result != WRITER_GIVEN_UP)
		answer(&said, WRITER_FREEZE, result);
	if (result < 0)
		return;
	if (result == 0)
		wait_for_end_of_input(hold_ms);
	result = is_hook ? writer_hook_thaw(path, WRITER_THAW_MAX_MS, said.why)
			 : writer_fsthaw(path, fd, said.why);
	answer(&said, WRITER_THAW, result);
}

static void thaw_only(bool is_hook, const char *path)
{
	struct writer_answer said = { 0 };
	int result = is_hook ? writer_hook_thaw(path, WRITER_THAW_MAX_MS, said.why)
			     : writer_fsthaw_left(path, said.why);

	answer(&said, WRITER_THAW, result);
}

int writer_child(int argc, char **argv)
{
	bool is_hook = argc > 2 && strcmp(argv[1], WRITER_CHILD_HOOK) == 0;
	bool only_thaws = argc == 4 && strcmp(argv[3], WRITER_CHILD_THAW_ONLY) == 0;
	char *end = NULL;
	long hold_ms = argc == 4 ? strtol(argv[3], &end, 10) : 0;

	if (argc != 4 || (!only_thaws && (*end != '\0' || hold_ms <= 0)) ||
		(!is_hook && strcmp(argv[1], WRITER_CHILD_FSFREEZE) != 0))
		return EXIT_USAGE;
	outlive_the_rig();
	if (only_thaws)
		thaw_only(is_hook, argv[2]);
	else
		hold(is_hook, argv[2], hold_ms < INT_MAX ? (int)hold_ms : INT_MAX);
	return EXIT_MET;
}
