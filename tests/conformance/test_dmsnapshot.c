/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The lvm profile, compared with recordings of dm-snapshot (tests/fixtures/dm-snapshot/).
 *
 *	test_dmsnapshot [FILE...]	these recordings; none: all in the folder
 *
 * The first line of a recording is the set-up, every further line a write or a
 * hash of a whole device, and what `dmsetup status` reported about each snapshot
 * afterwards.  Everything is compared, without tolerance.
 */
#include <check.h>
#include <errno.h>
#include <glob.h>
#include <inttypes.h>
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "simfs/base/check.h"
#include "simfs/base/mix.h"
#include "tests/lib/engine.h"
#include "tests/lib/engine_suite.h"

#define RECORDINGS    "tests/fixtures/dm-snapshot/*.jsonl"
#define SECTOR_BYTES  512
#define SECTOR_WORDS  (SECTOR_BYTES / sizeof(uint64_t))
#define SNAPSHOTS_MAX 16
#define LINE_MAX_TEXT 96

struct recording {
	const char *path;
	FILE *file;
	json_t *setup;
	const char *names[SNAPSHOTS_MAX];
	size_t snapshot_count;
	struct engine engine;
};

static char **paths;
static int path_count;

/* Returns the recording's value of KEY, which must exist. */
static json_t *field(const struct recording *recording, json_t *step, const char *key)
{
	json_t *value = json_object_get(step, key);

	if (!value)
		ck_abort_msg("%s: a line has no '%s'", recording->path, key);
	return value;
}

static uint64_t number(const struct recording *recording, json_t *step, const char *key)
{
	json_t *value = field(recording, step, key);

	if (!json_is_integer(value))
		ck_abort_msg("%s: '%s' is no number", recording->path, key);
	return (uint64_t)json_integer_value(value);
}

static const char *text(const struct recording *recording, json_t *step, const char *key)
{
	const char *value = json_string_value(field(recording, step, key));

	if (!value)
		ck_abort_msg("%s: '%s' is no text", recording->path, key);
	return value;
}

/* Returns the next line; NULL after the last.  The caller frees it. */
static json_t *next_line(struct recording *recording)
{
	char *line = NULL;
	size_t room = 0;
	ssize_t length = getline(&line, &room, recording->file);
	json_error_t error;
	json_t *step = length > 0 ? json_loadb(line, (size_t)length, 0, &error) : NULL;

	if (length > 0 && !step)
		ck_abort_msg("%s: %s: %s", recording->path, error.text, line);
	free(line);
	return step;
}

/* Compares the statuses of all snapshots with RECORDED; OPERATION is for messages. */
static void expect_status(struct recording *recording, json_t *recorded, const char *operation)
{
	for (size_t i = 0; i < recording->snapshot_count; i++) {
		const char *name = recording->names[i];
		json_t *status = snapshot_status(engine_find(&recording->engine, name));
		const char *found = json_string_value(json_object_get(status, "native"));
		const char *expected = text(recording, recorded, name);

		if (strcmp(found, expected) != 0)
			ck_abort_msg("%s: %s: status of %s: expected '%s', found '%s'",
				recording->path, operation, name, expected, found);
		json_decref(status);
	}
}

static void take_snapshots(struct recording *recording)
{
	json_t *snapshots = field(recording, recording->setup, "snapshots");
	json_t *snapshot;
	size_t i;

	recording->snapshot_count = json_array_size(snapshots);
	ck_assert_uint_le(recording->snapshot_count, SNAPSHOTS_MAX);
	json_array_foreach(snapshots, i, snapshot)
	{
		char limit[32];
		struct engine_snapshot_options options = {
			.limit = limit,
			.block_bytes = (uint32_t)number(recording, snapshot, "chunk_sectors") *
				       SECTOR_BYTES,
		};

		snprintf(limit, sizeof limit, "%" PRIu64 "s",
			number(recording, snapshot, "cow_sectors"));
		recording->names[i] = text(recording, snapshot, "name");

		int error = engine_snapshot(
			&recording->engine, recording->names[i], &options, NULL);

		if (error < 0)
			ck_abort_msg("%s: cannot take snapshot '%s': %s", recording->path,
				recording->names[i], strerror(-error));
	}
}

static void open_recording(struct recording *recording, const char *path)
{
	*recording = (struct recording){ .path = path, .file = fopen(path, "re") };
	if (!recording->file)
		ck_abort_msg("cannot open '%s': %s", path, strerror(errno));
	recording->setup = next_line(recording);
	if (!recording->setup)
		ck_abort_msg("%s: it is empty", path);
	engine_init(&recording->engine, engine_seed(),
		&(struct engine_options){
			.volume_bytes = number(recording, recording->setup, "origin_sectors") *
					SECTOR_BYTES,
			.profile = &profile_lvm,
		});
	take_snapshots(recording);
	expect_status(
		recording, field(recording, recording->setup, "initial_status"), "at the start");
}

