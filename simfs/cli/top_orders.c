/* SPDX-License-Identifier: Apache-2.0 */
#include "simfs/cli/top_orders.h"

#include <stdlib.h>
#include <string.h>

#include "simfs/base/heap.h"
#include "simfs/cli/cli.h"

/* Sends COMMAND to the selected rig.  Returns its error, or what DONE makes of its answer. */
static char *order(struct top *top, const char *command, json_t *arguments,
	char *(*done)(const json_t *answer))
{
	json_t *answer;
	char *message = top_rig_order(&top->rigs[top->selected], command, arguments, &answer);

	if (!message)
		message = done(answer);
	json_decref(answer);
	return message;
}

static json_int_t number_of(const json_t *answer, const char *name)
{
	return json_integer_value(json_object_get(answer, name));
}

static char *say_armed(const json_t *answer)
{
	return heap_format("fault %" JSON_INTEGER_FORMAT " is armed", number_of(answer, "id"));
}

static char *say_cleared(const json_t *answer)
{
	json_int_t count = number_of(answer, "removed");

	return heap_format("%" JSON_INTEGER_FORMAT " rule%s removed", count, count == 1 ? "" : "s");
}

static char *say_released(const json_t *answer)
{
	return heap_format("%" JSON_INTEGER_FORMAT " released", number_of(answer, "released"));
}

static const char *gauge_of(const json_t *answer)
{
	const char *name = json_string_value(json_object_get(answer, "gauge"));

	return name ? name : "the gauge";
}

static char *say_feigned(const json_t *answer)
{
	return heap_format("%s is feigned", gauge_of(answer));
}

static char *say_measured(const json_t *answer)
{
	return heap_format("%s is measured again", gauge_of(answer));
}

/* "memory.used 85%" feigns the gauge, "memory.used" releases it. */
static char *set_gauge(struct top *top, char *line)
{
	char *name = line + strspn(line, " ");
	char *value = name + strcspn(name, " ");

	if (*value)
		*value++ = '\0';
	value += strspn(value, " ");
	if (*value)
		return order(top, "gauge.set",
			cli_pack("{s:s, s:s}", "gauge", name, "value", value), say_feigned);
	return order(top, "gauge.release", cli_pack("{s:s}", "gauge", name), say_measured);
}

static char *obey(struct top *top, enum top_action action)
{
	switch (action) {
	case TOP_ARM:
		return order(
			top, "fault.add", cli_pack("{s:s}", "rule", top->keys.line), say_armed);
	case TOP_SET:
		return set_gauge(top, top->keys.line);
	case TOP_RELEASE:
		return order(top, "fault.release", NULL, say_released);
	case TOP_CLEAR:
		return order(top, "fault.clear", NULL, say_cleared);
	case TOP_NEXT:
		top->selected = (top->selected + 1) % top->count;
		return NULL;
	case TOP_NOTHING:
	case TOP_QUIT:
		break;
	}
	return NULL;
}

bool top_obey(struct top *top, unsigned char byte, uint64_t *next_ns)
{
	enum top_action action = top_keys_take(&top->keys, byte);

	if (action == TOP_QUIT)
		return false;
	/* The message stays until the next action. */
	if (action != TOP_NOTHING || top->keys.asks_for != TOP_NOTHING) {
		free(top->message);
		top->message = obey(top, action);
	}
	if (action != TOP_NOTHING)
		*next_ns = 0;
	return true;
}
