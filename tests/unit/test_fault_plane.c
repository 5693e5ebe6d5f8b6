/* SPDX-License-Identifier: Apache-2.0 */
/* The plane: which hit of which rule fires, and that it is the same each time. */
#include <check.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "faults/fault.h"
#include "simfs/base/clock.h"
#include "tests/lib/engine_suite.h"

static struct fault_plane plane;
static struct gauges gauges;
static struct journal journal;
static char message[RULE_MESSAGE_BYTES];

static unsigned measured[GAUGE_COUNT];

static void measure(void *context, enum gauge gauge)
{
	(void)context;
	measured[gauge]++;
}

static void plane_open(uint64_t seed)
{
	gauges = (struct gauges){ 0 };
	journal_init(&journal, JOURNAL_MAX_BYTES);
	plane = (struct fault_plane){
		.seed = seed, .gauges = &gauges, .journal = &journal, .measure = measure
	};
	fault_plane_init(&plane);
}

static void plane_close(void)
{
	fault_plane_deinit(&plane);
	journal_deinit(&journal);
}

static void start(void)
{
	clock_step_to(NS_PER_S);
	plane_open(7);
}

static uint64_t add(const char *text)
{
	uint64_t id = 0;

	ck_assert_msg(fault_add(&plane, text, &id, message) == 0, "%s: %s", text, message);
	return id;
}

/* The action of a hit of live.read at OFFSET. */
static enum fault_action hit_at(uint64_t offset)
{
	struct fault_context context = { .offset = offset, .length = 4096 };
	struct fault_decision decision = { 0 };

	fault_decide(&plane, FAULT_LIVE_READ, &context, &decision);
	return decision.action;
}

/* Which of COUNT hits fire, as "..x". */
static const char *pattern(unsigned count)
{
	static char text[256];

	for (unsigned i = 0; i < count; i++)
		text[i] = hit_at(0) == FAULT_NO_ACTION ? '.' : 'x';
	text[count] = '\0';
	return text;
}

static json_int_t counter(size_t index, const char *name)
{
	json_t *rules = fault_list(&plane);
	json_int_t value = json_integer_value(json_object_get(json_array_get(rules, index), name));

	json_decref(rules);
	return value;
}

static bool is_armed(size_t index)
{
	json_t *rules = fault_list(&plane);
	bool armed = json_is_true(json_object_get(json_array_get(rules, index), "armed"));

	json_decref(rules);
	return armed;
}

static const struct {
	const char *rule;
	const char *pattern;
} hits[] = {
	{ "live.read zero", "xxxxxxxxxxxx" },
	{ "live.read zero times=2", "xx.........." },
	{ "live.read zero after=3", "...xxxxxxxxx" },
	{ "live.read zero every=4", "...x...x...x" },
	{ "live.read zero after=2 every=3 times=2", "....x..x...." },
	{ "live.read zero offset=4096..", "............" },
	{ "live.read zero offset=4095..", "xxxxxxxxxxxx" },
	{ "live.read zero offset=..1", "xxxxxxxxxxxx" },
	{ "live.read zero phase=inject", "............" },
	{ "live.read short=4096", "............" },
	{ "live.read short=4095", "xxxxxxxxxxxx" },
	{ "live.write drop", "............" },
	{ "live.read zero when=ops>=1", "............" },
	{ "live.read zero when=ops=0", "xxxxxxxxxxxx" },
	{ "live.read zero file=/nowhere/at/all", "............" },
	{ "live.read zero file=/", "xxxxxxxxxxxx" },
};

START_TEST(a_rule_fires_at_the_hits_that_its_triggers_say)
{
	for (size_t i = 0; i < sizeof hits / sizeof hits[0]; i++) {
		plane_close();
		plane_open(7);
		add(hits[i].rule);
		ck_assert_msg(strcmp(pattern(12), hits[i].pattern) == 0, "%s", hits[i].rule);
	}
}
END_TEST

