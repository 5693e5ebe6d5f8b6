/* SPDX-License-Identifier: Apache-2.0 */
/* command_json.c - the rows of all commands as JSON, for tools/commands. */
#include <stdint.h>

#include "simfs/cli/command_table.h"

static const char *const kind_names[COMMAND_KINDS] = {
	[COMMAND_FLAG] = "flag",
	[COMMAND_TEXT] = "text",
	[COMMAND_NUMBER] = "number",
	[COMMAND_SIZE] = "size",
	[COMMAND_TIME] = "time",
	[COMMAND_CHOICE] = "choice",
	[COMMAND_LISTED] = "listed",
	[COMMAND_SET] = "set",
	[COMMAND_RULE] = "rule",
	[COMMAND_SNAPSHOT] = "snapshot",
	[COMMAND_FAULT] = "fault",
	[COMMAND_WRITER] = "writer",
	[COMMAND_FILE] = "file",
	[COMMAND_FOLDER] = "folder",
};

static json_t *operands_json(const struct command_line *line)
{
	json_t *operands = json_array();

	for (const struct command_operand *at = line->operands; at->name; at++)
		json_array_append_new(operands, json_pack("{s:s, s:s, s:s?, s:b}", "name", at->name,
							"kind", kind_names[at->kind], "choices",
							at->choices, "joins", (int)at->joins));
	return operands;
}

static json_t *options_json(const struct command_line *line)
{
	json_t *options = json_array();

	for (const struct command_option *at = line->options; at && at->name; at++)
		json_array_append_new(
			options, json_pack("{s:s, s:s?, s:s, s:s, s:s?, s:s?, s:b}", "name",
					 at->name, "value", at->value, "about", at->about, "kind",
					 kind_names[at->kind], "choices", at->choices, "excludes",
					 at->excludes, "required", (int)at->is_required));
	return options;
}

/* GROUP is the summary for all actions of the command; NULL: none. */
static json_t *line_json(const struct command_line *line, const char *group)
{
	return json_pack("{s:s, s:s, s:s?, s:o, s:o, s:s?}", "name", line->name, "summary",
		line->summary, "group", group, "operands", operands_json(line), "options",
		options_json(line), "command", line->command);
}

json_t *command_table_json(void)
{
	json_t *commands = json_array();

	for (const struct command_group *group = command_groups;
		group->heading || group->command || group->name; group++) {
		if (group->command)
			json_array_append_new(commands, line_json(group->command, NULL));
		for (size_t at = 0; group->name && group->actions[at]; at++)
			json_array_append_new(
				commands, line_json(group->actions[at], group->summary));
	}
	return commands;
}
