/* SPDX-License-Identifier: Apache-2.0 */
/* The file of a pool: what a later run of the server has of an earlier one. */
#include <check.h>
#include <errno.h>
#include <string.h>
#include <unistd.h>

#include "simfs/base/cleanup.h"
#include "simfs/doors/xapi/pool/file.h"
#include "simfs/doors/xapi/pool/pool.h"

#define ALL_CLASSES ((1u << POOL_CLASS_COUNT) - 1)

static struct pool *pool;
static char path[] = "/tmp/test_xapi_pool_file.XXXXXX";

static void file_setup(void)
{
	memcpy(path + strlen(path) - 6, "XXXXXX", 6);
	close(mkstemp(path));
	pool = pool_create(7);
}

static void file_teardown(void)
{
	unlink(path);
	pool_destroy(pool);
}

START_TEST(what_was_saved_is_read_again_without_tasks)
{
	struct pool *later = pool_create(7);
	char vm[POOL_REF_BYTES];
	uint64_t token;
	json_t *events;

	pool_lock(pool);
	snprintf(vm, sizeof vm, "%s", pool_add(pool, POOL_CLASS_VM, NULL));
	pool_map_set(pool, POOL_CLASS_VM, vm, "other_config", "k", "v");
	pool_add(pool, POOL_CLASS_TASK, NULL);
	token = pool_token(pool);
	pool_unlock(pool);
	ck_assert_int_eq(pool_file_save(pool, path), 0);
	ck_assert_int_eq(pool_file_load(later, path), 0);

	pool_lock(later);
	ck_assert(json_equal(
		pool_find(pool, POOL_CLASS_VM, vm), pool_find(later, POOL_CLASS_VM, vm)));
	ck_assert_uint_eq(pool_count(later, POOL_CLASS_TASK), 0);
	ck_assert_int_eq(pool_events(later, ALL_CLASSES, token, &events), -ESTALE);
	ck_assert_str_ne(pool_add(later, POOL_CLASS_VM, NULL), vm);
	ck_assert_uint_eq(pool_count(later, POOL_CLASS_VM), 2);
	pool_unlock(later);
	pool_destroy(later);
}
END_TEST

START_TEST(a_file_is_written_only_when_what_it_keeps_has_changed)
{
	pool_lock(pool);
	pool_add(pool, POOL_CLASS_VM, NULL);
	pool_unlock(pool);
	ck_assert_int_eq(pool_file_save(pool, path), 0);
	ck_assert_int_eq(unlink(path), 0);
	pool_lock(pool);
	pool_add(pool, POOL_CLASS_TASK, NULL);
	pool_unlock(pool);
	ck_assert_int_eq(pool_file_save(pool, path), 0);
	ck_assert_int_lt(access(path, F_OK), 0);
	pool_lock(pool);
	pool_add(pool, POOL_CLASS_VM, NULL);
	pool_unlock(pool);
	ck_assert_int_eq(pool_file_save(pool, path), 0);
	ck_assert_int_eq(access(path, F_OK), 0);
}
END_TEST

/* What a run made behind its last save: so much, by tasks alone. */
#define TASKS 5000

START_TEST(what_a_run_has_made_no_later_one_makes_again)
{
	struct pool *later = pool_create(7), *third = pool_create(7);
	char task[POOL_REF_BYTES];
	json_t *events;
	uint64_t token;

	pool_lock(pool);
	pool_add(pool, POOL_CLASS_VM, NULL);
	pool_unlock(pool);
	ck_assert_int_eq(pool_file_save(pool, path), 0);
	pool_lock(pool);
	for (int i = 0; i < TASKS; i++)
		snprintf(task, sizeof task, "%s", pool_add(pool, POOL_CLASS_TASK, NULL));
	token = pool_token(pool);
	pool_unlock(pool);

	ck_assert_int_eq(pool_file_load(later, path), 0);
	pool_lock(later);
	for (int i = 0; i < 2 * TASKS; i++)
		pool_add(later, POOL_CLASS_TASK, NULL);
	ck_assert_ptr_null(pool_find(later, POOL_CLASS_TASK, task));
	ck_assert_int_eq(pool_events(later, ALL_CLASSES, token, &events), -ESTALE);
	token = pool_token(later);
	pool_unlock(later);

	/* Nothing has changed, but that it was read: the next one is a run of its own, too. */
	ck_assert_int_eq(pool_file_save(later, path), 0);
	ck_assert_int_eq(pool_file_load(third, path), 0);
	pool_lock(third);
	for (int i = 0; i < 3 * TASKS; i++)
		pool_add(third, POOL_CLASS_TASK, NULL);
	ck_assert_int_eq(pool_events(third, ALL_CLASSES, token, &events), -ESTALE);
	pool_unlock(third);
	pool_destroy(later);
	pool_destroy(third);
}
END_TEST

