/* SPDX-License-Identifier: Apache-2.0 */
#include "simfs/base/progress_bar.h"

#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdio.h>
#include <string.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include "simfs/base/clock.h"
#include "simfs/base/sizes.h"
#include "simfs/base/terminal.h"

#define SHOWN_AFTER_NS (2 * NS_PER_S)
#define DRAWN_EVERY_MS 250
#define BAR_COLUMNS    24
#define PART_BYTES     64
#define LINE_BYTES     512

#define CLEAR_LINE     "\r\033[K"

/* ---- the line ---- */

/* In the order in which they appear. */
enum part { PART_WHAT, PART_BAR, PART_SHARE, PART_AMOUNT, PART_RATE, PART_TIME, PARTS };

/* By importance: with too little room, the last ones are left out. */
static const enum part by_worth[PARTS] = { PART_WHAT, PART_SHARE, PART_TIME, PART_AMOUNT, PART_BAR,
	PART_RATE };

static const char *format_time(double seconds, char *buffer, size_t length)
{
	unsigned whole = seconds < 1e6 ? (unsigned)(seconds + 0.5) : 999999;

	if (whole < 120)
		snprintf(buffer, length, "%u s", whole);
	else
		snprintf(buffer, length, "%u:%02u min", whole / 60, whole % 60);
	return buffer;
}

static void format_bar(double share, char *buffer)
{
	unsigned full = (unsigned)(share * BAR_COLUMNS);

	*buffer++ = '[';
	memset(buffer, '#', full);
	memset(buffer + full, '.', BAR_COLUMNS - full);
	memcpy(buffer + BAR_COLUMNS, "]", 2);
}

static void format_amount(const struct progress_state *state, char *buffer)
{
	char done[32], total[32];

	if (state->unit == PROGRESS_PIECES && state->total > 0)
		snprintf(buffer, PART_BYTES, "%llu of %llu %s", (unsigned long long)state->done,
			(unsigned long long)state->total, state->pieces);
	else if (state->unit == PROGRESS_PIECES && state->done > 0)
		snprintf(buffer, PART_BYTES, "%llu %s", (unsigned long long)state->done,
			state->pieces);
	else if (state->total > 0)
		snprintf(buffer, PART_BYTES, "%s of %s",
			size_format(state->done, done, sizeof done),
			size_format(state->total, total, sizeof total));
	else if (state->done > 0)
		size_format(state->done, buffer, PART_BYTES);
}

static void format_parts(const struct progress_state *state, char parts[PARTS][PART_BYTES])
{
	double seconds = (double)state->elapsed_ns / NS_PER_S;
	double share = state->total > 0 ? (double)state->done / (double)state->total : 0;
	double rate = seconds > 0 ? (double)state->done / seconds : 0;
	char text[32];

	share = share > 1 ? 1 : share;
	snprintf(parts[PART_WHAT], PART_BYTES, "%s", state->what);
	format_amount(state, parts[PART_AMOUNT]);
	if (state->total > 0) {
		format_bar(share, parts[PART_BAR]);
		snprintf(parts[PART_SHARE], PART_BYTES, "%.0f%%", share * 100);
	}
	if (state->unit == PROGRESS_BYTES && rate >= 1)
		snprintf(parts[PART_RATE], PART_BYTES, "%s/s",
			size_format((uint64_t)rate, text, sizeof text));
	else if (rate > 0)
		snprintf(parts[PART_RATE], PART_BYTES, "%.1f a minute", rate * 60);
	if (share > 0)
		snprintf(parts[PART_TIME], PART_BYTES, "%s left",
			format_time(seconds * (1 - share) / share, text, sizeof text));
	else
		snprintf(parts[PART_TIME], PART_BYTES, "for %s",
			format_time(seconds, text, sizeof text));
}

