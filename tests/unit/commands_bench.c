/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/unit/commands_bench.h"

#include <stdio.h>
#include <unistd.h>

struct engine served_engine;
struct commands *served_commands;
int served_peer;

void served_step(void)
{
	engine_settle(&served_engine);
}

void served_set_up(void)
{
	const struct engine_options options = { .volume_bytes = SERVED_VOLUME_BYTES };

	engine_init(&served_engine, 1, &options);
	ck_assert_int_eq(commands_create(NULL, served_engine.volume, &served_commands), 0);
	bench_set_up_with(commands_table, served_commands);
	bench.turned = served_step;
	served_peer = peer_open();
}

void served_tear_down(void)
{
	commands_end(served_commands);
	engine_settle(&served_engine);
	ck_assert(volume_idle(served_engine.volume));
	ck_assert_int_eq(engine_close(&served_engine), 0);
	bench_tear_down();
	commands_destroy(served_commands);
	engine_deinit(&served_engine);
	close(served_peer);
}

json_t *served_ask_by(int fd, const char *request)
{
	char line[512];

	snprintf(line, sizeof line, "%s\n", request);
	for (char *at = line; *at; at++)
		if (*at == '\'')
			*at = '"';
	peer_say(fd, line);

	json_t *answer = json_loads(peer_hear(fd), 0, NULL);

	ck_assert(json_is_object(answer));
	return answer;
}

void served_expect_ok(const char *request)
{
	json_t *answer = served_ask_by(served_peer, request);

	ck_assert_msg(json_is_true(json_object_get(answer, "ok")), "%s: %s", request,
		json_string_value(json_object_get(answer, "message")));
	json_decref(answer);
}
