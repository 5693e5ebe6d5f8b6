/* SPDX-License-Identifier: Apache-2.0 */
#include "simfs/blockio/busy_poll.h"

uint64_t busy_poll_begin(struct busy_poll *poll, uint64_t work_under_way, uint64_t now_ns)
{
	poll->kind = work_under_way > 0 ? BUSY_POLL_WORK : BUSY_POLL_REQUEST;
	poll->begun_ns = now_ns;
	poll->has_polled = false;
	poll->is_rated = now_ns - poll->traffic_ns < BUSY_POLL_TRAFFIC_NS &&
			 work_under_way <= BUSY_POLL_WORK_MAX;
	if (!poll->is_rated || now_ns < poll->rests_until_ns)
		return 0;
	return poll->scores[poll->kind] >= BUSY_POLL_SCORE_ENOUGH ? poll->limit_ns : 0;
}

bool busy_poll_look(struct busy_poll *poll, uint64_t before_ns, uint64_t now_ns)
{
	if (now_ns - before_ns <= BUSY_POLL_LOST_NS)
		return true;
	poll->rests_until_ns = now_ns + BUSY_POLL_REST_NS;
	return false;
}

void busy_poll_polled(struct busy_poll *poll, uint64_t now_ns, bool found)
{
	poll->has_polled = true;
	poll->polls++;
	poll->hits += found;
	poll->spent_ns += now_ns - poll->begun_ns;
}

static void rate(struct busy_poll *poll, uint64_t waited_ns)
{
	unsigned *score = &poll->scores[poll->kind];

	if (waited_ns > poll->limit_ns + (poll->has_polled ? 0 : BUSY_POLL_WAKING_NS))
		*score -= *score < BUSY_POLL_SCORE_LOSS ? *score : BUSY_POLL_SCORE_LOSS;
	else if (*score < BUSY_POLL_SCORE_MAX)
		++*score;
}

void busy_poll_end(struct busy_poll *poll, uint64_t now_ns, bool slept, bool by_traffic)
{
	if (!by_traffic)
		return;
	if (poll->is_rated && (slept || poll->has_polled))
		rate(poll, now_ns - poll->begun_ns);
	poll->traffic_ns = now_ns;
}
