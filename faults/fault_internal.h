/* SPDX-License-Identifier: Apache-2.0 */
/* fault_internal.h - a rule that is armed, shared by who arms it and who decides. */
#ifndef SNAPRIG_FAULTS_FAULT_INTERNAL_H
#define SNAPRIG_FAULTS_FAULT_INTERNAL_H

#include "faults/fault.h"

/* What every hit looks at comes first. */
struct armed_rule {
	struct list point_link;
	uint64_t seen, matched, fired;
	uint64_t elsewhere;  /* how often it has fired in planes that follow */
	uint64_t cut;	     /* reads that have ended before its bad sectors */
	bool looks_further;  /* at a name, the phase, a clock or a file */
	bool is_bad_sectors; /* rule_is_bad_sectors(): whole ones are in the offset range */
	struct fault_rule rule;
	struct list link;
	uint64_t id;
	uint64_t key;	   /* of the text: what its chance depends on */
	uint64_t deed_key; /* of what it does and where, whenever that is: its luck */
	uint64_t armed_ns;
	uint64_t look_ns; /* when its file is looked for again */
	bool file_is_there;
	char text[RULE_TEXT_MAX + 1];
};

/* Not yet so often as it may. */
static inline bool armed_may_fire(const struct armed_rule *armed)
{
	return armed->rule.times == 0 || armed->fired < armed->rule.times;
}

#endif
