/* SPDX-License-Identifier: Apache-2.0 */
/* check_scenario.c - turns a failure into the scenario of a check. */
#include <stdlib.h>
#include <string.h>

#include "scenarios/cli/check.h"
#include "scenarios/cli/scenario_check.h"
#include "scenarios/judge/oracle.h"
#include "scenarios/run/lvm_world.h"
#include "simfs/base/check.h"
#include "simfs/base/cleanup.h"
#include "simfs/base/heap.h"

enum { INJECT, REMEDY };

/* In the tree that a client is given. */
#define TREE_FILES 100

/* Inserts a new step into PHASE, at AT. */
static struct step *step_insert(struct phase *phase, size_t at, enum step_kind kind)
{
	struct step *steps = heap_new((phase->step_count + 1) * sizeof *steps);

	MUST(at <= phase->step_count);
	if (phase->step_count > 0) {
		memcpy(steps, phase->steps, at * sizeof *steps);
		memcpy(steps + at + 1, phase->steps + at, (phase->step_count - at) * sizeof *steps);
	}
	free(phase->steps);
	phase->steps = steps;
	phase->step_count++;
	steps[at] = (struct step){ .kind = kind, .place = phase->place };
	return &steps[at];
}

static struct step *step_add(struct phase *phase, enum step_kind kind)
{
	return step_insert(phase, phase->step_count, kind);
}

static void step_remove(struct phase *phase, size_t at)
{
	struct step *gone = heap_new(sizeof *gone);

	*gone = phase->steps[at];
	steps_deinit(gone, 1);
	phase->step_count--;
	memmove(phase->steps + at, phase->steps + at + 1,
		(phase->step_count - at) * sizeof *phase->steps);
}

static void backup_add(struct phase *phase, const char *snapshot, const char *backup)
{
	struct step *step;

	step_add(phase, STEP_SNAPSHOT)->name = heap_copy(snapshot);
	step = step_add(phase, STEP_BACKUP);
	step->of = heap_copy(snapshot);
	step->name = heap_copy(backup);
}

/* Inserts them after the snapshot of the backup. */
static void faults_add(const struct check_arguments *arguments, struct phase *phase)
{
	struct step *step;

	if (arguments->faults.count == 0)
		return;
	step = step_insert(phase, 0, STEP_FAULT);
	for (size_t i = 0; i < arguments->faults.count; i++) {
		step->faults.texts = heap_grow(
			step->faults.texts, step->faults.count, sizeof(char *));
		step->faults.texts[step->faults.count++] = heap_copy(arguments->faults.texts[i]);
	}
}

/* How much of the volume is written, and at which shares of the reading. */
static const struct {
	unsigned parts; /* each write is one part of this many */
	unsigned first_percent, step_percent;
} writers[] = {
	[CHECK_WRITER_NONE] = { 64, 100, 1 },
	[CHECK_WRITER_TRICKLE] = { 1024, 10, 40 },
	[CHECK_WRITER_STORM] = { 16, 5, 15 },
};

/* Inserts a write of PARTS parts. */
static struct step *write_insert(
	const struct check_arguments *arguments, struct phase *phase, size_t at, unsigned parts)
{
	uint64_t bytes = arguments->volume_bytes / writers[arguments->writer].parts;
	struct step *step = step_insert(phase, at, STEP_WRITE);

	bytes -= bytes % ORACLE_BLOCK_BYTES;
	step->pattern = PATTERN_RANDOM;
	step->bytes = (bytes > 0 ? bytes : ORACLE_BLOCK_BYTES) * parts;
	return step;
}

static size_t backup_place(const struct phase *phase)
{
	size_t at = 0;

	while (at < phase->step_count && phase->steps[at].kind != STEP_BACKUP)
		at++;
	return at;
}

/* Inserts a write during the reading that need not happen: a client may read less. */
static struct step *writer_insert(const struct check_arguments *arguments, struct phase *phase,
	unsigned percent, unsigned parts)
{
	struct step *step = write_insert(arguments, phase, backup_place(phase), parts);

	step->name = heap_format("writer-%u", percent);
	step->start.gauge = heap_copy("read.progress");
	step->start.at_least = heap_format("%u%%", percent);
	step->start.is_optional = true;
	return step;
}

