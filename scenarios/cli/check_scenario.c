/* SPDX-License-Identifier: Apache-2.0 */
/* check_scenario.c - a failure becomes the scenario of a check. */
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

/* Of the tree that a client is given. */
#define TREE_FILES 100

/* A new step of PHASE, at AT. */
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

/* Behind the snapshot of a backup. */
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

/* How much is written of the volume, and at which shares of the reading. */
static const struct {
	unsigned parts; /* each write is one part of so many */
	unsigned first_percent, step_percent;
} writers[] = {
	[CHECK_WRITER_NONE] = { 64, 100, 1 },
	[CHECK_WRITER_TRICKLE] = { 1024, 10, 40 },
	[CHECK_WRITER_STORM] = { 16, 5, 15 },
};

/* A write of so many PARTS. */
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

/* What writes meanwhile, of itself: a client that does not read so far misses nothing. */
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
	/* At later moments reading would wait for what began before. */
	if (arguments->writes_beside)
		writer_insert(arguments, phase, first, (99 - first) / step + 1)->start.lets_read =
			true;
	for (unsigned percent = first; percent < 100 && !arguments->writes_beside; percent += step)
		writer_insert(arguments, phase, percent, 1);
	/* One more before all else: what those take is compared with it. */
	write_insert(arguments, phase, 0, 1)->name = heap_copy("writer-before");
}

/* What must be seen of the failure: behind the backup that met it. */
static void sees_add(const struct failure_profile *profile, struct phase *phase)
{
	for (size_t i = 0; profile && i < profile->see_count; i++) {
		struct step *step = step_insert(phase, backup_place(phase) + 1 + i, STEP_EXPECT);

		*step = profile->sees[i];
		profile->sees[i] = (struct step){ .kind = STEP_EXPECT };
	}
}

/* Is a backup in PHASE of the snapshot NAME? */
static bool is_backed_up(const struct phase *phase, const char *name)
{
	for (size_t i = 0; i < phase->step_count; i++) {
		if (phase->steps[i].kind == STEP_BACKUP && strcmp(phase->steps[i].of, name) == 0)
			return true;
	}
	return false;
}

/* Is STEP about a snapshot that the client takes, and deletes before anybody looks? */
static bool is_of_taken(const struct phase *phase, const struct step *step)
{
	const char *seen = step->expectation.snapshot;

	if (step->kind == STEP_EXPECT)
		return seen && is_backed_up(phase, seen);
	return step->kind == STEP_SNAPSHOT && !step->requester_dies &&
	       is_backed_up(phase, step->name);
}

/* The client takes the snapshots that its backups are of; not what somebody else asks for. */
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

/* Does the client take the snapshot NAME? */
static bool is_taken(const struct scenario *scenario, const char *name)
{
	for (size_t i = 0; i < scenario->phase_count; i++) {
		if (is_backed_up(&scenario->phases[i], name))
			return true;
	}
	return false;
}

/* Whose name a rule has behind these is a snapshot that the client has taken, or perhaps not. */
static const struct {
	const char *key, *prefix;
	bool may_be_other; /* a device can be anything, and stays what it is */
} lvm_keys[] = { { "snapshot=", "", false }, { "device=", LVM_GROUP "-", true } };

/* RULE with the rig's own name of the snapshot behind KEY, one of lvm_keys.  The caller's. */
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

/* In a pool nobody knows before what a snapshot will be called: a rule means any. */
static void rule_bind_xapi(char **rule)
{
	static const char key[] = " snapshot=";
	char *at = strstr(*rule, key);
	char *end = at ? at + strlen(key) + strcspn(at + strlen(key), " ") : NULL;

	if (at)
		memmove(at, end, strlen(end) + 1);
}

/* What the rules of PHASE name is what the client that takes its snapshots calls it. */
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
 * What a failure meets is as it would be without the run before it: a chain is as short.
 * Elsewhere the next backup into a repository is of something else: but files would have to
 * have other times, too, for whoever goes by them.
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

/* One backup without the failure, first. */
static void steady_add(const struct check_arguments *arguments, struct scenario *scenario)
{
	struct phase *phases = heap_new((scenario->phase_count + 1) * sizeof *phases);

	memcpy(phases + 1, scenario->phases, scenario->phase_count * sizeof *phases);
	free(scenario->phases);
	scenario->phases = phases;
	scenario->phase_count++;
	phases[0].name = heap_copy("steady");
	backup_add(&phases[0], "s0", "b0");
	/* Whoever takes it deletes it, or has left it behind. */
	if (!arguments->takes)
		step_add(&phases[0], STEP_DELETE)->name = heap_copy("s0");
	between_add(arguments, scenario, &phases[0]);
}

/* Only a file system has what the client reads, or what it is compared by. */
static bool wants_files(const struct check_arguments *arguments)
{
	return arguments->gives == CLIENT_GIVES_TREE || arguments->gives == CLIENT_GIVES_LVM ||
	       (arguments->adapter && arguments->adapter->file_system == CLIENT_EXT4);
}

/* Random bytes, or an image; or files, in a file system that leaves room for its own. */
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
