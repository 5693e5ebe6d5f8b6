/* SPDX-License-Identifier: Apache-2.0 */
#include "scenarios/cli/environment_here.h"

#include <sys/utsname.h>
#include <unistd.h>

#include <jansson.h>

#include "scenarios/clients/program_says.h"
#include "scenarios/clients/share.h"
#include "simfs/base/cleanup.h"
#include "simfs/base/heap.h"
#include "simfs/base/sizes.h"
#include "simfs/control/version.h"

/* The members of `list profiles --json` for each profile, with names for people. */
static const struct {
	const char *key, *name;
	enum { FACT_TEXT, FACT_SIZE, FACT_NUMBER } kind;
	const char *none; /* shown for null; NULL: omitted */
} facts[] = {
	{ "imitates", "imitates", FACT_TEXT, NULL },
	{ "about", "what it does", FACT_TEXT, NULL },
	{ "limit", "limit", FACT_TEXT, "none" },
	{ "block_bytes", "block", FACT_SIZE, NULL },
	{ "snapshots_max", "snapshots at most", FACT_NUMBER, NULL },
	{ "memory_available_min", "memory available at least", FACT_TEXT, NULL },
};

static void fact_add(struct environment *environment, const json_t *profile, size_t fact)
{
	const json_t *value = json_object_get(profile, facts[fact].key);
	json_int_t number = json_integer_value(value);
	AUTO(auto_free) char *text = NULL;
	char size[32];

	if (facts[fact].kind == FACT_TEXT)
		text = heap_copy(json_is_null(value) ? facts[fact].none : json_string_value(value));
	else if (facts[fact].kind == FACT_SIZE)
		text = heap_copy(size_format((uint64_t)number, size, sizeof size));
	else if (number > 0)
		text = heap_format("%lld", (long long)number);
	if (text)
		environment_add_fact(environment,
			json_string_value(json_object_get(profile, "name")), facts[fact].name,
			text);
}

static void profiles_add(struct environment *environment)
{
	AUTO(auto_free) char *program = share_program();
	const char *const argv[] = { program, "list", "profiles", "--json", NULL };
	AUTO(auto_free) char *text = program ? program_says(argv) : NULL;
	json_t *document = text ? json_loads(text, 0, NULL) : NULL, *profile;
	size_t i;

	json_array_foreach(json_object_get(document, "profiles"), i, profile)
	{
		for (size_t fact = 0; fact < sizeof facts / sizeof facts[0]; fact++)
			if (json_object_get(profile, "name"))
				fact_add(environment, profile, fact);
	}
	json_decref(document);
}

struct environment environment_here(void)
{
	struct utsname machine;
	struct environment environment = {
		.version = heap_copy(SNAPRIG_VERSION),
		.kernel = uname(&machine) == 0 ? heap_format("%s %s %s", machine.sysname,
							 machine.release, machine.machine)
					       : heap_copy("unknown"),
		.processors = (uint64_t)sysconf(_SC_NPROCESSORS_ONLN),
		.memory_bytes = (uint64_t)sysconf(_SC_PHYS_PAGES) * (uint64_t)sysconf(_SC_PAGESIZE),
	};

	profiles_add(&environment);
	return environment;
}
