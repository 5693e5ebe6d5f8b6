/* SPDX-License-Identifier: Apache-2.0 */
#include "scenarios/clients/reference_retry.h"

#include <string.h>

#include "simfs/base/clock.h"

#define CODES(...) __VA_ARGS__
#define RETRY_POLICY(policy_name, policy_codes, tries, wait_s, policy_about)                       \
	{ .name = (policy_name),                                                                   \
		.codes = { policy_codes },                                                         \
		.tries_max = (tries),                                                              \
		.wait_ns = (wait_s)*NS_PER_S,                                                      \
		.about = (policy_about) },

static const struct retry_policy policies[] = {
#include "scenarios/clients/retry_policies.def"
};

#define POLICIES (sizeof policies / sizeof policies[0])

const struct retry_policy *retry_policy_at(size_t index)
{
	return index < POLICIES ? &policies[index] : NULL;
}

const struct retry_policy *retry_policy_find(const char *name)
{
	for (size_t i = 0; i < POLICIES; i++) {
		if (strcmp(policies[i].name, name) == 0)
			return &policies[i];
	}
	return NULL;
}

bool retry_policy_repeats(const struct retry_policy *policy, uint32_t code)
{
	for (size_t i = 0; i < RETRY_CODES_MAX && policy->codes[i]; i++) {
		if (policy->codes[i] == code)
			return true;
	}
	return false;
}
