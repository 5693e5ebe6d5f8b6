/* SPDX-License-Identifier: Apache-2.0 */
/* profiles.c - the systems that a scenario can imitate. */
#include <stdlib.h>
#include <string.h>

#include "scenarios/format/names.h"
#include "scenarios/format/parse.h"
#include "simfs/base/yaml/values.h"

/* The rig's profiles; a test compares this list with the rig's own. */
static const char *const profiles[] = {
	"plain",
	"datto",
	"actiphy",
	"elastio",
	"lvm",
	"vss",
	"xen",
};

const char *const sr_words[SR_WORDS] = { "file", "lvm" };
const char *const node_format_words[NODE_FORMAT_WORDS] = { "vhd", "qcow2" };
const char *const coalesce_words[COALESCE_WORDS] = { "none" };

#define PROFILE_WORDS (sizeof profiles / sizeof profiles[0])

const char *profile_word(size_t index)
{
	return index < PROFILE_WORDS ? profiles[index] : NULL;
}

void read_profile_name(struct reading *reading, const struct field *field,
	const struct tree_node *node, void *target)
{
	char *name = NULL;

	read_name(reading, field, node, &name);
	for (size_t i = 0; name && i < PROFILE_WORDS; i++) {
		if (strcmp(profiles[i], name) == 0) {
			*(char **)target = name;
			return;
		}
	}
	if (name)
		unknown_add(reading, node, "profile", NULL, profiles, PROFILE_WORDS);
	free(name);
}
