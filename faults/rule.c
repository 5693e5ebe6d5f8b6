/* SPDX-License-Identifier: Apache-2.0 */
#include "faults/rule.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "faults/rule_internal.h"
#include "simfs/base/log.h"
#include "simfs/base/sizes.h"

static const char *action_format(const struct fault_rule *rule, char *buffer, size_t length)
{
	const struct action_row *action = action_at(rule->action);
	char value[32];

	switch (action->value) {
	case ACTION_ALONE:
		snprintf(buffer, length, "%s", action->name);
		return buffer;
	case ACTION_ERRNO:
		snprintf(buffer, length, "%s=%s", action->name, error_name(rule->error));
		return buffer;
	case ACTION_TIME:
		duration_write(rule->value, value, sizeof value);
		break;
	case ACTION_BYTES:
		size_write(rule->value, value, sizeof value);
		break;
	case ACTION_REPLY:
		snprintf(value, sizeof value, "%s", xapi_reply_at(rule->value)->word);
		break;
	case ACTION_COUNT:
		snprintf(value, sizeof value, "%" PRIu64, rule->value);
		break;
	}
	snprintf(buffer, length, "%s=%s", action->name, value);
	return buffer;
}

const char *rule_format(const struct fault_rule *rule, char *buffer, size_t length)
{
	char action[64], value[RULE_VALUE_BYTES];
	size_t used;

	snprintf(buffer, length, "%s %s", fault_point_at(rule->point)->name,
		action_format(rule, action, sizeof action));
	for (const struct rule_key *key = rule_keys; key->is.name; key++) {
		used = strlen(buffer);
		if (key->write(rule, value))
			snprintf(buffer + used, length - used, " %s%s%s", key->is.name,
				key->is.example ? "=" : "", value);
	}
	return buffer;
}

bool rule_is_bad_sectors(const struct fault_rule *rule)
{
	const struct point_row *point = fault_point_at(rule->point);

	return rule->action == FAULT_ERROR && rule->has_offset && !rule->is_whole &&
	       point->kind == POINT_READ && (point->traits & POINT_IN_VIEW);
}

bool rule_is_replayable(const struct fault_rule *rule)
{
	bool looks_outside = rule->has_when && (rule->gauge == GAUGE_MEMORY_USED ||
						       rule->gauge == GAUGE_SNAPSHOT_AGE);

	return !rule->has_from && !rule->has_for && rule->file[0] == '\0' && !looks_outside;
}
