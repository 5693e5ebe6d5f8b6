/* SPDX-License-Identifier: Apache-2.0 */
#include "simfs/volume/chain/limit.h"

#include <errno.h>

#include "simfs/volume/chain/chain.h"

int volume_chain_limit(struct volume *volume, uint64_t limit_bytes)
{
	if (!volume->chain)
		return -EOPNOTSUPP;
	volume->chain->capacity_bytes = limit_bytes;
	return 0;
}