static void close_recording(struct recording *recording)
{
	json_decref(recording->setup);
	fclose(recording->file);
	engine_deinit(&recording->engine);
}

/* NULL for the origin. */
static struct snapshot *device(struct recording *recording, const char *name)
{
	return strcmp(name, "origin") == 0 ? NULL : engine_find(&recording->engine, name);
}

static void fill_stamped(char *bytes, uint64_t offset, uint64_t length, uint64_t tag)
{
	for (uint64_t at = 0; at < length; at += sizeof(uint64_t)) {
		uint64_t sector = (offset + at) / SECTOR_BYTES;
		uint64_t index = (at / sizeof(uint64_t)) % SECTOR_WORDS;
		uint64_t word = mix64(sector * 1000003 + tag * 64 + index);

		memcpy(bytes + at, &word, sizeof word);
	}
}

static void replay_write(struct recording *recording, json_t *step, const char *operation)
{
	uint64_t offset = number(recording, step, "offset");
	uint64_t length = number(recording, step, "length");
	struct engine_request *request = engine_write_new(offset, length, 0);

	request->request.snapshot = device(recording, text(recording, step, "write"));
	fill_stamped(request->request.buffer, offset, length, number(recording, step, "tag"));
	engine_submit(&recording->engine, request);

	int64_t error = engine_wait(&recording->engine, request);
	int64_t found = error < 0 ? error : (int64_t)length;
	int64_t expected = (int64_t)number(recording, step, "result");

	if (found != expected)
		ck_abort_msg("%s: %s: result of the write to %s: expected %" PRId64
			     ", found %" PRId64,
			recording->path, operation, text(recording, step, "write"), expected,
			found);
	engine_request_free(request);
}

/* Returns 0 with the hash of the whole of SNAPSHOT, or the errno of the read that failed. */
static int hash_device(struct engine *engine, struct snapshot *snapshot, uint64_t *ret)
{
	uint64_t volume = volume_bytes(engine->volume);
	uint64_t *words = malloc(VOLUME_REQUEST_MAX_BYTES);
	uint64_t hash = 0;
	int error = 0;

	MUST(words);
	for (uint64_t at = 0; at < volume && error == 0;) {
		uint64_t left = volume - at;
		uint64_t part = left < VOLUME_REQUEST_MAX_BYTES ? left : VOLUME_REQUEST_MAX_BYTES;

		error = engine_read(engine, snapshot, at, words, part);
		for (size_t i = 0; i < part / sizeof *words && error == 0; i++)
			hash = mix64(hash ^ words[i]);
		at += part;
	}
	free(words);
	*ret = hash;
	return error;
}

static void replay_hash(struct recording *recording, json_t *step, const char *operation)
{
	const char *name = text(recording, step, "hash");
	int expected_error = (int)(int64_t)number(recording, step, "result");
	uint64_t expected = strtoull(text(recording, step, "value"), NULL, 16);
	uint64_t found;
	int error = hash_device(&recording->engine, device(recording, name), &found);

	if (error != expected_error)
		ck_abort_msg("%s: %s: reading %s: expected %d, found %d", recording->path,
			operation, name, expected_error, error);
	if (error == 0 && found != expected)
		ck_abort_msg("%s: %s: hash of %s: expected %016" PRIx64 ", found %016" PRIx64,
			recording->path, operation, name, expected, found);
}

START_TEST(the_rig_answers_as_the_kernel_did)
{
	struct recording recording;
	char operation[LINE_MAX_TEXT];
	json_t *step;

	open_recording(&recording, paths[_i]);
	while ((step = next_line(&recording))) {
		snprintf(
			operation, sizeof operation, "op %" PRIu64, number(&recording, step, "op"));
		if (json_object_get(step, "write"))
			replay_write(&recording, step, operation);
		else
			replay_hash(&recording, step, operation);
		expect_status(&recording, step, operation);
		json_decref(step);
	}
	close_recording(&recording);
}
END_TEST

int main(int argc, char **argv)
{
	Suite *suite = suite_create("dm-snapshot");
	TCase *recordings = tcase_create("recordings");
	glob_t found = { 0 };

	if (argc > 1) {
		paths = argv + 1;
		path_count = argc - 1;
	} else {
		/* Tests run from the root of the tree. */
		if (glob(RECORDINGS, 0, NULL, &found) != 0) {
			fprintf(stderr, "no recordings match '" RECORDINGS "'\n");
			return EXIT_FAILURE;
		}
		paths = found.gl_pathv;
		path_count = (int)found.gl_pathc;
	}
	tcase_set_timeout(recordings, 120);
	tcase_add_loop_test(recordings, the_rig_answers_as_the_kernel_did, 0, path_count);
	suite_add_tcase(suite, recordings);

	int result = engine_suite_run(suite, argv[0]);

	globfree(&found);
	return result;
}
