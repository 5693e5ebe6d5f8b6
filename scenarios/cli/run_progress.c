/* SPDX-License-Identifier: Apache-2.0 */
#include "scenarios/cli/run_progress.h"

#include <stdio.h>
#include <stdlib.h>

#include "scenarios/report/report.h"
#include "simfs/base/heap.h"
#include "simfs/base/log.h"
#include "simfs/base/progress_bar.h"

void run_progress_init(struct run_progress *progress, struct run_reports *reports,
	struct environments *environments, size_t count, bool as_json)
{
	*progress = (struct run_progress){
		.reports = reports,
		.ones = heap_new((count + 1) * sizeof *progress->ones),
		.count = count,
		.as_json = as_json,
		.environments = *environments,
	};
	*environments = (struct environments){ 0 };
	progress_bar_begin("run", "scenarios", count);
	if (!as_json)
		report_tap_begin(reports->tap_version, count, stdout);
}

/* Makes RET a view of all existing results, which PROGRESS still owns. */
static void results_view(const struct run_progress *progress, struct results *ret)
{
	*ret = (struct results){
		.scenarios = heap_new((progress->count + 1) * sizeof *ret->scenarios),
		.planned_count = progress->count,
		.environments = progress->environments,
	};
	for (size_t i = 0; i < progress->count; i++) {
		if (progress->ones[i].scenario_count > 0)
			ret->scenarios[ret->scenario_count++] = progress->ones[i].scenarios[0];
	}
}

/* Readers of TAP need the numbers in order. */
static void tap_print(struct run_progress *progress)
{
	progress_bar_make_room();
	while (progress->printed < progress->count &&
		progress->ones[progress->printed].scenario_count > 0) {
		const struct results *one = &progress->ones[progress->printed++];

		report_tap_point(&one->scenarios[0], progress->printed, stdout);
	}
	fflush(stdout);
}

static void result_tell(const struct scenario_result *result)
{
	if (outcome_is_bad(result->outcome))
		log_info("%s: %s; replay: %s", result->name, outcome_name(result->outcome),
			result->replay ? result->replay : "none");
	else if (result->flaky)
		log_info("%s: flaky: passed in run %u; before: %s", result->name, result->runs,
			result->flaky);
}

void run_progress_over(struct run_progress *progress, size_t item, struct results *one)
{
	struct results view;

	progress_bar_set(++progress->over);
	progress->ones[item] = *one;
	results_init(one);
	results_view(progress, &view);
	run_reports_write(progress->reports, &view);
	free(view.scenarios);
	run_reports_tell(progress->reports, &progress->ones[item].scenarios[0]);
	if (!progress->as_json)
		tap_print(progress);
	result_tell(&progress->ones[item].scenarios[0]);
}

void run_progress_end(struct run_progress *progress, struct results *ret)
{
	progress_bar_end();
	results_view(progress, ret);
	for (size_t i = 0; i < progress->count; i++)
		free(progress->ones[i].scenarios);
	free(progress->ones);
	*progress = (struct run_progress){ 0 };
}
