/* SPDX-License-Identifier: Apache-2.0 */
/*
 * fuzz_rule.c - any text is a rule or a mistake; a rule that is written can be read back.
 */
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include "faults/rule.h"
#include "simfs/base/check.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check_rule(const struct fault_rule *rule)
{
	struct fault_rule again;
	char text[2 * RULE_TEXT_MAX], message[RULE_MESSAGE_BYTES];

	MUST(rule->point < FAULT_POINTS && rule->every > 0 && rule->chance > 0);
	MUST(rule->action != FAULT_NO_ACTION && !action_refusal(rule->action, rule->point));
	rule_format(rule, text, sizeof text);
	MUST(strlen(text) <= RULE_TEXT_MAX);
	MUST(rule_parse(text, &again, message) == 0);
	MUST(memcmp(rule, &again, sizeof again) == 0);
}

/* A message is one line. */
static void check_message(const char *message)
{
	MUST(*message);
	for (const char *at = message; *at; at++)
		MUST((unsigned char)*at >= ' ' || *at == '\t');
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct fault_rule rule;
	char text[RULE_TEXT_MAX + 8], message[RULE_MESSAGE_BYTES];
	size_t length = size < sizeof text ? size : sizeof text - 1;

	memcpy(text, data, length);
	text[length] = '\0';
	if (rule_parse(text, &rule, message) == 0)
		check_rule(&rule);
	else
		check_message(message);
	return 0;
}
