/* SPDX-License-Identifier: Apache-2.0 */
/* fault_internal.h - an armed rule, shared by arming.c and fault.c only. */
#ifndef SNAPRIG_FAULTS_FAULT_INTERNAL_H
#define SNAPRIG_FAULTS_FAULT_INTERNAL_H

#include "faults/fault.h"

/* The fields that every hit reads come first. */
struct armed_rule {
	struct list point_link;
	uint64_t seen, matched, fired;
	uint64_t elsewhere;  /* how often it has fired in planes that follow this one */
	uint64_t cut;	     /* reads that ended before its bad sectors */
	bool looks_further;  /* also checks a name, the phase, a clock or a file */
	bool is_bad_sectors; /* rule_is_bad_sectors(); the offset range is then whole sectors */
	struct fault_rule rule;
	struct list link;
	uint64_t id;
	uint64_t key;	   /* hash of the text, on which its chance depends */
	uint64_t deed_key; /* hash of what it does and where, not when, on which its luck depends */
	uint64_t armed_ns;
	uint64_t look_ns; /* when its file is checked again */
	bool file_is_there;
	char text[RULE_TEXT_MAX + 1];
};

/* Whether it has not yet fired as often as it may. */
static inline bool armed_may_fire(const struct armed_rule *armed)
{
	return armed->rule.times == 0 || armed->fired < armed->rule.times;
}

#endif
