/* SPDX-License-Identifier: Apache-2.0 */
#include "simfs/cli/top_terminal.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "simfs/base/clock.h"
#include "simfs/base/mount_table.h"

#define ENTER "\033[?1049h\033[?25l"
#define LEAVE "\033[?25h\033[?1049l"

static volatile sig_atomic_t wants_end, wants_stop;

static void note(int number)
{
	if (number == SIGTSTP)
		wants_stop = 1;
	else if (number != SIGWINCH)
		wants_end = 1;
}

static const int noted[] = { SIGINT, SIGTERM, SIGHUP, SIGQUIT, SIGTSTP, SIGWINCH };

#define NOTED (sizeof noted / sizeof noted[0])

/* Signals are delivered only within top_terminal_wait(), so that none is missed just before it. */
static void block_signals(int how)
{
	sigset_t set;

	sigemptyset(&set);
	for (size_t i = 0; i < NOTED; i++)
		sigaddset(&set, noted[i]);
	sigprocmask(how, &set, NULL);
}

static void say(const char *text, size_t length)
{
	while (length > 0) {
		ssize_t written = write(STDOUT_FILENO, text, length);

		if (written < 0 && errno == EINTR)
			continue;
		if (written <= 0) {
			/* The terminal is gone. */
			wants_end = 1;
			return;
		}
		text += written;
		length -= (size_t)written;
	}
}

static void take(struct top_terminal *terminal)
{
	struct termios raw = terminal->before;

	raw.c_lflag &= ~(tcflag_t)(ICANON | ECHO);
	raw.c_cc[VMIN] = 1;
	raw.c_cc[VTIME] = 0;
	if (terminal->has_keys)
		tcsetattr(STDIN_FILENO, TCSADRAIN, &raw);
	say(ENTER, strlen(ENTER));
	terminal->is_entered = true;
}

static void give_back(struct top_terminal *terminal)
{
	say(LEAVE, strlen(LEAVE));
	if (terminal->has_keys)
		tcsetattr(STDIN_FILENO, TCSADRAIN, &terminal->before);
	terminal->is_entered = false;
}

void top_terminal_enter(struct top_terminal *terminal, bool looks_at_mounts)
{
	const struct sigaction action = { .sa_handler = note };

	*terminal = (struct top_terminal){ .mounts_fd = -1 };
	terminal->has_keys = isatty(STDIN_FILENO) &&
			     tcgetattr(STDIN_FILENO, &terminal->before) == 0;
	if (looks_at_mounts)
		terminal->mounts_fd = open(MOUNT_TABLE_SELF, O_RDONLY | O_CLOEXEC);
	block_signals(SIG_BLOCK);
	for (size_t i = 0; i < NOTED; i++)
		sigaction(noted[i], &action, NULL);
	take(terminal);
}

void top_terminal_leave(struct top_terminal *terminal)
{
	give_back(terminal);
	if (terminal->mounts_fd >= 0)
		close(terminal->mounts_fd);
}

/* ---- drawing ---- */

void top_terminal_draw(struct screen *body, struct screen *foot, unsigned rows, bool has_cursor)
{
	const char *line = screen_text(body), *end;
	const char *foot_text = screen_text(foot);
	unsigned room = rows > foot->lines + 1 ? rows - foot->lines - 1 : 0;
	char *frame = NULL;
	size_t length;
	FILE *file = open_memstream(&frame, &length);

	if (!file)
		return;
	fputs("\033[?25l\033[H", file);
	for (unsigned row = 0; row < room && (end = strchr(line, '\n')); row++, line = end + 1) {
		bool is_cut = row + 1 == room && end[1] != '\0';

		fprintf(file, "%.*s\033[K\r\n", is_cut ? 3 : (int)(end - line),
			is_cut ? "..." : line);
	}
	fprintf(file, "\033[J\033[%u;1H", room + 1);
	for (; (end = strchr(foot_text, '\n')); foot_text = end + 1)
		fprintf(file, "%.*s\033[K\r\n", (int)(end - foot_text), foot_text);
	fprintf(file, "%s\033[K%s", foot_text, has_cursor ? "\033[?25h" : "");
	fclose(file);
	say(frame, length);
	free(frame);
}

/* ---- waiting ---- */

/* The shell has the terminal until we are continued. */
static void stop(struct top_terminal *terminal)
{
	wants_stop = 0;
	give_back(terminal);
	raise(SIGSTOP);
	take(terminal);
}

static void read_keys(struct top_terminal *terminal, struct top_input *ret)
{
	ssize_t length = read(STDIN_FILENO, ret->bytes, sizeof ret->bytes);

	if (length > 0)
		ret->length = (size_t)length;
	else if (length == 0 || errno != EINTR)
		/* The terminal is gone, or its input has ended. */
		terminal->has_keys = false;
}

void top_terminal_wait(struct top_terminal *terminal, uint64_t until_ns, struct top_input *ret)
{
	uint64_t now_ns = clock_real_ns();
	uint64_t left_ns = until_ns > now_ns ? until_ns - now_ns : 0;
	struct timespec left = { .tv_sec = (time_t)(left_ns / NS_PER_S),
		.tv_nsec = (long)(left_ns % NS_PER_S) };
	struct pollfd fds[] = {
		{ .fd = terminal->has_keys ? STDIN_FILENO : -1, .events = POLLIN },
		{ .fd = terminal->mounts_fd, .events = POLLPRI },
	};
	sigset_t none;

	sigemptyset(&none);
	*ret = (struct top_input){ 0 };
	if (ppoll(fds, 2, &left, &none) > 0) {
		if (fds[0].revents)
			read_keys(terminal, ret);
		ret->has_mounts = fds[1].revents != 0;
	}
	if (wants_stop)
		stop(terminal);
	ret->is_over = wants_end;
}
