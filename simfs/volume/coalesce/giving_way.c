/* SPDX-License-Identifier: Apache-2.0 */
#include "simfs/volume/coalesce/giving_way.h"

#include "simfs/base/clock.h"
#include "simfs/volume/chain/chain.h"

/* A request does not look at the clock for our sake: it is counted anyway. */
static uint64_t requests_seen(const struct chain *chain)
{
	return chain->volume->gauges.measured[GAUGE_OPS];
}

void giving_way_begin(struct chain *chain)
{
	chain->coalesce.giving_way = (struct giving_way){ .seen = requests_seen(chain) };
}

bool giving_way_is_due(struct chain *chain)
{
	const struct volume *volume = chain->volume;
	struct giving_way *own = &chain->coalesce.giving_way;
	uint64_t seen = requests_seen(chain);
	uint64_t now_ns;

	if (chain->coalesce.is_leaf)
		return false;
	now_ns = clock_now_ns();
	if (seen != own->seen || volume->writes_under_way > 0 || volume->reads_under_way > 0)
		own->until_ns = now_ns + volume->limits->coalesce_beside_ns;
	own->seen = seen;
	return now_ns < own->until_ns;
}
