/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Repeats the requests of Debian's lvm2, dmsetup and kpartx, and expects the same answers
 * (tests/fixtures/dm-door/).
 *
 *	test_dm_door [FILE...]	these recordings; none: all in the folder
 *
 * A line is an ioctl with its input and its answer; the lines of FILE.before make the devices that
 * existed when a recording began.  What the outside world did is taken from the recording: opens
 * from outside, the number of a new loop device, what a snapshot reported.
 */
#include <check.h>
#include <errno.h>
#include <glob.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "simfs/base/cleanup.h"
#include "tests/lib/dm_caller.h"
#include "tests/lib/engine_suite.h"

#define RECORDINGS "tests/fixtures/dm-door/*.compact"
#define TEXT_MAX   1024

static const struct {
	const char *name;
	unsigned int nr;
} ioctls[] = {
	{ "VERSION", DM_VERSION_CMD },
	{ "LIST_VERSIONS", DM_LIST_VERSIONS_CMD },
	{ "LIST_DEVICES", DM_LIST_DEVICES_CMD },
	{ "DEV_CREATE", DM_DEV_CREATE_CMD },
	{ "DEV_REMOVE", DM_DEV_REMOVE_CMD },
	{ "DEV_RENAME", DM_DEV_RENAME_CMD },
	{ "DEV_SUSPEND", DM_DEV_SUSPEND_CMD },
	{ "DEV_STATUS", DM_DEV_STATUS_CMD },
	{ "TABLE_LOAD", DM_TABLE_LOAD_CMD },
	{ "TABLE_DEPS", DM_TABLE_DEPS_CMD },
	{ "TABLE_STATUS", DM_TABLE_STATUS_CMD },
};

/* One line of a recording. */
struct line {
	unsigned int nr;
	char name[DM_NAME_LEN], uuid[DM_UUID_LEN];
	uint64_t dev;
	uint32_t flags, event_nr;
	char given[TEXT_MAX];  /* after < or >: a table or a name */
	char table[TEXT_MAX];  /* after =: a table */
	char answer[TEXT_MAX]; /* after -> */
	unsigned int loop;     /* after + */
	bool busy;	       /* it has a ! */
	bool removed;	       /* it has a - */
};

struct replay {
	const char *path;
	unsigned int number;
	struct dm_caller caller;
	struct dm_answer answer;
	unsigned int compared;
};

static char **paths;
static int path_count;

