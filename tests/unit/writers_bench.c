/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/unit/writers_bench.h"

#include <check.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "simfs/base/clock.h"

#define HANDS_MAX 4

/* ---- the hands ---- */

char writers_bench_hands_did[512];

static struct {
	struct writer_hand *hand;
	char path[64];
} held[HANDS_MAX];

static void did(const char *what, const char *path)
{
	size_t length = strlen(writers_bench_hands_did);

	snprintf(writers_bench_hands_did + length, sizeof writers_bench_hands_did - length,
		"%s %s;", what, path);
}

static int hands_freeze(struct writer_hands *hands, struct writer_hand *hand, enum writer_kind kind,
	const char *path, uint64_t hold_ns)
{
	size_t free_one = 0;

	(void)hands;
	ck_assert_uint_gt(hold_ns, 0);
	(void)kind;
	while (held[free_one].hand)
		free_one++;
	ck_assert_uint_lt(free_one, HANDS_MAX);
	held[free_one].hand = hand;
	snprintf(held[free_one].path, sizeof held[free_one].path, "%s", path);
	did("freeze", path);
	return 0;
}

static void hands_thaw(struct writer_hands *hands, struct writer_hand *hand)
{
	size_t at = 0;

	(void)hands;
	while (held[at].hand != hand)
		at++;
	did("thaw", held[at].path);
}

static struct writer_hands hands = { .freeze = hands_freeze, .thaw = hands_thaw };

static size_t find_hand(const char *path)
{
	size_t at = 0;

	while (at < HANDS_MAX && (!held[at].hand || strcmp(held[at].path, path) != 0))
		at++;
	ck_assert_msg(at < HANDS_MAX, "nobody holds '%s'", path);
	return at;
}

void writers_bench_hand_frozen(const char *path, int result, const char *why)
{
	size_t at = find_hand(path);
	struct writer_hand *hand = held[at].hand;

	if (result < 0)
		held[at].hand = NULL;
	hand->frozen(hand, result, why);
}

void writers_bench_hand_died(const char *path)
{
	struct writer_hand *hand = held[find_hand(path)].hand;

	hand->died(hand, "it was killed");
}

void writers_bench_hand_thawed(const char *path, int result, const char *why)
{
	size_t at = find_hand(path);
	struct writer_hand *hand = held[at].hand;

	held[at].hand = NULL;
	hand->thawed(hand, result, why);
}

/* ---- the volume ---- */

const struct volume_limits *writers_bench_limits;

static uint64_t began_ns;

void writers_bench_open(const char *profile, const char *const *writers, bool unchecked)
{
	writers_bench_hands_did[0] = '\0';
	memset(held, 0, sizeof held);
	fault_bench_open(&(struct engine_options){ .volume_bytes = BENCH_VOLUME_BYTES,
				 .profile = profile_find(profile),
				 .step_ns = NS_PER_MS,
				 .jump_ns = 3600 * NS_PER_S },
		false);
	ck_assert_int_eq(engine_close(&bench_engine), 0);
	bench_engine.volume_options.writers.hands = &hands;
	bench_engine.volume_options.writers.unchecked = unchecked;
	bench_engine.volume_options.limits = writers_bench_limits;
	ck_assert_int_eq(engine_open(&bench_engine), 0);
	for (; *writers; writers++)
		writers_bench_add(*writers);
	began_ns = clock_now_ns();
}

void writers_bench_expect_rest(void)
{
	json_t *all = volume_writers_json(bench_engine.volume);
	size_t index;
	json_t *writer;

	ck_assert_str_eq(json_string_value(json_object_get(all, "set")), "idle");
	json_array_foreach(json_object_get(all, "writers"), index, writer)
		ck_assert(json_is_false(json_object_get(writer, "frozen")));
	json_decref(all);
}

void writers_bench_close(void)
{
	writers_bench_expect_rest();
	for (size_t i = 0; i < HANDS_MAX; i++)
		ck_assert_ptr_null(held[i].hand);
	/* Nothing holds live writes. */
	ck_assert_int_eq(engine_write(&bench_engine, 0, 512, 9), 0);
	bench_engine.volume_options.faults.rule_count = 0;
	bench_close();
}

void writers_bench_add(const char *text)
{
	char message[WRITER_MESSAGE_BYTES];

	ck_assert_msg(volume_writer_add(bench_engine.volume, text, message) == 0, "%s: %s", text,
		message);
}

/* ---- asking ---- */

static void created(struct snapshot_create *create, int result)
{
	struct bench_asked *asked = CONTAINER_OF(create, struct bench_asked, create);

	ck_assert(!asked->has_ended);
	asked->has_ended = true;
	asked->result = result;
	snprintf(asked->why, sizeof asked->why, "%s",
		result < 0 && create->refusal ? create->refusal : "");
}

