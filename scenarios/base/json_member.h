/* SPDX-License-Identifier: Apache-2.0 */
/*
 * json_member.h - members of JSON objects that others have written, and that may be missing.
 */
#ifndef SNAPRIG_SCENARIOS_BASE_JSON_MEMBER_H
#define SNAPRIG_SCENARIOS_BASE_JSON_MEMBER_H

#include <jansson.h>

/*
 * Returns the text of the member KEY, valid as long as OBJECT; "" if it is missing or not a
 * text.
 */
static inline const char *member_text(const json_t *object, const char *key)
{
	const char *text = json_string_value(json_object_get(object, key));

	return text ? text : "";
}

#endif