START_TEST(only_points_with_rules_are_worth_asking)
{
	uint64_t id = add("live.read zero");
	char text[32];

	ck_assert(fault_is_armed(&plane, FAULT_LIVE_READ));
	ck_assert(!fault_is_armed(&plane, FAULT_LIVE_WRITE));
	ck_assert(!fault_is_armed(&plane, FAULT_POINTS));
	snprintf(text, sizeof text, "%llu", (unsigned long long)id);
	ck_assert_int_eq(fault_remove(&plane, text), 0);
	ck_assert(!fault_is_armed(&plane, FAULT_LIVE_READ));
}
END_TEST

START_TEST(a_snapshot_a_phase_and_a_gauge_are_looked_at)
{
	struct fault_context context = { .snapshot = "a", .length = 1 };
	struct fault_decision decision;

	add("snapshot.read zero snapshot=b phase=inject when=store.used>=70%");
	ck_assert(!fault_decide(&plane, FAULT_SNAPSHOT_READ, &context, &decision));
	context.snapshot = "b";
	ck_assert(!fault_decide(&plane, FAULT_SNAPSHOT_READ, &context, &decision));
	ck_assert_int_eq(fault_phase_set(&plane, "inject"), 0);
	ck_assert(!fault_decide(&plane, FAULT_SNAPSHOT_READ, &context, &decision));
	gauge_measure(&gauges, GAUGE_STORE_USED, 700000);
	ck_assert(fault_decide(&plane, FAULT_SNAPSHOT_READ, &context, &decision));
	ck_assert_int_eq(fault_phase_set(&plane, ""), 0);
	ck_assert(!fault_decide(&plane, FAULT_SNAPSHOT_READ, &context, &decision));
	ck_assert_int_eq(counter(0, "seen"), 5);
	ck_assert_int_eq(counter(0, "matched"), 1);
	ck_assert_int_eq(counter(0, "fired"), 1);
}
END_TEST

START_TEST(a_gauge_is_measured_once_in_a_hit_and_only_if_it_is_asked_for)
{
	char text[RULE_TEXT_MAX];

	for (unsigned i = 0; i < 100; i++) {
		snprintf(text, sizeof text, "live.read zero when=%s>=%u%%",
			i % 3 == 0   ? "store.used"
			: i % 3 == 1 ? "memory.used"
				     : "read.progress",
			i + 1);
		add(text);
	}
	add("live.write drop when=chain.coalescable>=1");
	add("live.read zero offset=1MiB.. when=snapshot.count>=1");
	gauge_feign(&gauges, GAUGE_MEMORY_USED, 0);
	memset(measured, 0, sizeof measured);
	ck_assert_int_eq(hit_at(0), FAULT_NO_ACTION);
	ck_assert_int_eq(hit_at(0), FAULT_NO_ACTION);
	for (enum gauge gauge = 0; gauge < GAUGE_COUNT; gauge++)
		ck_assert_uint_eq(measured[gauge],
			gauge == GAUGE_STORE_USED || gauge == GAUGE_READ_PROGRESS ? 2 : 0);
}
END_TEST

START_TEST(from_and_for_count_on_the_rigs_clock_since_the_rule_was_added)
{
	add("live.read zero from=10s for=5s");
	ck_assert_int_eq(hit_at(0), FAULT_NO_ACTION);
	clock_step_to(11 * NS_PER_S);
	ck_assert_int_eq(hit_at(0), FAULT_ZERO);
	clock_step_to(16 * NS_PER_S - 1);
	ck_assert_int_eq(hit_at(0), FAULT_ZERO);
	clock_step_to(16 * NS_PER_S);
	ck_assert_int_eq(hit_at(0), FAULT_NO_ACTION);
}
END_TEST