START_TEST(notes_and_the_seed_are_kept_with_the_records)
{
	struct pool *later = pool_create(8);
	char before[POOL_UUID_BYTES], behind[POOL_UUID_BYTES];
	json_t *notes;

	pool_lock(pool);
	pool_note_set(pool, "a", json_string("1"));
	pool_note_set(pool, "b", json_string("2"));
	pool_note_set(pool, "b", NULL);
	pool_note_set(pool, "c", NULL);
	pool_unlock(pool);
	ck_assert_int_eq(pool_file_save(pool, path), 0);
	/* The same again is no change. */
	ck_assert_int_eq(unlink(path), 0);
	pool_lock(pool);
	pool_note_set(pool, "a", json_string("1"));
	pool_unlock(pool);
	ck_assert_int_eq(pool_file_save(pool, path), 0);
	ck_assert_int_lt(access(path, F_OK), 0);
	pool_lock(pool);
	pool_note_set(pool, "d", json_integer(1));
	pool_unlock(pool);
	ck_assert_int_eq(pool_file_save(pool, path), 0);

	ck_assert_int_eq(pool_file_load(later, path), 0);
	pool_lock(later);
	notes = pool_notes(later);
	ck_assert_uint_eq(json_object_size(notes), 2);
	ck_assert_str_eq(json_string_value(pool_note(later, "a")), "1");
	ck_assert_ptr_null(pool_note(later, "b"));
	pool_unlock(later);
	json_decref(notes);
	pool_uuid_of(pool, "vdi", "x", before);
	pool_uuid_of(later, "vdi", "x", behind);
	ck_assert_str_eq(before, behind);
	pool_destroy(later);
}
END_TEST

#define BEGINNING(version, run) "{\"version\": " version ", \"seed\": 7, \"run\": " run ", "

START_TEST(what_is_no_file_of_a_pool_is_refused)
{
	static const char *const texts[] = { "", "{", "[]", "{}", "{\"version\": 3}",
		BEGINNING("2", "-1") "\"notes\": {}, \"records\": []}",
		BEGINNING("1", "0") "\"notes\": {}, \"records\": []}",
		BEGINNING("2", "4611686018427387904") "\"notes\": {}, \"records\": []}",
		BEGINNING("2", "0") "\"notes\": [], \"records\": []}",
		BEGINNING("2", "0") "\"notes\": {}, \"records\": [1]}",
		BEGINNING("2", "0") "\"notes\": {}, \"records\": [{\"class\": \"VM\", "
				    "\"ref\": \"x\", \"fields\": {}}]}",
		BEGINNING("2", "0") "\"notes\": {}, \"records\": [{\"class\": \"no\", "
				    "\"ref\": \"OpaqueRef:x\", \"fields\": {}}]}" };

	for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++) {
		AUTO(auto_fclose) FILE *file = fopen(path, "w");
		struct pool *other = pool_create(1);

		fputs(texts[i], file);
		fflush(file);
		ck_assert_msg(pool_file_load(other, path) == -EINVAL, "%s", texts[i]);
		pool_destroy(other);
	}
	ck_assert_int_eq(pool_file_load(pool, "/no/such/file"), -ENOENT);
}
END_TEST

int main(void)
{
	Suite *suite = suite_create("xapi_pool_file");
	TCase *file = tcase_create("file");

	tcase_add_checked_fixture(file, file_setup, file_teardown);
	tcase_add_test(file, what_was_saved_is_read_again_without_tasks);
	tcase_add_test(file, a_file_is_written_only_when_what_it_keeps_has_changed);
	tcase_add_test(file, what_a_run_has_made_no_later_one_makes_again);
	tcase_add_test(file, notes_and_the_seed_are_kept_with_the_records);
	tcase_add_test(file, what_is_no_file_of_a_pool_is_refused);
	suite_add_tcase(suite, file);

	SRunner *runner = srunner_create(suite);

	srunner_run_all(runner, CK_NORMAL);

	int failed = srunner_ntests_failed(runner);

	srunner_free(runner);
	return failed == 0 ? 0 : 1;
}
