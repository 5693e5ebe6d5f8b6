/* SPDX-License-Identifier: Apache-2.0 */
/* The records of a pool and their events. */
#include <check.h>
#include <errno.h>
#include <string.h>

#include "simfs/base/cleanup.h"
#include "simfs/doors/xapi/pool/pool.h"

#define ALL_CLASSES ((1u << POOL_CLASS_COUNT) - 1)

static struct pool *pool;

static void setup(void)
{
	pool = pool_create(7);
	pool_lock(pool);
}

static void teardown(void)
{
	pool_unlock(pool);
	pool_destroy(pool);
}

static const char *add_vm(const char *name)
{
	return pool_add(pool, POOL_CLASS_VM, json_pack("{s:s}", "name_label", name));
}

/* "add vm, mod vdi": what has happened since TOKEN. */
static char *events_text(uint64_t token)
{
	json_t *events, *event;
	char *text = strdup("");
	size_t i;

	ck_assert_int_eq(pool_events(pool, ALL_CLASSES, token, &events), 0);
	json_array_foreach(events, i, event)
	{
		char *longer;

		ck_assert_int_gt(asprintf(&longer, "%s%s%s %s", text, i > 0 ? ", " : "",
					 json_string_value(json_object_get(event, "operation")),
					 json_string_value(json_object_get(event, "class"))),
			0);
		free(text);
		text = longer;
	}
	ck_assert_int_eq(pool_has_events(pool, ALL_CLASSES, token), json_array_size(events) > 0);
	json_decref(events);
	return text;
}

#define ck_events(token, wanted)                                                                   \
	do {                                                                                       \
		AUTO(auto_free) char *text_ = events_text(token);                                  \
		ck_assert_str_eq(text_, wanted);                                                   \
	} while (0)

START_TEST(every_record_of_a_class_has_the_same_fields_in_the_same_order)
{
	for (size_t class = 0; class < POOL_CLASS_COUNT; class ++) {
		json_t *few = pool_find(pool, class, pool_add(pool, class, NULL));
		json_t *some = pool_find(pool, class,
			pool_add(pool, class,
				json_pack("{s:s s:s}", "no_field", "x", "name_label", "n")));
		const char *key;
		json_t *value;
		size_t count, i = 0;
		const struct pool_field *fields = pool_class_fields(class, &count);

		ck_assert_str_eq(fields[0].name, "uuid");
		ck_assert_uint_eq(json_object_size(few), count);
		ck_assert_uint_eq(json_object_size(some), count);
		json_object_foreach(few, key, value)
		{
			ck_assert_str_eq(key, fields[i].name);
			ck_assert_msg(pool_kind_fits(fields[i].kind, value), "%s", key);
			i++;
		}
	}
}
END_TEST

START_TEST(references_follow_from_the_seed)
{
	struct pool *other = pool_create(7), *third = pool_create(8);
	const char *ref = add_vm("a");

	ck_assert_str_eq(pool_add(other, POOL_CLASS_VM, NULL), ref);
	ck_assert_str_ne(pool_add(third, POOL_CLASS_VM, NULL), ref);
	ck_assert_str_ne(add_vm("b"), ref);
	ck_assert_int_eq(strncmp(ref, POOL_REF_PREFIX, strlen(POOL_REF_PREFIX)), 0);
	ck_assert_uint_eq(strlen(pool_text(pool, POOL_CLASS_VM, ref, "uuid")), 36);
	pool_destroy(other);
	pool_destroy(third);
}
END_TEST

START_TEST(a_uuid_that_is_given_is_kept_and_found)
{
	const char *ref = pool_add(pool, POOL_CLASS_VDI, json_pack("{s:s}", "uuid", "u-1"));

	ck_assert_str_eq(pool_find_uuid(pool, POOL_CLASS_VDI, "u-1"), ref);
	ck_assert_ptr_null(pool_find_uuid(pool, POOL_CLASS_VM, "u-1"));
	ck_assert_ptr_null(pool_find_uuid(pool, POOL_CLASS_VDI, "u-2"));
}
END_TEST

