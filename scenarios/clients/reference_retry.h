/* SPDX-License-Identifier: Apache-2.0 */
/*
 * reference_retry.h - retry policies, which are data (retry_policies.def).
 */
#ifndef SNAPRIG_CLIENTS_REFERENCE_RETRY_H
#define SNAPRIG_CLIENTS_REFERENCE_RETRY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define RETRY_CODES_MAX 8

struct retry_policy {
	const char *name;
	uint32_t codes[RETRY_CODES_MAX]; /* those that are tried again; ends with 0 */
	unsigned tries_max;		 /* with the first one */
	uint64_t wait_ns;		 /* from one to the next, on the rig's clock */
	const char *about;
};

/* The policies in order; NULL behind the last. */
const struct retry_policy *retry_policy_at(size_t index);

/* The policy of that name, or NULL. */
const struct retry_policy *retry_policy_find(const char *name);

/* Does POLICY try again after CODE, as far as the code decides? */
bool retry_policy_repeats(const struct retry_policy *policy, uint32_t code);

#endif