static void writes_add(const struct check_arguments *arguments, struct phase *phase)
{
	unsigned first = writers[arguments->writer].first_percent;
	unsigned step = writers[arguments->writer].step_percent;

	if (arguments->writer == CHECK_WRITER_NONE)
		return;
	/* At later moments, reads would wait for writes begun before. */
	if (arguments->writes_beside)
		writer_insert(arguments, phase, first, (99 - first) / step + 1)->start.lets_read =
			true;
	for (unsigned percent = first; percent < 100 && !arguments->writes_beside; percent += step)
		writer_insert(arguments, phase, percent, 1);
	/* One more before everything else, with which the latencies of the others are compared. */
	write_insert(arguments, phase, 0, 1)->name = heap_copy("writer-before");
}

/* Adds what must be seen of the failure, after the backup that met it. */
static void sees_add(const struct failure_profile *profile, struct phase *phase)
{
	for (size_t i = 0; profile && i < profile->see_count; i++) {
		struct step *step = step_insert(phase, backup_place(phase) + 1 + i, STEP_EXPECT);

		*step = profile->sees[i];
		profile->sees[i] = (struct step){ .kind = STEP_EXPECT };
	}
}

/* Returns whether PHASE has a backup of the snapshot NAME. */
static bool is_backed_up(const struct phase *phase, const char *name)
{
	for (size_t i = 0; i < phase->step_count; i++) {
		if (phase->steps[i].kind == STEP_BACKUP && strcmp(phase->steps[i].of, name) == 0)
			return true;
	}
	return false;
}

/* Returns whether STEP is about a snapshot that the client takes, and deletes before it can be
 * checked. */
static bool is_of_taken(const struct phase *phase, const struct step *step)
{
	const char *seen = step->expectation.snapshot;

	if (step->kind == STEP_EXPECT)
		return seen && is_backed_up(phase, seen);
	return step->kind == STEP_SNAPSHOT && !step->requester_dies &&
	       is_backed_up(phase, step->name);
}

/* Makes the client take the snapshots that its backups are of, but not those that others
 * request. */
static void takes_set(struct phase *phase)
{
	for (size_t i = 0; i < phase->step_count;) {
		if (is_of_taken(phase, &phase->steps[i])) {
			step_remove(phase, i);
			continue;
		}
		if (phase->steps[i].kind == STEP_BACKUP)
			phase->steps[i].takes = true;
		i++;
	}
}

/* Returns whether the client takes the snapshot NAME. */
static bool is_taken(const struct scenario *scenario, const char *name)
{
	for (size_t i = 0; i < scenario->phase_count; i++) {
		if (is_backed_up(&scenario->phases[i], name))
			return true;
	}
	return false;
}

/* The keys of a rule that are followed by the name of a snapshot, which the client may have
 * taken. */
static const struct {
	const char *key, *prefix;
	bool may_be_other; /* any other device is left unchanged */
} lvm_keys[] = { { "snapshot=", "", false }, { "device=", LVM_GROUP "-", true } };

/* Returns RULE with the rig's own name of the snapshot after KEY, one of lvm_keys.  The caller
 * frees it. */
static char *rule_of_lvm(
	const char *rule, size_t key, const struct scenario *scenario, const struct client *client)
{
	AUTO(auto_free) char *whole = heap_format("%s%s", lvm_keys[key].key, lvm_keys[key].prefix);
	const char *at = strstr(rule, whole);
	const char *value = at ? at + strlen(lvm_keys[key].key) : rule;
	const char *name = at ? at + strlen(whole) : rule;
	AUTO(auto_free) char *called = heap_format("%.*s", (int)strcspn(name, " "), name);
	bool taken = is_taken(scenario, called);
	AUTO(auto_free) char *own = lvm_rig_name(taken ? client : NULL, called);

	return at && (taken || !lvm_keys[key].may_be_other)
		       ? heap_format(
				 "%.*s%s%s", (int)(value - rule), rule, own, name + strlen(called))
		       : heap_copy(rule);
}

static void rule_bind_lvm(char **rule, const struct scenario *scenario, const struct client *client)
{
	for (size_t key = 0; key < sizeof lvm_keys / sizeof lvm_keys[0]; key++) {
		char *own = rule_of_lvm(*rule, key, scenario, client);

		free(*rule);
		*rule = own;
	}
}

/* In a pool, the name of a snapshot is not known in advance: the rule applies to any. */
static void rule_bind_xapi(char **rule)
{
	static const char key[] = " snapshot=";
	char *at = strstr(*rule, key);
	char *end = at ? at + strlen(key) + strcspn(at + strlen(key), " ") : NULL;

	if (at)
		memmove(at, end, strlen(end) + 1);
}

