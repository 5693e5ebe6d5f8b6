/* SPDX-License-Identifier: Apache-2.0 */
/*
 * top.c - snaprig top: asks rigs (top_rig), turns their answers into lines (top_view), and prints
 * these once, or draws them twice a second (top_terminal).
 */
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "simfs/base/clock.h"
#include "simfs/base/exit_code.h"
#include "simfs/base/heap.h"
#include "simfs/base/json_output.h"
#include "simfs/base/log.h"
#include "simfs/base/terminal.h"
#include "simfs/cli/cli.h"
#include "simfs/cli/command_table.h"
#include "simfs/cli/rigs.h"
#include "simfs/cli/top_orders.h"
#include "simfs/cli/top_terminal.h"

#define TICK_NS (NS_PER_S / 2)

/* Shorter than a tick, so that a rig that does not answer does not use it up. */
#define ANSWER_NS (400 * NS_PER_MS)

/* A rig that was found, rather than named, is not waited for longer than this. */
#define CONNECT_NS (2 * NS_PER_S)

struct values {
	bool once;
	bool json;
};

static bool knows(const struct top *top, const char *mount)
{
	for (size_t at = 0; at < top->count; at++)
		if (strcmp(top->rigs[at].mount, mount) == 0)
			return true;
	return false;
}

static void add_rig(struct top *top, const char *mount, struct control_client *client, int error)
{
	/* The array may move: a rig's sample points into the rig, but is rebuilt with every
	 * answer. */
	top->rigs = heap_grow(top->rigs, top->count, sizeof *top->rigs);
	top_rig_init(&top->rigs[top->count++], mount, client, error);
}

/* Adds this user's rigs that are not watched yet. */
static void find_rigs(struct top *top)
{
	struct mount_survey survey;

	rigs_find(geteuid(), &survey);
	for (size_t at = 0; at < survey.count; at++) {
		const char *mount = survey.places[at].path;
		struct control_client *client = NULL;

		if (knows(top, mount))
			continue;

		int error = control_client_connect_within(mount, CONNECT_NS, &client);

		add_rig(top, mount, client, error);
	}
	mount_survey_deinit(&survey);
}

static void remove_rig(struct top *top, size_t at)
{
	top_rig_deinit(&top->rigs[at]);
	top->count--;
	memmove(&top->rigs[at], &top->rigs[at + 1], (top->count - at) * sizeof top->rigs[0]);
	if (top->selected > at || top->selected == top->count)
		top->selected = top->selected > 0 ? top->selected - 1 : 0;
}

static void deinit(struct top *top)
{
	while (top->count > 0)
		remove_rig(top, top->count - 1);
	free(top->rigs);
	free(top->message);
}

static void ask_all(struct top *top, uint64_t patience_ns)
{
	uint64_t deadline_ns = clock_real_ns() + patience_ns;

	for (size_t at = 0; at < top->count; at++)
		top_rig_ask(&top->rigs[at]);
	for (size_t at = 0; at < top->count; at++)
		top_rig_take(&top->rigs[at], deadline_ns);
}

/* ---- pictures ---- */

/* All samples in one array.  The caller frees it. */
static struct top_sample *samples_of(const struct top *top)
{
	struct top_sample *samples = heap_new((top->count + 1) * sizeof *samples);

	for (size_t at = 0; at < top->count; at++) {
		samples[at] = top->rigs[at].sample;
		samples[at].mount = top->rigs[at].mount;
		if (samples[at].state)
			samples[at].state = top->rigs[at].state;
		samples[at].is_selected = top->count > 1 && at == top->selected;
	}
	return samples;
}

static void draw_body(const struct top *top, struct screen *screen)
{
	struct top_sample *samples = samples_of(top);

	top_view_draw(screen, samples, top->count);
	free(samples);
}

static void draw(const struct top *top)
{
	bool in_colour = terminal_in_colour(STDOUT_FILENO), in_utf8 = terminal_in_utf8();
	struct screen body, foot;
	unsigned columns, rows;

	terminal_size(STDOUT_FILENO, &columns, &rows);
	screen_init(&body, columns, in_colour, in_utf8);
	screen_init(&foot, columns, in_colour, in_utf8);
	draw_body(top, &body);
	if (top->message) {
		screen_put(&foot, STYLE_WARNING, top->message);
		screen_end_line(&foot);
	}
	top_keys_draw(&top->keys, top->count, &foot);
	top_terminal_draw(&body, &foot, rows, top->keys.asks_for != TOP_NOTHING);
	screen_deinit(&body);
	screen_deinit(&foot);
}

/* ---- once ---- */

static void print_once(const struct top *top)
{
	struct screen screen;
	unsigned columns;

	terminal_size(STDOUT_FILENO, &columns, NULL);
	screen_init(&screen, columns, terminal_in_colour(STDOUT_FILENO), terminal_in_utf8());
	draw_body(top, &screen);
	fputs(screen_text(&screen), stdout);
	screen_deinit(&screen);
}

static int print_json(const struct top *top)
{
	struct top_sample *samples = samples_of(top);
	json_t *document = top_view_json(samples, top->count);
	int exit_code = json_output_print(document);

	json_decref(document);
	free(samples);
	return exit_code;
}

