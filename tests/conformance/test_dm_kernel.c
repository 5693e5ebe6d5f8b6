/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The model of device-mapper, compared with the answers of a real one to the LVM tools
 * (tests/fixtures/dm-door/NAME.trace, made by tests/conform/trace_ioctl.c): it gets the same
 * requests, and every answer is compared.
 *
 *	test_dm_kernel [FILE...]	these recordings; none: all in the folder
 *
 * What the model cannot know is taken from the recording: the number of a new device, how often
 * others have it open, what a snapshot reports.
 */
#include <check.h>
#include <errno.h>
#include <glob.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/sysmacros.h>

#include "simfs/doors/dm/model/call.h"
#include "tests/conformance/dm_answer.h"
#include "tests/lib/engine_suite.h"

#define RECORDINGS "tests/fixtures/dm-door/*.trace"
/* The disk of the emulated machine. */
#define DISK_MAJOR   254
#define DISK_SECTORS 264192

struct recording {
	const char *path;
	FILE *file;
	size_t line;
	char *text;
	size_t text_size;
	char command[256];
	struct dm_model *model;
	unsigned int answers;
	/* The request to the kernel, and its answer. */
	unsigned char *asked, *told;
	unsigned int nr;
	int error;
};

static char **paths;
static int path_count;

/* ---- taken from the recording ---------------------------------------------- */

/* "/dev/vg0/b-1" is "vg0-b--1". */
static void name_of_path(const char *path, char *name, size_t size)
{
	const char *at = path + strlen("/dev/");
	size_t used = 0;

	if (strncmp(path, "/dev/mapper/", strlen("/dev/mapper/")) == 0)
		at = path + strlen("/dev/mapper/");
	for (; *at && used + 3 < size; at++) {
		if (*at == '-' && at[-1] != '/' && strncmp(path, "/dev/mapper", 11) != 0)
			name[used++] = '-';
		name[used++] = *at == '/' ? '-' : *at;
	}
	name[used] = '\0';
}

static void resolve(struct recording *recording, struct dm_effect *effect)
{
	char name[DM_NAME_LEN];

	if (strcmp(effect->path, "/dev/sda") == 0) {
		effect->major = DISK_MAJOR;
		effect->minor = 0;
		return;
	}
	name_of_path(effect->path, name, sizeof name);

	struct dm_device *device = dm_model_find_name(recording->model, name);
	if (device) {
		effect->major = DM_MAJOR;
		effect->minor = device->minor;
	} else {
		effect->result = -ENODEV;
	}
}

static void count(const struct recording *recording, struct dm_effect *effect)
{
	const struct dm_ioctl *told = (const struct dm_ioctl *)recording->told;
	unsigned int inside = dm_device_opens(effect->device);
	unsigned int all = recording->error ? inside : (unsigned int)told->open_count;

	effect->count = all > inside ? all - inside : 0;
}

static void perform(struct recording *recording, struct dm_effect *effect)
{
	const struct dm_ioctl *told = (const struct dm_ioctl *)recording->told;

	switch (effect->kind) {
	case DM_EFFECT_RESOLVE:
		resolve(recording, effect);
		break;
	case DM_EFFECT_CREATE:
		effect->minor = minor(told->dev);
		break;
	case DM_EFFECT_COUNT:
		count(recording, effect);
		break;
	case DM_EFFECT_STATUS:
		dm_answer_params(recording->told, effect->target->start, effect->status,
			sizeof effect->status);
		sscanf(effect->status, "%*s %*s %*s %u", &effect->chunk);
		break;
	case DM_EFFECT_PREPARE:
		effect->result = -recording->error;
		break;
	case DM_EFFECT_DESTROY:
		effect->result = recording->error == EBUSY ? -EBUSY : 0;
		break;
	case DM_EFFECT_TURN:
	case DM_EFFECT_WAIT:
		ck_abort_msg("%s:%zu: the call waits", recording->path, recording->line);
		break;
	default:
		break;
	}
}

/* Applies what happened below the model since its last answer. */
static void catch_up(struct recording *recording)
{
	const struct dm_ioctl *told = (const struct dm_ioctl *)recording->told;
	struct dm_device *device = NULL;

	/* A rename is an event of the model itself. */
	if (!recording->error && recording->nr != DM_DEV_RENAME_CMD)
		device = dm_model_find_name(recording->model, told->name);
	if (device && device->active && dm_table_has(device->active, DM_SNAPSHOT))
		while (device->event_nr < told->event_nr)
			dm_model_event(device);
}

