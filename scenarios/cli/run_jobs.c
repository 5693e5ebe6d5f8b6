/* SPDX-License-Identifier: Apache-2.0 */
#include "scenarios/cli/run_jobs.h"

#include <jansson.h>

#include "scenarios/base/interrupt.h"
#include "scenarios/base/workers.h"
#include "scenarios/clients/program_says.h"
#include "scenarios/report/json_read.h"
#include "scenarios/report/report.h"
#include "simfs/base/cleanup.h"
#include "simfs/base/heap.h"

struct jobs {
	const struct run_set *set;
	const struct run_order *order;
	size_t next;	      /* the first item not begun */
	const char *bad_name; /* the first that did not pass; NULL: none */
};

/* ---- in the child ---- */

static void item_run(
	const struct run_item *item, const struct run_order *order, struct results *results)
{
	AUTO(auto_free) char *record = run_record_path(&order->folders, item->scenario);
	AUTO(auto_free) char *artifacts = run_artifacts_path(&order->folders, item->scenario);
	struct run_options options = order->options;

	options.record_path = record;
	options.artifacts_path = artifacts;
	options.takes_evidence = true;
	options.keeps_timeline = order->is_shown;
	run_scenario(item->scenario, item->client, &options, results);
	for (unsigned i = 0; i < order->retries && !interrupt_seen() &&
			     outcome_is_bad(results->scenarios[0].outcome);
		i++) {
		struct scenario_result earlier = results_take_latest(results);

		run_scenario(item->scenario, item->client, &options, results);
		result_succeed_to(&results->scenarios[0], &earlier);
	}
	if (order->is_shown)
		results->scenarios[0].client_version = client_version(item->client);
	results->scenarios[0].record = TAKE_PTR(record);
	results->scenarios[0].replay_words = heap_copy(order->options.replay_words);
}

static void child_run(void *context, size_t item, FILE *file)
{
	const struct jobs *jobs = context;
	struct results results;

	results_init(&results);
	item_run(&jobs->set->items[item], jobs->order, &results);
	report_json_line(&results, file);
	results_deinit(&results);
}

/* ---- in the parent ---- */

static void item_over(struct jobs *jobs, size_t item, struct results *one)
{
	const struct scenario_result *result = &one->scenarios[0];

	if (outcome_is_bad(result->outcome) && !jobs->bad_name)
		jobs->bad_name = jobs->set->items[item].scenario->name;
	jobs->order->over(jobs->order->context, item, one);
}

/* Reports ITEM without running it. */
static void item_tell(struct jobs *jobs, size_t item, enum outcome outcome, const char *why)
{
	struct results one;

	results_init(&one);
	result_raise(results_add(&one, jobs->set->items[item].scenario), outcome, why);
	item_over(jobs, item, &one);
}

static void child_over(void *context, size_t item, const json_t *document, const char *why)
{
	struct jobs *jobs = context;
	struct results one;

	results_init(&one);
	if (document && !report_json_read(document, &one) && one.scenario_count == 1) {
		item_over(jobs, item, &one);
		return;
	}
	results_deinit(&one);
	item_tell(jobs, item, OUTCOME_ERROR, why ? why : "its process reported nonsense");
}

static bool item_next(void *context, size_t *ret)
{
	struct jobs *jobs = context;

	while (jobs->next < jobs->set->count) {
		size_t item = jobs->next++;

		if (!jobs->bad_name || !jobs->order->fails_fast) {
			*ret = item;
			return true;
		}

		AUTO(auto_free)
		char *why = heap_format("not run: '%s' did not pass (--fail-fast)", jobs->bad_name);

		item_tell(jobs, item, OUTCOME_SKIPPED, why);
	}
	return false;
}

void run_jobs(const struct run_set *set, const struct run_order *order)
{
	struct jobs jobs = { .set = set, .order = order };
	struct workers_order workers = {
		.count = order->jobs,
		.context = &jobs,
		.next = item_next,
		.work = child_run,
		.over = child_over,
	};

	workers_run(&workers);
}