START_TEST(a_reference_is_of_its_class_only)
{
	const char *ref = add_vm("a");
	enum pool_class class;

	ck_assert_ptr_nonnull(pool_find(pool, POOL_CLASS_VM, ref));
	ck_assert_ptr_null(pool_find(pool, POOL_CLASS_VDI, ref));
	ck_assert_int_eq(
		pool_set(pool, POOL_CLASS_VDI, ref, "name_label", json_string("x")), -ENOENT);
	ck_assert_int_eq(pool_class_of(pool, ref, &class), 0);
	ck_assert_int_eq(class, POOL_CLASS_VM);
	ck_assert_int_eq(pool_class_of(pool, POOL_REF_NULL, &class), -ENOENT);
}
END_TEST

START_TEST(a_value_of_another_kind_is_refused)
{
	const char *ref = add_vm("a");
	static const struct {
		const char *field;
		const char *value;
		int result;
	} cases[] = {
		{ "name_label", "\"b\"", 0 },
		{ "name_label", "1", -EINVAL },
		{ "is_a_template", "true", 0 },
		{ "is_a_template", "\"true\"", -EINVAL },
		{ "order", "3", 0 },
		{ "order", "\"-3\"", 0 },
		{ "order", "\"3x\"", -EINVAL },
		{ "order", "\"\"", -EINVAL },
		{ "order", "\"9999999999999999999\"", -EINVAL },
		{ "HVM_shadow_multiplier", "2", 0 },
		{ "affinity", "\"OpaqueRef:x\"", 0 },
		{ "affinity", "\"x\"", -EINVAL },
		{ "tags", "[\"a\"]", 0 },
		{ "tags", "[1]", -EINVAL },
		{ "other_config", "{\"a\": \"b\"}", 0 },
		{ "other_config", "{\"a\": []}", -EINVAL },
		{ "no_field", "1", -ENOENT },
	};

	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		json_t *value = json_loads(cases[i].value, JSON_DECODE_ANY, NULL);

		ck_assert_msg(pool_set(pool, POOL_CLASS_VM, ref, cases[i].field, value) ==
				      cases[i].result,
			"%s = %s", cases[i].field, cases[i].value);
	}
	ck_assert(json_is_integer(pool_value(pool, POOL_CLASS_VM, ref, "order")));
	ck_assert(json_is_real(pool_value(pool, POOL_CLASS_VM, ref, "HVM_shadow_multiplier")));
}
END_TEST

START_TEST(lists_and_maps_change_and_tell_it)
{
	const char *ref = add_vm("a");
	uint64_t token = pool_token(pool);

	ck_assert_int_eq(pool_list_add(pool, POOL_CLASS_VM, ref, "tags", "x"), 0);
	ck_events(token, "mod vm");
	token = pool_token(pool);
	ck_assert_int_eq(pool_list_add(pool, POOL_CLASS_VM, ref, "tags", "x"), 0);
	ck_assert_int_eq(pool_list_remove(pool, POOL_CLASS_VM, ref, "tags", "y"), 0);
	ck_assert_int_eq(pool_map_remove(pool, POOL_CLASS_VM, ref, "other_config", "k"), 0);
	ck_events(token, "");
	ck_assert_int_eq(pool_map_set(pool, POOL_CLASS_VM, ref, "other_config", "k", "v"), 0);
	ck_assert_str_eq(pool_map_text(pool, POOL_CLASS_VM, ref, "other_config", "k"), "v");
	ck_assert_int_eq(pool_list_remove(pool, POOL_CLASS_VM, ref, "tags", "x"), 0);
	ck_assert_int_eq(pool_map_remove(pool, POOL_CLASS_VM, ref, "other_config", "k"), 0);
	ck_assert_ptr_null(pool_map_text(pool, POOL_CLASS_VM, ref, "other_config", "k"));
	ck_events(token, "mod vm");
	ck_assert_int_eq(
		pool_map_set(pool, POOL_CLASS_VM, ref, "other_config", "k", "\xff"), -EINVAL);
	ck_assert_int_eq(pool_list_add(pool, POOL_CLASS_VM, ref, "other_config", "k"), -EINVAL);
	ck_assert_int_eq(pool_map_set(pool, POOL_CLASS_VM, ref, "tags", "k", "v"), -EINVAL);
}
END_TEST

START_TEST(several_changes_of_one_record_are_one_event)
{
	uint64_t token = pool_token(pool);
	const char *vm = add_vm("a");
	const char *vdi = pool_add(pool, POOL_CLASS_VDI, NULL);

	pool_set(pool, POOL_CLASS_VM, vm, "name_label", json_string("b"));
	ck_events(token, "add vdi, add vm");
	token = pool_token(pool);
	pool_touch(pool, POOL_CLASS_VDI, vdi);
	pool_touch(pool, POOL_CLASS_VM, vm);
	pool_touch(pool, POOL_CLASS_VDI, vdi);
	ck_events(token, "mod vm, mod vdi");
	ck_events(pool_token(pool), "");
}
END_TEST

