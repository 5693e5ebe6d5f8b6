/* SPDX-License-Identifier: Apache-2.0 */
/*
 * sweep_aim.c - where a failure strikes.
 *
 * A rule strikes at its Nth hit by its own counts, or at an offset by its range.  A named failure
 * strikes at a moment: the Nth read is the moment at which that many have begun (gauge `ops`). The
 * total is counted by rules that match and never fire.
 */
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "faults/rule.h"
#include "scenarios/cli/check_failures.h"
#include "scenarios/cli/sweep.h"
#include "scenarios/report/record.h"
#include "simfs/base/check.h"
#include "simfs/base/exit_code.h"
#include "simfs/base/heap.h"
#include "simfs/base/log.h"

/* The odd offset in a block at which a read that reaches it is cut. */
#define UNALIGNED_BYTES (SWEEP_BLOCK_BYTES / 2 + 1)

/* The operations that the gauge `ops` counts. */
static const char *const operations[] = {
	"live.read error=EIO",
	"live.write error=EIO",
	"snapshot.read error=EIO",
	"snapshot.write error=EIO",
};

#define OPERATIONS (sizeof operations / sizeof operations[0])

static struct fault_rule rule_of(const char *text)
{
	char message[RULE_MESSAGE_BYTES];
	struct fault_rule rule;

	MUST(rule_parse(text, &rule, message) == 0);
	return rule;
}

static char *text_of(const struct fault_rule *rule)
{
	char text[RULE_TEXT_MAX + 1];

	return heap_copy(rule_format(rule, text, sizeof text));
}

/* ---- what can be moved ---- */

static int rule_check(const struct sweep_arguments *arguments)
{
	struct fault_rule rule = rule_of(arguments->check.faults.texts[0]);
	const struct point_row *point = fault_point_at(rule.point);
	bool by_offsets = arguments->by == SWEEP_BY_OFFSETS;

	if (rule.chance < 1000000)
		log_error("a sweep strikes at one place after the other: remove 'chance'");
	else if (by_offsets && !(point->traits & POINT_HAS_RANGE))
		log_error("point '%s' has no offsets: use --by hits", point->name);
	else if (by_offsets && rule.has_offset)
		log_error("a sweep by offsets moves the offset: remove 'offset'");
	else
		return EXIT_MET;
	return EXIT_USAGE;
}

/* Returns whether FAILURE can be moved in this way; by default, by offsets if it has no moment. */
static int failure_by(struct sweep_arguments *arguments, const struct failure *failure)
{
	const char *name = failure->scenario.name;
	bool has_moment = failure_has_moment(failure), has_offset = failure_has_offset(failure);

	if (!arguments->by_text && !has_moment && has_offset)
		arguments->by = SWEEP_BY_OFFSETS;
	if (!has_moment && !has_offset)
		log_error("failure '%s' has no hit or offset that could be moved: use 'snaprig "
			  "check --failure %s'",
			name, name);
	else if (arguments->by == SWEEP_BY_OFFSETS && !has_offset)
		log_error("failure '%s' strikes at a moment and not at an offset: use --by hits",
			name);
	else if (arguments->by == SWEEP_BY_HITS && !has_moment)
		log_error("failure '%s' strikes at an offset and not at a hit: use --by offsets",
			name);
	else
		return EXIT_MET;
	return EXIT_USAGE;
}

static int failure_check(struct sweep_arguments *arguments)
{
	struct failure *failure;
	int code = check_failure_load(&arguments->check, &failure);
	const char *missing;

	if (code != EXIT_MET)
		return code;
	code = failure_by(arguments, failure);
	missing = check_failure_missing(failure, arguments->check.gives);
	if (code == EXIT_MET && missing) {
		log_error("failure '%s' needs %s", failure->scenario.name, missing);
		code = EXIT_SKIPPED;
	}
	failure_destroy(failure);
	return code;
}

int sweep_aim_check(struct sweep_arguments *arguments)
{
	const struct check_arguments *check = &arguments->check;

	if ((check->failure != NULL) + check->faults.count != 1) {
		log_error("a sweep moves one thing: a --failure, or one --fault");
		return EXIT_USAGE;
	}
	if (!check->failure)
		return rule_check(arguments);
	if (strcmp(check->failure, "all") == 0) {
		log_error("a sweep moves one failure, not all");
		return EXIT_USAGE;
	}
	return failure_check(arguments);
}

/* ---- counting ---- */

char **sweep_aim_count(const struct sweep_arguments *arguments, struct check_arguments *check)
{
	const char *const *rules = check->failure ? operations : arguments->check.faults.texts;
	size_t count = check->failure ? OPERATIONS : 1;
	char **texts = heap_new((count + 1) * sizeof *texts);

	check->failure = NULL;
	check->only_counts = true;
	check->faults.count = count;
	for (size_t i = 0; i < count; i++)
		check->faults.texts[i] = texts[i] = record_idle_rule(rules[i]);
	return texts;
}

void sweep_aim_tracks(struct sweep *sweep)
{
	const struct sweep_arguments *arguments = sweep->arguments;
	uint64_t hits = sweep->steady.hits;

	if (arguments->by == SWEEP_BY_OFFSETS) {
		uint64_t blocks = arguments->check.volume_bytes / SWEEP_BLOCK_BYTES;

		sweep->tracks[sweep->track_count++] = (struct sweep_track){ .name = "aligned",
			.count = blocks };
		sweep->tracks[sweep->track_count++] = (struct sweep_track){
			.name = "unaligned",
			.first_bytes = UNALIGNED_BYTES,
			.count = blocks,
		};
		return;
	}
	if (!arguments->check.failure) {
		struct fault_rule rule = rule_of(arguments->check.faults.texts[0]);

		hits = hits > rule.after ? (hits - rule.after) / rule.every : 0;
	}
	sweep->tracks[sweep->track_count++] = (struct sweep_track){ .name = "hits", .count = hits };
}

/* ---- aiming ---- */

static uint64_t offset_of(const struct sweep_track *track, uint64_t index)
{
	return track->first_bytes + index * SWEEP_BLOCK_BYTES;
}

static char *rule_aim(
	const struct sweep_arguments *arguments, const struct sweep_track *track, uint64_t index)
{
	struct fault_rule rule = rule_of(arguments->check.faults.texts[0]);

	if (arguments->by == SWEEP_BY_OFFSETS) {
		rule.has_offset = true;
		rule.offset_first = offset_of(track, index);
		rule.offset_end = rule.offset_first + 1;
	} else {
		rule.after += index * rule.every;
		if (rule.times == 0)
			rule.times = 1;
	}
	return text_of(&rule);
}

char **sweep_aim(const struct sweep_arguments *arguments, const struct sweep_track *track,
	uint64_t index, struct check_arguments *check)
{
	char **texts = heap_new(2 * sizeof *texts);

	if (check->failure && arguments->by == SWEEP_BY_OFFSETS)
		check->at = texts[0] = heap_format("offset>=%" PRIu64, offset_of(track, index));
	else if (check->failure)
		check->at = texts[0] = heap_format("ops>=%" PRIu64, index + 1);
	else
		check->faults.texts[0] = texts[0] = rule_aim(arguments, track, index);
	return texts;
}

void sweep_aim_free(char **texts)
{
	for (size_t i = 0; texts[i]; i++)
		free(texts[i]);
	free(texts);
}
