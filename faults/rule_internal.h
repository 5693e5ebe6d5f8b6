/* SPDX-License-Identifier: Apache-2.0 */
/* rule_internal.h - the keys of a rule, shared by the parser and the writer only. */
#ifndef SNAPRIG_FAULTS_RULE_INTERNAL_H
#define SNAPRIG_FAULTS_RULE_INTERNAL_H

#include "faults/rule.h"

#define RULE_VALUE_BYTES (RULE_FILE_BYTES + 1)

/* A trigger, or the name. */
struct rule_key {
	struct rule_trigger is;
	const char *reason; /* why it is refused at points without its trait */

	/* Required.  Parses VALUE (NULL for a key without one).  Returns false if it is not
	 * valid. */
	bool (*read)(struct fault_rule *rule, const char *value);

	/* Required.  Writes the value to BUFFER, of RULE_VALUE_BYTES; false: not present. */
	bool (*write)(const struct fault_rule *rule, char *buffer);
};

/* Up to a NULL name, in the order in which they are written. */
extern const struct rule_key rule_keys[];

#define RULE_KEYS_MAX 20

#endif