/* A rate needs two samples. */
static int run_once(struct top *top, bool as_json)
{
	uint64_t patience_ns = control_client_patience_ns();
	int exit_code = EXIT_MET;

	if (patience_ns > CONNECT_NS)
		patience_ns = CONNECT_NS;
	ask_all(top, patience_ns);
	usleep(TICK_NS / 1000);
	ask_all(top, patience_ns);
	for (size_t at = 0; at < top->count; at++)
		if (top->rigs[at].status_id != 0)
			exit_code = EXIT_TIMED_OUT;
	if (!as_json)
		print_once(top);

	int printed = as_json ? print_json(top) : command_line_finish();

	return printed != EXIT_MET ? printed : exit_code;
}

/* ---- live ---- */

/* Removes unmounted rigs while any other is left.  Returns false if all have ended. */
static bool goes_on(struct top *top)
{
	bool is_any = false;

	for (size_t at = 0; at < top->count; at++)
		is_any |= top->rigs[at].client != NULL;
	for (size_t at = top->count; is_any && at-- > 0;)
		if (top->rigs[at].end == TOP_RIG_UNMOUNTED)
			remove_rig(top, at);
	return is_any;
}

static int report_end(const struct top *top)
{
	int exit_code = EXIT_MET;

	for (size_t at = 0; at < top->count; at++) {
		if (top->rigs[at].end == TOP_RIG_UNMOUNTED)
			log_info("'%s' was unmounted", top->rigs[at].mount);
		else if (top->rigs[at].end == TOP_RIG_DIED)
			exit_code = cli_report_connect(top->rigs[at].mount, top->rigs[at].error);
	}
	return exit_code;
}

static int run_live(struct top *top, bool finds)
{
	struct top_terminal terminal;
	struct top_input input = { 0 };
	uint64_t next_ns = 0;
	bool is_over = false, has_ended = false, wants_rigs = false;

	top_terminal_enter(&terminal, finds);
	while (!is_over) {
		if (clock_real_ns() >= next_ns) {
			next_ns = clock_real_ns() + TICK_NS;
			if (wants_rigs)
				find_rigs(top);
			wants_rigs = false;
			ask_all(top, ANSWER_NS);
			if (!goes_on(top)) {
				has_ended = true;
				break;
			}
		}
		draw(top);
		top_terminal_wait(&terminal, next_ns, &input);
		is_over = input.is_over;
		for (size_t at = 0; at < input.length && !is_over; at++)
			is_over = !top_obey(top, input.bytes[at], &next_ns);
		wants_rigs |= input.has_mounts;
	}
	top_terminal_leave(&terminal);
	return has_ended ? report_end(top) : EXIT_MET;
}

/* ---- the command ---- */

static int connect_named(struct top *top, char **mounts, size_t count)
{
	for (size_t at = 0; at < count; at++) {
		struct control_client *client;
		int exit_code = cli_connect(mounts[at], &client);

		if (exit_code != EXIT_MET)
			return exit_code;
		add_rig(top, mounts[at], client, 0);
	}
	return EXIT_MET;
}

static int run(const struct command_line *line, int argc, char **argv)
{
	struct values values = { 0 };
	struct top top = { 0 };
	size_t count;
	int exit_code = command_line_parse(line, argc, argv, &values, &count);

	if (exit_code != COMMAND_GO_ON)
		return exit_code;
	exit_code = connect_named(&top, argv + 1, count);
	if (count == 0)
		find_rigs(&top);
	if (exit_code == EXIT_MET && top.count == 0 && !values.json) {
		log_error("you have no volume mounted");
		exit_code = EXIT_USAGE;
	} else if (exit_code == EXIT_MET) {
		exit_code = values.once || values.json || !terminal_can_draw(STDOUT_FILENO)
				    ? run_once(&top, values.json)
				    : run_live(&top, count == 0);
	}
	deinit(&top);
	return exit_code;
}

static const struct command_option options[] = {
	{ "once", NULL, "print it once, as on a terminal that cannot be drawn on",
		.offset = offsetof(struct values, once) },
	{ "json", NULL, "print it once, as JSON", .offset = offsetof(struct values, json) },
	{ 0 },
};

const struct command_line top_command = {
	.name = "top",
	.summary = "watch volumes live",
	.operands = { { "[MNT ...]", COMMAND_FOLDER, NULL, NULL } },
	.options = options,
	.about = "Shows the volumes mounted on each MNT, or all of yours, and updates twice a "
		 "second:\n"
		 "requests and bytes per second, how full the stores are, snapshots, gauges, "
		 "faults\n"
		 "(highlighted when they have just fired), writers, and the last events.  Ends "
		 "when all\n"
		 "volumes are unmounted.\n"
		 "\n"
		 "Keys: q quits, f arms a rule that you type, g feigns a gauge (\"memory.used "
		 "85%\"; a name\n"
		 "alone releases it), r releases operations that hang because of a fault, c "
		 "removes all\n"
		 "rules, and tab selects the volume for these keys.  Esc cancels what you type.",
	.examples = "  snaprig top\n"
		    "  snaprig top mnt\n"
		    "  snaprig top --once mnt\n"
		    "  snaprig top --json | jq '.mounts[] | {mount_point, rates}'\n",
	.exits = "  0    done, or all volumes were unmounted\n"
		 "  2    the command line, or what it names, is wrong; or you have no volume "
		 "mounted\n"
		 "  4    the rig or the machine failed, or a rig has died\n"
		 "  124  a volume did not answer in time\n",
	.run = run,
};