#define expect(replay, fact)                                                                       \
	ck_assert_msg(fact, "%s:%u: %s", (replay)->path, (replay)->number, #fact)

/* ---- reading --------------------------------------------------------------- */

static bool take_key(const char *word, const char *key, const char **value)
{
	size_t length = strlen(key);

	if (strncmp(word, key, length) != 0)
		return false;
	*value = word + length;
	return true;
}

static void take_word(struct line *line, const char *word)
{
	const char *value;

	if (take_key(word, "name=", &value))
		snprintf(line->name, sizeof line->name, "%.127s", value);
	else if (take_key(word, "uuid=", &value))
		snprintf(line->uuid, sizeof line->uuid, "%.128s", value);
	else if (take_key(word, "dev=", &value))
		line->dev = strtoull(value, NULL, 16);
	else if (take_key(word, "flags=", &value))
		line->flags = (uint32_t)strtoul(value, NULL, 16);
	else if (take_key(word, "ev=", &value))
		line->event_nr = (uint32_t)strtoul(value, NULL, 16);
}

/* Appends TEXT up to the next line of its table to TO. */
static const char *take_text(const char *text, char mark, char *to)
{
	char between[] = { ' ', mark, ' ', '\0' };
	const char *end = strstr(text, between);
	size_t used = strlen(to), length = end ? (size_t)(end - text) : strlen(text);

	snprintf(to + used, TEXT_MAX - used, "%s%.*s", used ? "; " : "", (int)length, text);
	return end ? end + 1 : text + length;
}

/* Reads what follows the words; each part begins with a mark. */
static void take_tail(struct line *line, const char *at)
{
	while (*at) {
		if (strncmp(at, "-> ", 3) == 0) {
			snprintf(line->answer, sizeof line->answer, "%s", at + 3);
			return;
		}
		if (*at == '+')
			line->loop = (unsigned int)strtoul(at + strlen("+ loop"), NULL, 10);
		if (*at == '!') {
			line->busy = true;
			snprintf(line->answer, sizeof line->answer, "EBUSY");
		}
		line->removed = *at == '-';
		if (*at == '+' || *at == '-' || *at == '!')
			return;
		at = take_text(at + 2, *at, *at == '=' ? line->table : line->given);
	}
}

/* Returns false for a comment, and for a line about the outside world. */
static bool read_line(const char *text, struct line *line)
{
	char word[TEXT_MAX];
	int length;

	memset(line, 0, sizeof *line);
	if (sscanf(text, "%1023s%n", word, &length) != 1 || *text == '#' || *text == ' ')
		return false;
	for (size_t i = 0;; i++) {
		ck_assert_msg(i < sizeof ioctls / sizeof *ioctls, "unknown: %s", text);
		line->nr = ioctls[i].nr;
		if (strcmp(word, ioctls[i].name) == 0)
			break;
	}
	text += length;
	while (sscanf(text, "%1023s%n", word, &length) == 1 && !strchr("-+=<>!", *word)) {
		take_word(line, word);
		text += length;
	}
	take_tail(line, text + strspn(text, " "));
	return true;
}

/* ---- asking ---------------------------------------------------------------- */

static struct dm_device *device_of(struct replay *replay, const struct line *line)
{
	struct dm_model *model = replay->caller.model;
	struct dm_device *at = NULL;

	while ((at = dm_model_next(model, at)))
		if ((*line->name && strcmp(at->name, line->name) == 0) ||
			(*line->uuid && strcmp(at->uuid, line->uuid) == 0) ||
			(line->dev && (line->dev & 0xff) == at->minor))
			return at;
	return NULL;
}

/* Adds as many opens from outside as are missing for the recorded number. */
static void set_opens(struct replay *replay, const struct line *line)
{
	struct dm_device *device = device_of(replay, line);
	const char *recorded = strstr(line->answer, " oc=");
	/* A device that stays was open. */
	unsigned int opens = line->nr == DM_DEV_REMOVE_CMD && !line->removed;

	if (!device)
		return;
	if (recorded && !(line->flags & DM_SKIP_BDGET_FLAG)) {
		opens = (unsigned int)strtoul(recorded + strlen(" oc="), NULL, 10);
		expect(replay, opens >= dm_device_opens(device));
	}
	replay->caller.outside[device->minor] = opens > dm_device_opens(device)
							? opens - dm_device_opens(device)
							: 0;
}

/* The status of a snapshot follows its type. */
static const char *status_of(const struct line *line)
{
	const char *text = strstr(line->table, "snapshot");

	text = text ? strchr(text, ' ') : NULL;
	return text ? text + 1 : "";
}

static void ask(struct replay *replay, const struct line *line)
{
	const bool loads = line->nr == DM_TABLE_LOAD_CMD;
	const struct dm_request request = {
		.nr = line->nr,
		.name = line->name,
		.uuid = line->uuid,
		.dev = line->dev,
		.flags = line->flags,
		.event_nr = line->event_nr,
		.text = *line->given && !loads ? line->given : NULL,
		.table = loads ? line->given : NULL,
	};

	replay->caller.next_minor = line->loop;
	replay->caller.status = status_of(line);
	replay->caller.log[0] = '\0';
	set_opens(replay, line);
	dm_caller_say(&replay->caller, &request, &replay->answer);
}

/* ---- comparing ------------------------------------------------------------- */

static int error_of(const struct line *line)
{
	if (strcmp(line->answer, "ENXIO") == 0)
		return -ENXIO;
	return strcmp(line->answer, "EBUSY") == 0 ? -EBUSY : 0;
}

/* "NAME MAJOR:MINOR oc=OPENS fl=FLAGS" */
static void expect_told(struct replay *replay, const struct line *line)
{
	const struct dm_ioctl *header = &replay->answer.header;
	char name[DM_NAME_LEN];
	unsigned int minor, flags;
	int opens;

	if (sscanf(line->answer, "%127s 7:%u oc=%d fl=%x", name, &minor, &opens, &flags) != 4)
		return;
	expect(replay, strcmp(header->name, name) == 0);
	expect(replay, header->dev == (0x700 | minor));
	expect(replay, header->flags == flags);
	if (!(line->flags & DM_SKIP_BDGET_FLAG))
		expect(replay, header->open_count == opens);
	replay->compared++;
}

static void compare(struct replay *replay, const struct line *line)
{
	ck_assert_msg(replay->answer.error == error_of(line), "%s:%u: error %d", replay->path,
		replay->number, replay->answer.error);
	replay->compared++;
	if (replay->answer.error)
		return;

	expect_told(replay, line);
	if (line->nr == DM_TABLE_STATUS_CMD) {
		const char *table = dm_answer_table(&replay->answer);
		ck_assert_msg(strcmp(table, line->table) == 0, "%s:%u: '%s'", replay->path,
			replay->number, table);
	}
	if (line->nr == DM_DEV_CREATE_CMD)
		expect(replay, replay->answer.header.dev == (0x700 | line->loop));
}

/* Handles a line that says what the outside world did for the previous ioctl. */
static void compare_done(struct replay *replay, const char *text)
{
	unsigned long long sectors;
	char activated[TEXT_MAX];

	if (sscanf(text, " capacity %llu", &sectors) == 1) {
		snprintf(activated, sizeof activated, ">%llu", sectors);
		expect(replay, strstr(replay->caller.log, "activate "));
		expect(replay, strstr(replay->caller.log, activated));
	}
	if (strncmp(text, "# FIFREEZE ", strlen("# FIFREEZE ")) == 0)
		expect(replay, strstr(replay->caller.log, " freeze"));
	if (strncmp(text, "# FITHAW ", strlen("# FITHAW ")) == 0)
		expect(replay, strstr(replay->caller.log, "release "));
}

static void run_file(struct replay *replay, const char *path)
{
	AUTO(auto_fclose) FILE *file = fopen(path, "r");
	AUTO(auto_free) char *text = NULL;
	size_t room = 0;
	struct line line;

	replay->path = path;
	replay->number = 0;
	ck_assert_msg(file, "%s: %s", path, strerror(errno));
	while (getline(&text, &room, file) > 0) {
		replay->number++;
		text[strcspn(text, "\n")] = '\0';
		if (read_line(text, &line)) {
			ask(replay, &line);
			compare(replay, &line);
		} else {
			compare_done(replay, text);
		}
	}
}

START_TEST(what_the_tools_asked_has_the_answers_that_they_had)
{
	struct replay replay = { .compared = 0 };
	char before[TEXT_MAX];

	dm_caller_init(&replay.caller);
	snprintf(before, sizeof before, "%.*s.before",
		(int)(strlen(paths[_i]) - strlen(".compact")), paths[_i]);
	if (access(before, F_OK) == 0)
		run_file(&replay, before);
	run_file(&replay, paths[_i]);
	ck_assert_uint_gt(replay.compared, 200);
	dm_caller_deinit(&replay.caller);
}
END_TEST

int main(int argc, char **argv)
{
	Suite *suite = suite_create("dm door");
	TCase *tcase = tcase_create("recordings");
	glob_t found;

	paths = argv + 1;
	path_count = argc - 1;
	MUST(glob(RECORDINGS, 0, NULL, &found) == 0);
	if (!path_count) {
		paths = found.gl_pathv;
		path_count = (int)found.gl_pathc;
	}
	tcase_add_loop_test(
		tcase, what_the_tools_asked_has_the_answers_that_they_had, 0, path_count);
	suite_add_tcase(suite, tcase);
	int failed = engine_suite_run(suite, argv[0]);
	globfree(&found);
	return failed;
}