START_TEST(who_has_not_seen_a_record_is_not_told_that_it_went)
{
	uint64_t before = pool_token(pool), between;
	char ref[POOL_REF_BYTES];

	snprintf(ref, sizeof ref, "%s", add_vm("a"));
	between = pool_token(pool);
	ck_assert_int_eq(pool_remove(pool, POOL_CLASS_VM, ref), 0);
	ck_assert_int_eq(pool_remove(pool, POOL_CLASS_VM, ref), -ENOENT);
	ck_events(before, "");
	ck_events(between, "del vm");
	ck_assert_uint_eq(pool_count(pool, POOL_CLASS_VM), 0);
}
END_TEST

START_TEST(events_are_of_the_classes_that_were_asked_for)
{
	uint64_t token = pool_token(pool);
	json_t *events;

	add_vm("a");
	pool_add(pool, POOL_CLASS_VDI, NULL);
	ck_assert(pool_has_events(pool, 1u << POOL_CLASS_VDI, token));
	ck_assert(!pool_has_events(pool, 1u << POOL_CLASS_SR, token));
	ck_assert_int_eq(pool_events(pool, 1u << POOL_CLASS_VDI, token, &events), 0);
	ck_assert_uint_eq(json_array_size(events), 1);
	ck_assert_ptr_nonnull(json_object_get(json_array_get(events, 0), "snapshot"));
	json_decref(events);
}
END_TEST

START_TEST(a_token_that_is_too_old_or_not_ours_has_lost_events)
{
	uint64_t token = (add_vm("kept"), pool_token(pool));
	json_t *events;
	ck_assert_int_eq(pool_events(pool, ALL_CLASSES, token + 1, &events), -ESTALE);
	for (size_t i = 0; i <= POOL_TOMBSTONES_MAX; i++) {
		char ref[POOL_REF_BYTES];

		snprintf(ref, sizeof ref, "%s", add_vm("a"));
		pool_remove(pool, POOL_CLASS_VM, ref);
	}
	ck_assert(pool_has_events(pool, ALL_CLASSES, token));
	ck_assert_int_eq(pool_events(pool, ALL_CLASSES, token, &events), -ESTALE);
	ck_assert_int_eq(pool_events(pool, ALL_CLASSES, 0, &events), 0); /* who begins anew */
	json_decref(events);
	ck_events(pool_token(pool), "");
}
END_TEST

static unsigned woken;

static void wake(void *context)
{
	ck_assert_ptr_eq(context, pool);
	woken++;
}

START_TEST(who_watches_is_called_for_every_change)
{
	woken = 0;
	pool_watch(pool, wake, pool);

	const char *ref = add_vm("a");

	pool_touch(pool, POOL_CLASS_VM, ref);
	pool_remove(pool, POOL_CLASS_VM, ref);
	ck_assert_uint_eq(woken, 3);
}
END_TEST

int main(void)
{
	Suite *suite = suite_create("xapi_pool");
	TCase *records = tcase_create("records");

	tcase_add_checked_fixture(records, setup, teardown);
	tcase_add_test(records, every_record_of_a_class_has_the_same_fields_in_the_same_order);
	tcase_add_test(records, references_follow_from_the_seed);
	tcase_add_test(records, a_uuid_that_is_given_is_kept_and_found);
	tcase_add_test(records, a_reference_is_of_its_class_only);
	tcase_add_test(records, a_value_of_another_kind_is_refused);
	tcase_add_test(records, lists_and_maps_change_and_tell_it);
	tcase_add_test(records, several_changes_of_one_record_are_one_event);
	tcase_add_test(records, who_has_not_seen_a_record_is_not_told_that_it_went);
	tcase_add_test(records, events_are_of_the_classes_that_were_asked_for);
	tcase_add_test(records, a_token_that_is_too_old_or_not_ours_has_lost_events);
	tcase_add_test(records, who_watches_is_called_for_every_change);
	suite_add_tcase(suite, records);

	SRunner *runner = srunner_create(suite);

	srunner_run_all(runner, CK_NORMAL);

	int failed = srunner_ntests_failed(runner);

	srunner_free(runner);
	return failed == 0 ? 0 : 1;
}