/* ---- asking ---------------------------------------------------------------- */

static void compare(struct recording *recording, int error)
{
	static char expected[DM_ANSWER_TEXT], found[DM_ANSWER_TEXT];
	const struct dm_ioctl *asked = (const struct dm_ioctl *)recording->asked;
	bool counted = !(((const struct dm_ioctl *)recording->told)->flags & DM_SKIP_BDGET_FLAG);

	dm_answer_text(recording->nr, recording->told, recording->error, counted, expected);
	dm_answer_text(recording->nr, (const unsigned char *)asked, -error, counted, found);
	if (strcmp(expected, found) != 0)
		ck_abort_msg("%s:%zu: %s\nioctl %u %s\nexpected %s\nfound    %s", recording->path,
			recording->line, recording->command, recording->nr, asked->name, expected,
			found);
	recording->answers++;
}

static int run(struct recording *recording, struct dm_call *call)
{
	struct dm_effect *effect;
	size_t length;

	ck_assert_ptr_nonnull(call);
	while ((effect = dm_call_next(call)))
		perform(recording, effect);
	return dm_call_end(call, &length);
}

static void ask(struct recording *recording)
{
	size_t length = ((struct dm_ioctl *)recording->asked)->data_size;

	dm_answer_ours(recording->nr, recording->asked);
	catch_up(recording);
	compare(recording, run(recording, dm_call_begin(recording->model, recording->nr,
						  recording->asked, length, recording)));
	if (dm_model_has_deferred(recording->model)) {
		memset(recording->told, 0, sizeof(struct dm_ioctl));
		run(recording, dm_call_begin_sweep(recording->model));
	}
}

/* ---- reading --------------------------------------------------------------- */

static bool read_line(struct recording *recording)
{
	if (getline(&recording->text, &recording->text_size, recording->file) < 0)
		return false;

	recording->text[strcspn(recording->text, "\n")] = '\0';
	recording->line++;
	return true;
}

/* "? NR BYTES" and "! ERRNO BYTES". */
static int read_call(struct recording *recording, char kind, unsigned char *bytes)
{
	char *at;

	if (recording->text[0] != kind)
		ck_abort_msg("%s:%zu: no '%c'", recording->path, recording->line, kind);

	int value = (int)strtol(recording->text + 1, &at, 10);
	dm_answer_read(at, bytes);
	return value;
}

static void replay(struct recording *recording)
{
	while (read_line(recording)) {
		if (recording->text[0] == '$') {
			snprintf(recording->command, sizeof recording->command, "%s",
				recording->text);
			continue;
		}
		recording->nr = (unsigned int)read_call(recording, '?', recording->asked);
		ck_assert(read_line(recording));
		recording->error = read_call(recording, '!', recording->told);
		ask(recording);
	}
}

START_TEST(a_model_answers_as_a_kernel)
{
	struct recording recording = {
		.path = paths[_i],
		.file = fopen(paths[_i], "r"),
		.asked = malloc(DM_ANSWER_BYTES),
		.told = malloc(DM_ANSWER_BYTES),
	};

	ck_assert_ptr_nonnull(recording.file);
	ck_assert_int_eq(dm_model_create(&recording.model), 0);
	ck_assert_int_eq(
		dm_model_add_base(recording.model, DISK_MAJOR, 0, DISK_SECTORS, 1, "vda"), 0);
	replay(&recording);
	ck_assert_uint_gt(recording.answers, 0);
	dm_model_destroy(recording.model);
	fclose(recording.file);
	free(recording.text);
	free(recording.asked);
	free(recording.told);
}
END_TEST

int main(int argc, char **argv)
{
	glob_t found = { 0 };

	paths = argv + 1;
	path_count = argc - 1;
	if (path_count == 0) {
		if (glob(RECORDINGS, 0, NULL, &found) != 0) {
			fprintf(stderr, "no recordings: %s\n", RECORDINGS);
			return EXIT_FAILURE;
		}
		paths = found.gl_pathv;
		path_count = (int)found.gl_pathc;
	}

	Suite *suite = suite_create("dm kernel");
	TCase *test_case = tcase_create("recordings");
	tcase_add_loop_test(test_case, a_model_answers_as_a_kernel, 0, path_count);
	suite_add_tcase(suite, test_case);

	int result = engine_suite_run(suite, argv[0]);

	globfree(&found);
	return result;
}