START_TEST(the_first_rule_that_is_due_wins_and_the_others_count_on)
{
	add("live.read error=EIO every=2");
	add("live.read zero");
	ck_assert_int_eq(hit_at(0), FAULT_ZERO);
	ck_assert_int_eq(hit_at(0), FAULT_ERROR);
	ck_assert_int_eq(hit_at(0), FAULT_ZERO);
	ck_assert_int_eq(counter(0, "matched"), 3);
	ck_assert_int_eq(counter(0, "fired"), 1);
	ck_assert_int_eq(counter(1, "seen"), 3);
	ck_assert_int_eq(counter(1, "matched"), 3);
	ck_assert_int_eq(counter(1, "fired"), 2);
}
END_TEST

/* The decisions of 64 hits under a chance, with or without another rule before it. */
static void by_chance(uint64_t seed, bool with_another, char *ret)
{
	plane_close();
	plane_open(seed);
	if (with_another)
		add("live.read error=EIO after=1000 chance=30%");
	add("live.read zero chance=30%");
	memcpy(ret, pattern(64), 65);
}

START_TEST(chance_depends_on_seed_rule_and_hit_and_nothing_else)
{
	char first[65], second[65];

	by_chance(7, false, first);
	by_chance(7, false, second);
	ck_assert_str_eq(first, second);
	by_chance(7, true, second);
	ck_assert_str_eq(first, second);
	by_chance(8, false, second);
	ck_assert_str_ne(first, second);
	ck_assert(strchr(first, 'x') && strchr(first, '.'));
}
END_TEST

START_TEST(chance_comes_about_as_often_as_it_says)
{
	unsigned fired = 0;

	add("live.read zero chance=5%");
	for (unsigned i = 0; i < 10000; i++)
		fired += hit_at(0) == FAULT_ZERO;
	ck_assert_uint_gt(fired, 400);
	ck_assert_uint_lt(fired, 600);
}
END_TEST

START_TEST(flipped_bits_are_different_ones_and_the_same_again)
{
	struct fault_decision decision = { .value = 64, .luck = 99 };
	bool flipped[128] = { false };

	for (uint64_t i = 0; i < 64; i++) {
		uint64_t bit = fault_flip_bit(&decision, i, 128);

		ck_assert_uint_lt(bit, 128);
		ck_assert(!flipped[bit]);
		flipped[bit] = true;
		ck_assert_uint_eq(fault_flip_bit(&decision, i, 128), bit);
	}
}
END_TEST

START_TEST(a_rule_of_a_name_is_added_once_and_replaced_by_another_text)
{
	uint64_t first = add("live.read zero name=a"), second;

	ck_assert_int_eq(hit_at(0), FAULT_ZERO);
	ck_assert_uint_eq(add("live.read  name=a zero"), first);
	ck_assert_int_eq(counter(0, "fired"), 1);
	second = add("live.read error=EIO name=a");
	ck_assert_uint_ne(second, first);
	ck_assert_uint_eq(plane.rule_count, 1);
	ck_assert_int_eq(counter(0, "fired"), 0);
	ck_assert_int_eq(hit_at(0), FAULT_ERROR);
	/* Without a name it is another one each time. */
	ck_assert_uint_ne(add("live.read zero"), add("live.read zero"));
}
END_TEST

START_TEST(rules_are_removed_by_name_or_number)
{
	uint64_t first = add("live.read zero name=a"), second = add("live.read zero name=b");

	ck_assert_int_eq(fault_remove(&plane, "c"), -ENOENT);
	ck_assert_int_eq(fault_remove(&plane, ""), -ENOENT);
	ck_assert_int_eq(fault_remove(&plane, "99"), -ENOENT);
	ck_assert_int_eq(fault_remove(&plane, "a"), 0);
	ck_assert(!fault_is_there(&plane, first));
	ck_assert(fault_is_there(&plane, second));
	ck_assert_uint_eq(fault_clear(&plane), 1);
	ck_assert_uint_eq(fault_clear(&plane), 0);
	ck_assert(!fault_is_armed(&plane, FAULT_LIVE_READ));
}
END_TEST

START_TEST(a_rule_that_has_used_its_times_up_is_not_armed_any_more)
{
	add("live.read zero times=1");
	ck_assert(is_armed(0));
	hit_at(0);
	ck_assert(!is_armed(0));
}
END_TEST