void writers_bench_begin(struct bench_asked *asked, const char *name, bool hold_writes)
{
	*asked = (struct bench_asked){
		.create = { .name = name,
			.done = created,
			.with_writers = true,
			.hold_writes = hold_writes },
	};
	volume_snapshot_create(bench_engine.volume, &asked->create);
}

static void told(struct writers_command *command, int result, const char *why)
{
	struct bench_asked *asked = CONTAINER_OF(command, struct bench_asked, command);

	ck_assert(!asked->has_ended);
	asked->has_ended = true;
	asked->result = result;
	snprintf(asked->why, sizeof asked->why, "%s", why ? why : "");
}

void writers_bench_freeze(struct bench_asked *asked)
{
	*asked = (struct bench_asked){ .command = { .done = told } };
	volume_writers_freeze(bench_engine.volume, &asked->command);
}

void writers_bench_thaw(struct bench_asked *asked)
{
	*asked = (struct bench_asked){ .command = { .done = told } };
	volume_writers_thaw(bench_engine.volume, &asked->command);
}

void writers_bench_notify(struct bench_asked *asked, enum writer_notice notice)
{
	*asked = (struct bench_asked){ .command = { .done = told } };
	volume_writers_notify(bench_engine.volume, notice, &asked->command);
}

int writers_bench_wait(struct bench_asked *asked)
{
	while (!asked->has_ended)
		ck_assert_msg(engine_step(&bench_engine), "nothing answers any more");
	return asked->result;
}

int writers_bench_take(struct bench_asked *asked, const char *name)
{
	writers_bench_begin(asked, name, false);
	return writers_bench_wait(asked);
}

/* ---- looking ---- */

static json_t *find(json_t *all, const char *name)
{
	size_t index;
	json_t *writer;

	json_array_foreach(json_object_get(all, "writers"), index, writer)
	{
		if (strcmp(json_string_value(json_object_get(writer, "name")), name) == 0)
			return writer;
	}
	ck_abort_msg("no writer '%s'", name);
}

int writers_bench_state(const char *name)
{
	json_t *all = volume_writers_json(bench_engine.volume);
	int state = (int)json_integer_value(json_object_get(find(all, name), "state"));

	json_decref(all);
	return state;
}

bool writers_bench_is_frozen(const char *name)
{
	json_t *all = volume_writers_json(bench_engine.volume);
	bool is_frozen = json_is_true(json_object_get(find(all, name), "frozen"));

	json_decref(all);
	return is_frozen;
}

const char *writers_bench_failure(const char *name, const char *field)
{
	static char text[512];
	json_t *all = volume_writers_json(bench_engine.volume);
	json_t *value = json_object_get(json_object_get(find(all, name), "failure"), field);

	snprintf(text, sizeof text, "%s", json_is_string(value) ? json_string_value(value) : "");
	json_decref(all);
	return text;
}

unsigned writers_bench_events(enum journal_event event)
{
	struct journal *journal = volume_journal(bench_engine.volume);
	size_t length = (size_t)journal_bytes(journal);
	char *text = calloc(1, length + 1);
	char wanted[64];
	unsigned count = 0;

	snprintf(wanted, sizeof wanted, "\"event\":\"%s\"", journal_event_name(event));
	journal_read(journal, 0, text, length);
	for (const char *at = strstr(text, wanted); at; at = strstr(at + 1, wanted))
		count++;
	free(text);
	return count;
}

bool writers_bench_has_snapshot(const char *name)
{
	return volume_snapshot_find(bench_engine.volume, name) != NULL;
}

/* ---- two of them, and time ---- */

void writers_bench_open_two(const char *profile)
{
	static const char *const two[] = { "simulated name=\"" SYSTEM "\"", "simulated name=b",
		NULL };

	writers_bench_open(profile, two, false);
}

void writers_bench_expect_seconds(uint64_t seconds)
{
	uint64_t took_ns = clock_now_ns() - began_ns;

	ck_assert_uint_ge(took_ns, seconds * NS_PER_S);
	ck_assert_uint_lt(took_ns, (seconds + 1) * NS_PER_S);
}

void writers_bench_expect_failed(const char *name, int state, const char *blame, const char *why)
{
	ck_assert_int_eq(writers_bench_state(name), state);
	ck_assert(!writers_bench_is_frozen(name));
	ck_assert_str_eq(writers_bench_failure(name, "code"), "0x800423f2");
	ck_assert_str_eq(writers_bench_failure(name, "blame"), blame);
	ck_assert_str_eq(writers_bench_failure(name, "why"), why);
}

void writers_bench_expect_next_well(void)
{
	struct bench_asked asked;

	volume_fault_clear(bench_engine.volume);
	ck_assert_int_eq(writers_bench_take(&asked, "next"), 0);
	ck_assert_int_eq(writers_bench_state(SYSTEM), 5);
	writers_bench_close();
}
