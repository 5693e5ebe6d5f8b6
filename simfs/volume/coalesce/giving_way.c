/* SPDX-License-Identifier: Apache-2.0 */
#include "simfs/volume/coalesce/giving_way.h"

#include "simfs/volume/chain/chain.h"

static uint64_t requests_seen(const struct chain *chain)
{
	return chain->volume->gauges.measured[GAUGE_OPS];
}

void giving_way_begin(struct chain *chain)
{
	chain->coalesce.others = lull_from(requests_seen(chain));
}

bool giving_way_is_due(struct chain *chain)
{
	const struct volume *volume = chain->volume;

	return !chain->coalesce.is_leaf &&
	       lull_is_broken(&chain->coalesce.others, requests_seen(chain),
		       volume->writes_under_way > 0 || volume->reads_under_way > 0,
		       volume->limits->coalesce_beside_ns);
}
