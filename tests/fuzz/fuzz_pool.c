/* SPDX-License-Identifier: Apache-2.0 */
/* fuzz_pool.c - any bytes are a POOL.yaml or a list of mistakes, never a crash. */
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include "simfs/base/check.h"
#include "simfs/base/yaml/mistakes.h"
#include "simfs/doors/xapi/pool/config.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* What is checked here is not checked again when the disks are started. */
static void check(const struct pool_config *config)
{
	MUST(config->name && config->credentials.user && config->credentials.password);
	MUST(config->sr_count > 0 && config->sr_count <= CONFIG_SRS_MAX);
	for (size_t i = 0; i < config->vm_count; i++) {
		const struct config_vm *vm = &config->vms[i];

		MUST(vm->name && vm->disk_count <= CONFIG_DISKS_MAX);
		for (size_t k = 0; k < vm->disk_count; k++) {
			const struct config_disk *disk = &vm->disks[k];

			MUST(disk->name && disk->sr && pool_config_sr(config, disk->sr));
			MUST((disk->image != NULL) + (disk->size_bytes > 0) +
					(disk->mount != NULL) ==
				1);
			for (size_t before = 0; before < k; before++)
				MUST(strcmp(vm->disks[before].name, disk->name) != 0);
		}
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct pool_config *config = NULL;
	struct mistakes mistakes;

	mistakes_init(&mistakes);
	if (pool_config_parse("x.yaml", (const char *)data, size, &mistakes, &config) == 0) {
		MUST(mistakes.count == 0);
		check(config);
		pool_config_destroy(config);
	} else {
		MUST(mistakes.count > 0 && !config);
	}
	mistakes_deinit(&mistakes);
	return 0;
}
