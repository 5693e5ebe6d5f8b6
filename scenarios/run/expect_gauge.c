/* SPDX-License-Identifier: Apache-2.0 */
/* expect_gauge.c - has a gauge of the rig reached what is expected? */
#include "scenarios/run/runner_internal.h"
#include "simfs/base/clock.h"
#include "simfs/base/sizes.h"

/* TEXT as the rig's status tells the gauges: shares from 0 to 1, times in seconds. */
static double gauge_number(const char *text)
{
	uint32_t per_million;
	uint64_t number;

	if (share_parse(text, &per_million) == 0)
		return per_million / 1e6;
	if (size_parse(text, &number) == 0)
		return (double)number;
	if (duration_parse(text, &number) == 0)
		return (double)number / (double)NS_PER_S;
	return 0;
}

enum outcome check_gauge(struct run *run, const struct expectation *wish, struct reason *reason)
{
	const struct start_condition *gauge = &wish->gauge;
	json_t *status = NULL, *value;
	double met;

	if (!gauge->gauge)
		return OUTCOME_PASSED;
	if (rig_call(run->rig, "status", NULL, reason, &status) < 0)
		return OUTCOME_ERROR;
	value = json_object_get(
		json_object_get(json_object_get(status, "gauges"), gauge->gauge), "value");
	met = json_number_value(value);
	json_decref(status);
	if (value && met >= gauge_number(gauge->at_least))
		return OUTCOME_PASSED;
	reason_set(reason, "gauge '%s' is %g, expected %s at least", gauge->gauge, met,
		gauge->at_least);
	return OUTCOME_FAILED;
}
