/* SPDX-License-Identifier: Apache-2.0 */
#include "scenarios/clients/reference_xapi_chain.h"

#include <stdlib.h>
#include <string.h>

#include "scenarios/clients/reference_xapi_vhd.h"
#include "scenarios/clients/reference_xo_error.h"
#include "simfs/base/cleanup.h"
#include "simfs/base/heap.h"

/* Stops at files that refer to each other in a cycle. */
#define CHAIN_MAX 1000

void xapi_chain_deinit(struct xapi_chain *chain)
{
	for (size_t i = 0; i < chain->count; i++)
		free(chain->paths[i]);
	free(chain->paths);
	*chain = (struct xapi_chain){ 0 };
}

/* A parent is beside its child, whatever path it had before. */
static char *path_of(const char *folder, const char *name)
{
	const char *slash = strrchr(name, '/');

	return heap_format("%s/%s", folder, slash ? slash + 1 : name);
}

json_t *xapi_chain_read(const char *folder, const char *name, struct xapi_chain *ret)
{
	struct xapi_vhd child = { 0 }, vhd = { .is_differencing = true };
	json_t *failure = NULL;

	*ret = (struct xapi_chain){ 0 };
	while (!failure && vhd.is_differencing && ret->count < CHAIN_MAX) {
		char *path = path_of(folder, ret->count == 0 ? name : child.parent_name);

		ret->paths = heap_grow(ret->paths, ret->count, sizeof *ret->paths);
		ret->paths[ret->count++] = path;
		failure = xapi_vhd_check_file(path, &vhd);
		if (!failure && ret->count > 1 && strcmp(vhd.uuid, child.parent_uuid) != 0)
			failure = xo_error("a parent VHD has been replaced by another one");
		if (ret->count == 1)
			ret->size_bytes = vhd.size_bytes;
		child = vhd;
	}
	if (!failure && vhd.is_differencing)
		failure = xo_error("a VHD is its own parent");
	if (failure)
		xapi_chain_deinit(ret);
	return failure;
}
