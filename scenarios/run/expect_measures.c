/* SPDX-License-Identifier: Apache-2.0 */
/* expect_measures.c - whether the gauges, the counters and the time are now as expected. */
#include <stdlib.h>
#include <string.h>

#include "scenarios/format/names.h"
#include "scenarios/run/run_state.h"
#include "scenarios/run/run_steps.h"
#include "simfs/base/cleanup.h"
#include "simfs/base/clock.h"
#include "simfs/base/heap.h"
#include "simfs/base/sizes.h"

static double seconds_of(const char *text)
{
	uint64_t ns = 0;

	(void)duration_parse(text, &ns);
	return (double)ns / (double)NS_PER_S;
}

/* Returns the value of WISH in the units of the rig's status: shares from 0 to 1, times in
 * seconds. */
static double number_of(const struct measure_wish *wish)
{
	uint32_t per_million;
	uint64_t number = 0;

	if (gauge_is_time(wish->name))
		return seconds_of(wish->value);
	if (share_parse(wish->value, &per_million) == 0)
		return per_million / 1e6;
	(void)size_parse(wish->value, &number);
	return (double)number;
}

bool relation_holds(enum relation relation, double met, double wished)
{
	switch (relation) {
	case RELATION_AT_LEAST:
		return met >= wished;
	case RELATION_AT_MOST:
		return met <= wished;
	case RELATION_ABOVE:
		return met > wished;
	case RELATION_BELOW:
		return met < wished;
	case RELATION_EQUAL:
		/* Both were read from texts of the same precision. */
		return met >= wished && met <= wished;
	}
	return false;
}

char *relation_wish(enum relation relation, const char *value)
{
	switch (relation) {
	case RELATION_AT_LEAST:
		return heap_format("%s at least", value);
	case RELATION_AT_MOST:
		return heap_format("%s at most", value);
	case RELATION_ABOVE:
		return heap_format("more than %s", value);
	case RELATION_BELOW:
		return heap_format("less than %s", value);
	case RELATION_EQUAL:
		break;
	}
	return heap_copy(value);
}

static enum outcome measure_check(
	const struct measure_wish *wish, const char *what, double met, struct reason *reason)
{
	if (relation_holds(wish->relation, met, number_of(wish)))
		return OUTCOME_PASSED;

	AUTO(auto_free) char *wished = relation_wish(wish->relation, wish->value);

	reason_set(reason, "%s '%s' is %g, expected %s", what, wish->name, met, wished);
	return OUTCOME_FAILED;
}

enum outcome check_gauge(struct run *run, const struct expectation *wish, struct reason *reason)
{
	json_t *status = NULL, *gauge;
	enum outcome outcome;

	if (!wish->gauge.value)
		return OUTCOME_PASSED;
	if (rig_call(run->rig, "status", NULL, reason, &status) < 0)
		return OUTCOME_ERROR;
	gauge = json_object_get(json_object_get(status, "gauges"), wish->gauge.name);
	outcome = measure_check(
		&wish->gauge, "gauge", json_number_value(json_object_get(gauge, "value")), reason);
	json_decref(status);
	return outcome;
}

enum outcome check_counter(struct run *run, const struct expectation *wish, struct reason *reason)
{
	json_t *status = NULL, *counter;
	enum outcome outcome;

	if (!wish->counter.value)
		return OUTCOME_PASSED;
	if (rig_call(run->rig, "status", NULL, reason, &status) < 0)
		return OUTCOME_ERROR;
	counter = json_object_get(json_object_get(status, "counters"), wish->counter.name);
	outcome = measure_check(&wish->counter, "counter", json_number_value(counter), reason);
	json_decref(status);
	return outcome;
}

enum outcome check_elapsed(struct run *run, const struct expectation *wish, struct reason *reason)
{
	uint64_t scale = run->scenario->time_scale ? run->scenario->time_scale : 1;
	double met = (double)(clock_now_ns() - run->phase_begin_ns) / (double)NS_PER_S *
		     (double)scale;

	if (!wish->elapsed.value ||
		relation_holds(wish->elapsed.relation, met, seconds_of(wish->elapsed.value)))
		return OUTCOME_PASSED;

	AUTO(auto_free) char *wished = relation_wish(wish->elapsed.relation, wish->elapsed.value);

	reason_set(reason, "%g s have passed since the phase began, expected %s", met, wished);
	return OUTCOME_FAILED;
}