START_TEST(there_is_an_end_to_the_number_of_rules)
{
	uint64_t id;

	for (unsigned i = 0; i < FAULT_RULES_MAX; i++)
		add("live.read zero");
	ck_assert_int_eq(fault_add(&plane, "live.read zero", &id, message), -ENOSPC);
	ck_assert_str_eq(message, "there are already 256 rules");
}
END_TEST

START_TEST(what_fired_is_in_the_journal)
{
	static const char wanted[] =
		"{\"sequence\":2,\"time_ns\":0,\"operation\":3,\"event\":\"fault.fired\",\"point\":"
		"\"live.read\","
		"\"id\":1,\"rule\":\"live.read zero every=2\",\"action\":\"zero\",\"hit\":2,"
		"\"offset\":8192,\"length\":4096}\n";
	uint64_t before;

	add("live.read zero every=2");
	gauge_measure(&gauges, GAUGE_OPS, 3);
	hit_at(4096);
	before = journal_bytes(&journal);
	hit_at(8192);
	ck_assert_uint_eq(journal_bytes(&journal) - before, strlen(wanted));
	ck_assert_mem_eq(journal.text + before, wanted, strlen(wanted));
}
END_TEST

START_TEST(a_rule_keeps_its_place_when_another_takes_it_even_by_way_of_another_point)
{
	add("live.read zero name=a");
	add("live.write drop name=other");
	add("live.read flip=1 name=b");
	ck_assert_int_eq(hit_at(0), FAULT_ZERO);
	add("live.read error=EIO name=a");
	ck_assert_int_eq(hit_at(0), FAULT_ERROR);
	add("live.write drop name=a");
	ck_assert_int_eq(hit_at(0), FAULT_FLIP);
	add("live.read zero name=a");
	ck_assert_int_eq(hit_at(0), FAULT_ZERO);
	ck_assert_int_eq(fault_remove(&plane, "a"), 0);
	ck_assert_int_eq(hit_at(0), FAULT_FLIP);
	ck_assert_int_eq(fault_remove(&plane, "b"), 0);
	ck_assert_int_eq(hit_at(0), FAULT_NO_ACTION);
}
END_TEST

int main(int argc, char **argv)
{
	Suite *suite = suite_create("fault plane");
	TCase *tcase = tcase_create("fault plane");

	(void)argc;
	tcase_add_checked_fixture(tcase, start, plane_close);
	tcase_add_test(tcase, a_rule_fires_at_the_hits_that_its_triggers_say);
	tcase_add_test(tcase, only_points_with_rules_are_worth_asking);
	tcase_add_test(tcase, a_snapshot_a_phase_and_a_gauge_are_looked_at);
	tcase_add_test(tcase, a_gauge_is_measured_once_in_a_hit_and_only_if_it_is_asked_for);
	tcase_add_test(tcase, from_and_for_count_on_the_rigs_clock_since_the_rule_was_added);
	tcase_add_test(tcase, the_first_rule_that_is_due_wins_and_the_others_count_on);
	tcase_add_test(tcase, chance_depends_on_seed_rule_and_hit_and_nothing_else);
	tcase_add_test(tcase, chance_comes_about_as_often_as_it_says);
	tcase_add_test(tcase, flipped_bits_are_different_ones_and_the_same_again);
	tcase_add_test(tcase, a_rule_of_a_name_is_added_once_and_replaced_by_another_text);
	tcase_add_test(tcase, rules_are_removed_by_name_or_number);
	tcase_add_test(tcase, a_rule_that_has_used_its_times_up_is_not_armed_any_more);
	tcase_add_test(tcase, there_is_an_end_to_the_number_of_rules);
	tcase_add_test(tcase, what_fired_is_in_the_journal);
	tcase_add_test(
		tcase, a_rule_keeps_its_place_when_another_takes_it_even_by_way_of_another_point);
	suite_add_tcase(suite, tcase);
	return engine_suite_run(suite, argv[0]);
}
