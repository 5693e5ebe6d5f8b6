/* SPDX-License-Identifier: Apache-2.0 */
#include "simfs/blockio/fault_site.h"

#include "simfs/base/clock.h"

void fault_site_init(struct fault_site *site)
{
	site->may_wait = false;
	site->has_served = false;
	list_init(&site->waits);
	list_init(&site->transfers);
}

bool fault_site_decide(struct fault_site *site, enum fault_point point,
	const struct fault_context *context, struct fault_decision *ret)
{
	struct fault_decision decision;

	if (!fault_is_armed(&site->plane, point) ||
		!fault_decide(&site->plane, point, context, &decision))
		return false;
	switch (fault_act_at(decision.action)->course) {
	case FAULT_DIES:
		site->crash(site->context);
		return false;
	case FAULT_WAITS:
		if (!site->may_wait)
			return false;
		break;
	case FAULT_GOES_ON:
	case FAULT_ANSWERS:
		break;
	}
	*ret = decision;
	return true;
}

enum fault_course fault_site_meet(struct fault_site *site, enum fault_point point,
	const struct fault_context *context, struct fault_wait *wait,
	void (*go)(struct fault_wait *wait), struct fault_decision *ret)
{
	enum fault_course course;

	*ret = (struct fault_decision){ .action = FAULT_NO_ACTION };
	fault_site_decide(site, point, context, ret);
	course = fault_act_at(ret->action)->course;
	if (course == FAULT_WAITS)
		fault_wait_for(site, wait, ret, go);
	return course;
}

/* ---- waiting ---- */

static void begin(struct fault_site *site, struct fault_wait *wait, uint64_t due_ns,
	uint64_t rule_id, void (*go)(struct fault_wait *wait))
{
	MUST(!fault_is_waiting(wait));
	*wait = (struct fault_wait){
		.go = go,
		.due_ns = due_ns,
		.rule_id = rule_id,
	};
	list_append(&site->waits, &wait->link);
}

void fault_wait_for(struct fault_site *site, struct fault_wait *wait,
	const struct fault_decision *decision, void (*go)(struct fault_wait *wait))
{
	bool hangs = fault_act_at(decision->action)->hangs;

	begin(site, wait, hangs ? UINT64_MAX : clock_now_ns() + decision->value, decision->rule_id,
		go);
}

void fault_wait_cancel(struct fault_wait *wait)
{
	list_remove(&wait->link);
}

void fault_wait_tick(
	struct fault_site *site, struct fault_wait *wait, void (*go)(struct fault_wait *wait))
{
	begin(site, wait, 0, 0, go);
}

uint64_t fault_site_due_ns(const struct fault_site *site)
{
	uint64_t due_ns = UINT64_MAX;

	list_for_each (at, &site->waits) {
		const struct fault_wait *wait = CONTAINER_OF(at, struct fault_wait, link);

		if (wait->due_ns < due_ns)
			due_ns = wait->due_ns;
	}
	return due_ns;
}

static bool is_due(const struct fault_site *site, const struct fault_wait *wait)
{
	(void)site;
	return wait->due_ns <= clock_now_ns();
}

static bool hangs(const struct fault_site *site, const struct fault_wait *wait)
{
	(void)site;
	return wait->due_ns == UINT64_MAX;
}

static bool is_orphan(const struct fault_site *site, const struct fault_wait *wait)
{
	return wait->rule_id > 0 && !fault_is_there(&site->plane, wait->rule_id);
}

static bool any(const struct fault_site *site, const struct fault_wait *wait)
{
	(void)site;
	(void)wait;
	return true;
}

/* Inserts WAIT after those that are due no later. */
static void insert_by_due(struct list *waits, struct fault_wait *wait)
{
	struct list *at = waits->previous;

	while (at != waits && CONTAINER_OF(at, struct fault_wait, link)->due_ns > wait->due_ns)
		at = at->previous;
	list_prepend(at, &wait->link);
}

/* Lets only the waits queued now continue, in order of their times: one that continues may
 * wait again. */
static unsigned let_go(struct fault_site *site,
	bool (*is_meant)(const struct fault_site *site, const struct fault_wait *wait))
{
	struct list meant, *at = site->waits.next;
	unsigned count = 0;

	list_init(&meant);
	while (at != &site->waits) {
		struct list *next = at->next;

		if (is_meant(site, CONTAINER_OF(at, struct fault_wait, link))) {
			list_remove(at);
			insert_by_due(&meant, CONTAINER_OF(at, struct fault_wait, link));
		}
		at = next;
	}
	while ((at = list_pop(&meant))) {
		struct fault_wait *wait = CONTAINER_OF(at, struct fault_wait, link);

		count++;
		wait->go(wait);
	}
	return count;
}

bool fault_site_tick(struct fault_site *site)
{
	return !list_empty(&site->waits) && let_go(site, is_due) > 0;
}

unsigned fault_site_release(struct fault_site *site)
{
	return let_go(site, hangs);
}

void fault_site_release_orphans(struct fault_site *site)
{
	let_go(site, is_orphan);
}

void fault_site_open(struct fault_site *site)
{
	site->may_wait = true;
	site->has_served = true;
}

void fault_site_close(struct fault_site *site)
{
	site->may_wait = false;
	let_go(site, any);
}

bool fault_site_idle(const struct fault_site *site)
{
	return list_empty(&site->waits);
}