const char *progress_bar_format(
	const struct progress_state *state, unsigned columns, char *buffer, size_t length)
{
	char parts[PARTS][PART_BYTES] = { { 0 } };
	bool has_room[PARTS] = { false };
	size_t used = 0, at = 0;

	format_parts(state, parts);
	for (size_t i = 0; i < PARTS; i++) {
		size_t needed = strlen(parts[by_worth[i]]) + (used > 0 ? 2 : 0);

		if (!parts[by_worth[i]][0] || used + needed > columns)
			continue;
		has_room[by_worth[i]] = true;
		used += needed;
	}
	buffer[0] = '\0';
	for (size_t i = 0; i < PARTS; i++)
		if (has_room[i] && at < length)
			at += (size_t)snprintf(
				buffer + at, length - at, "%s%s", at > 0 ? "  " : "", parts[i]);
	return buffer;
}

/* ---- the one bar ---- */

static struct {
	unsigned depth; /* how many have begun; only the first is shown */
	struct progress_state state;
	uint64_t begun_ns;
	atomic_uint_fast64_t done, total;
	atomic_bool is_drawn;

	pthread_t thread;
	bool has_thread;
	int end_fd; /* an eventfd that ends the thread */
} bar;

static void draw(void)
{
	struct progress_state state = bar.state;
	char line[LINE_BYTES], text[LINE_BYTES + 16];
	unsigned columns;

	state.done = atomic_load(&bar.done);
	state.total = atomic_load(&bar.total);
	state.elapsed_ns = clock_real_ns() - bar.begun_ns;
	terminal_size(STDERR_FILENO, &columns, NULL);
	/* Writing in the last column would move the cursor to the next line. */
	progress_bar_format(&state, columns - 1, line, sizeof line);

	int length = snprintf(text, sizeof text, CLEAR_LINE "%s", line);

	atomic_store(&bar.is_drawn, true);
	(void)!write(STDERR_FILENO, text, (size_t)length);
}

static void *run(void *context)
{
	struct pollfd end = { .fd = bar.end_fd, .events = POLLIN };

	while (poll(&end, 1, DRAWN_EVERY_MS) == 0)
		if (clock_real_ns() - bar.begun_ns >= SHOWN_AFTER_NS)
			draw();
	return context;
}

/* Blocks all signals in the thread, so that the other threads get them. */
static void start(void)
{
	sigset_t all, before;

	bar.end_fd = eventfd(0, EFD_CLOEXEC);
	if (bar.end_fd < 0)
		return;
	sigfillset(&all);
	pthread_sigmask(SIG_SETMASK, &all, &before);
	bar.has_thread = pthread_create(&bar.thread, NULL, run, NULL) == 0;
	pthread_sigmask(SIG_SETMASK, &before, NULL);
	if (!bar.has_thread)
		close(bar.end_fd);
}

void progress_bar_begin(const char *what, const char *pieces, uint64_t total)
{
	if (bar.depth++ > 0)
		return;
	bar.state = (struct progress_state){
		.what = what, .pieces = pieces, .unit = pieces ? PROGRESS_PIECES : PROGRESS_BYTES
	};
	bar.begun_ns = clock_real_ns();
	atomic_store(&bar.done, 0);
	atomic_store(&bar.total, total);
	if (terminal_can_draw(STDERR_FILENO))
		start();
}

void progress_bar_set(uint64_t done)
{
	if (bar.depth == 1)
		atomic_store(&bar.done, done);
}

void progress_bar_set_total(uint64_t total)
{
	if (bar.depth == 1)
		atomic_store(&bar.total, total);
}

void progress_bar_end(void)
{
	if (--bar.depth > 0 || !bar.has_thread)
		return;
	(void)eventfd_write(bar.end_fd, 1);
	pthread_join(bar.thread, NULL);
	close(bar.end_fd);
	bar.has_thread = false;
	progress_bar_make_room();
}

void progress_bar_make_room(void)
{
	if (atomic_exchange(&bar.is_drawn, false))
		(void)!write(STDERR_FILENO, CLEAR_LINE, strlen(CLEAR_LINE));
}