/* Changes the snapshots' names in the rules of PHASE to those that the client gives them. */
static void names_set(const struct check_arguments *arguments, const struct scenario *scenario,
	struct phase *phase)
{
	for (size_t i = 0; i < phase->step_count; i++) {
		struct fault_texts *faults = &phase->steps[i].faults;

		for (size_t j = 0; j < faults->count; j++) {
			if (arguments->gives == CLIENT_GIVES_LVM)
				rule_bind_lvm(&faults->texts[j], scenario, arguments->adapter);
			else
				rule_bind_xapi(&faults->texts[j]);
		}
	}
}

/*
 * The failure must meet the state without the run before it, for example a short chain.  Without a
 * chain, a write gives the next backup into a repository other content; but not to files, whose
 * times would have to change, too, for clients that compare times.
 */
static void between_add(const struct check_arguments *arguments, const struct scenario *scenario,
	struct phase *phase)
{
	bool is_written = arguments->has_repository && arguments->writer == CHECK_WRITER_NONE &&
			  scenario->content.kind == CONTENT_RANDOM;

	if (scenario_has_chain(scenario))
		step_add(phase, STEP_COALESCE);
	else if (is_written)
		write_insert(arguments, phase, phase->step_count, 1)->name = heap_copy("between");
}

/* Adds a backup without the failure, at the beginning. */
static void steady_add(const struct check_arguments *arguments, struct scenario *scenario)
{
	struct phase *phases = heap_new((scenario->phase_count + 1) * sizeof *phases);

	memcpy(phases + 1, scenario->phases, scenario->phase_count * sizeof *phases);
	free(scenario->phases);
	scenario->phases = phases;
	scenario->phase_count++;
	phases[0].name = heap_copy("steady");
	backup_add(&phases[0], "s0", "b0");
	/* A client that takes it also deletes it, or has leaked it. */
	if (!arguments->takes)
		step_add(&phases[0], STEP_DELETE)->name = heap_copy("s0");
	between_add(arguments, scenario, &phases[0]);
}

/* Returns whether the client reads, or is compared by, something that only a file system has. */
static bool wants_files(const struct check_arguments *arguments)
{
	return arguments->gives == CLIENT_GIVES_TREE || arguments->gives == CLIENT_GIVES_LVM ||
	       (arguments->adapter && arguments->adapter->file_system == CLIENT_EXT4);
}

/* Random bytes or an image; or files, in a file system with room for its own data. */
static void content_set(const struct check_arguments *arguments, struct content_spec *content)
{
	if (arguments->image) {
		content->kind = CONTENT_IMAGE;
		content->image = heap_copy(arguments->image);
	} else if (wants_files(arguments)) {
		content->kind = CONTENT_EXT4;
		content->files = TREE_FILES;
		content->bytes = (arguments->volume_bytes - CONTENT_EXT4_MIN_BYTES / 2) / 4 * 3;
	} else {
		content->kind = CONTENT_RANDOM;
	}
}

void check_compose(const struct check_arguments *arguments, struct failure *failure,
	const struct failure_profile *profile)
{
	struct scenario *scenario = &failure->scenario;
	struct phase *inject = &scenario->phases[INJECT];
	const char *name = arguments->profile ? arguments->profile : profile ? profile->name : NULL;

	failure_bind(failure, arguments->at, arguments->volume_bytes);
	scenario->profile = heap_copy(name ? name : "plain");
	scenario->client = heap_copy(arguments->command[0]);
	scenario->seed = arguments->seed;
	scenario->volume_bytes = arguments->volume_bytes;
	content_set(arguments, &scenario->content);
	if (arguments->time_limit_ns)
		scenario->time_limit_ns = arguments->time_limit_ns;
	if (inject->step_count == 0)
		backup_add(inject, "s1", "b1");
	faults_add(arguments, inject);
	writes_add(arguments, inject);
	sees_add(profile, inject);
	if (scenario->phases[REMEDY].step_count == 0) {
		free(scenario->phases[REMEDY].name);
		free(scenario->phases[REMEDY].steps);
		scenario->phase_count--;
	}
	if (arguments->steady)
		steady_add(arguments, scenario);
	for (size_t i = 0; arguments->takes && i < scenario->phase_count; i++) {
		takes_set(&scenario->phases[i]);
		if (client_takes_what_is_given(arguments->gives))
			names_set(arguments, scenario, &scenario->phases[i]);
	}
}
