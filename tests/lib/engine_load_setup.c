/* SPDX-License-Identifier: Apache-2.0 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "simfs/base/check.h"
#include "tests/lib/engine_load_internal.h"

static void note_failed(void *context, struct snapshot *failed)
{
	struct load *load = context;

	for (unsigned i = 0; i < LOAD_SNAPSHOTS_MAX; i++) {
		if (strcmp(load->snapshots[i].name, snapshot_name(failed)) == 0)
			load->snapshots[i].was_told_failed = true;
	}
}

void load_init(struct load *load, const struct load_options *options)
{
	uint64_t volume_bytes = options->engine.volume_bytes;

	*load = (struct load){ .options = *options };
	load->options.engine.snapshot_failed = note_failed;
	load->options.engine.context = load;
	engine_init(&load->engine, options->seed, &load->options.engine);
	MUST(load->live = calloc(1, volume_bytes));
	list_init(&load->doubts);
	load_power_init(load);
	for (unsigned i = 0; i < LOAD_DEPTH_MAX; i++) {
		void *buffer;

		MUST(posix_memalign(&buffer, BLOCKIO_ALIGNMENT_MAX, VOLUME_BUFFER_BYTES) == 0);
		load->slots[i].load = load;
		load->slots[i].request.buffer = buffer;
	}
	for (unsigned i = 0; i < LOAD_SNAPSHOTS_MAX; i++) {
		load->snapshots[i].load = load;
		snprintf(load->snapshots[i].name, sizeof load->snapshots[i].name, "s%u", i);
		MUST(load->snapshots[i].content = malloc(volume_bytes));
		MUST(load->snapshots[i].unsure = calloc(volume_bytes, sizeof(bool)));
		MUST(load->snapshots[i].doubt = calloc(volume_bytes, sizeof(bool)));
	}
}

void load_deinit(struct load *load)
{
	engine_deinit(&load->engine);
	for (unsigned i = 0; i < LOAD_DEPTH_MAX; i++)
		free(load->slots[i].request.buffer);
	for (unsigned i = 0; i < LOAD_SNAPSHOTS_MAX; i++) {
		free(load->snapshots[i].content);
		free(load->snapshots[i].unsure);
		free(load->snapshots[i].doubt);
	}
	load_power_deinit(load);
	free(load->live);
	load_doubts_forget(load);
}
