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
	uint32_t codes[RETRY_CODES_MAX]; /* the codes to retry; ends with 0 */
	unsigned tries_max;		 /* including the first */
	uint64_t wait_ns;		 /* between tries, on the rig's clock */
	const char *about;
};

/* The policies in order; NULL after the last one. */
const struct retry_policy *retry_policy_at(size_t index);

/* Returns the policy with this name, or NULL. */
const struct retry_policy *retry_policy_find(const char *name);

/* Returns whether POLICY retries after CODE, regardless of the number of tries. */
bool retry_policy_repeats(const struct retry_policy *policy, uint32_t code);

#endif
