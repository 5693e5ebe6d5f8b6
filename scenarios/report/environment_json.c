/* SPDX-License-Identifier: Apache-2.0 */
#include "scenarios/report/environment_json.h"

#include "scenarios/report/text.h"
#include "simfs/base/heap.h"

static json_t *profiles_json(const struct environment *environment)
{
	json_t *profiles = json_object();

	for (size_t i = 0; i < environment->fact_count; i++) {
		const struct profile_fact *fact = &environment->facts[i];
		json_t *profile = json_object_get(profiles, fact->profile);

		if (!profile) {
			profile = json_object();
			json_object_set_new(profiles, fact->profile, profile);
		}
		json_object_set_new(profile, fact->name, report_text_json(fact->value));
	}
	return profiles;
}

json_t *environment_json(const struct environment *environment)
{
	return json_pack("{s:o, s:o, s:I, s:I, s:o}", "version",
		report_text_json(environment->version), "kernel",
		report_text_json(environment->kernel), "processors",
		(json_int_t)environment->processors, "memory_bytes",
		(json_int_t)environment->memory_bytes, "profiles", profiles_json(environment));
}

json_t *environments_json(const struct environments *list)
{
	json_t *array = json_array();

	for (size_t i = 0; i < list->count; i++)
		json_array_append_new(array, environment_json(&list->items[i]));
	return array;
}

static void facts_read(const json_t *profiles, struct environment *environment)
{
	const char *profile, *name;
	json_t *facts, *value;

	/* The macros of Jansson need a pointer without const. */
	json_object_foreach((json_t *)profiles, profile, facts)
	{
		json_object_foreach(facts, name, value)
		{
			if (json_is_string(value))
				environment_add_fact(
					environment, profile, name, json_string_value(value));
		}
	}
}

bool environment_read_json(const json_t *json, struct environment *ret)
{
	const char *version = json_string_value(json_object_get(json, "version"));
	const char *kernel = json_string_value(json_object_get(json, "kernel"));

	if (!version || !kernel)
		return false;
	*ret = (struct environment){
		.version = heap_copy(version),
		.kernel = heap_copy(kernel),
		.processors = (uint64_t)json_integer_value(json_object_get(json, "processors")),
		.memory_bytes = (uint64_t)json_integer_value(json_object_get(json, "memory_bytes")),
	};
	facts_read(json_object_get(json, "profiles"), ret);
	return true;
}
