/* SPDX-License-Identifier: Apache-2.0 */
/* snapshot_file.c - the file of a snapshot of a chain: it names its parent, and has no data. */
#include <stdio.h>

#include "simfs/volume/chain/bodies.h"
#include "simfs/volume/chain/chain.h"
#include "simfs/volume/creation.h"
#include "simfs/volume/state.h"

int chain_snapshot_file_create(struct snapshot_create *create)
{
	struct volume *volume = create->volume;
	bool is_clone = create->kind != SNAPSHOT_TAKEN;
	struct store_facts facts;
	struct owner owner;
	char file[STORE_NAME_BYTES + 16];
	int error = snapshot_choose_facts(create, &facts);

	if (error < 0)
		return error;
	facts.limit_bytes = 0;
	owner = owner_of(&facts);
	owner.mode = is_clone ? SNAPSHOT_MODE_CLONE : SNAPSHOT_MODE_SNAPSHOT;
	owner_put(&facts, OWNER_CHAIN_SNAPSHOT, &owner);
	snprintf(file, sizeof file, "%s" STORE_SUFFIX NEW_SUFFIX, create->copied_name);
	error = store_create(volume->folder, file, &facts, volume->limits->store, &create->store);
	if (error == 0)
		store_set_durable(create->store, volume->options.durable || is_clone);
	return error;
}
