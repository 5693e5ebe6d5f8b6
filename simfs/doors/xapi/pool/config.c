/* SPDX-License-Identifier: Apache-2.0 */
#include "simfs/doors/xapi/pool/config.h"

#include <errno.h>
#include <inttypes.h>
#include <libgen.h>
#include <string.h>
#include <sys/stat.h>

#include "simfs/base/cleanup.h"
#include "simfs/base/heap.h"
#include "simfs/base/log.h"
#include "simfs/base/suggest.h"
#include "simfs/base/yaml/file.h"
#include "simfs/base/yaml/mistakes.h"
#include "simfs/base/yaml/tree.h"
#include "simfs/doors/xapi/pool/config_fields.h"

/* The unit of a rig's size. */
#define SECTOR_BYTES 512

char *pool_config_path(const struct pool_config *config, const char *path)
{
	return *path == '/' ? heap_copy(path) : heap_format("%s/%s", config->folder, path);
}

const struct config_sr *pool_config_sr(const struct pool_config *config, const char *name)
{
	for (size_t i = 0; i < config->sr_count; i++)
		if (config->srs[i].name && strcmp(config->srs[i].name, name) == 0)
			return &config->srs[i];
	return NULL;
}

bool config_sr_is_thick(const struct config_sr *sr)
{
	return sr->type == CONFIG_SR_LVM;
}

bool config_sr_can_snapshot(const struct config_sr *sr)
{
	return sr->type != CONFIG_SR_UDEV && sr->type != CONFIG_SR_ISO;
}

/* ---- checks that need the whole file ---- */

/* Reports that an object has the name, uuid or path of an earlier one. */
static void twice_check(struct mistakes *mistakes, struct place place, const char *what,
	const char *text, struct place before, const char *text_before)
{
	if (text && text_before && strcmp(text, text_before) == 0)
		mistakes_add(mistakes, place, "%s '%s' is used twice (the first is at line %u)",
			what, text, before.line);
}

static void sr_check(
	const struct pool_config *config, struct mistakes *mistakes, const struct config_disk *disk)
{
	const char *names[CONFIG_SRS_MAX];
	size_t count = 0;

	if (!disk->sr || pool_config_sr(config, disk->sr))
		return;
	for (size_t i = 0; i < config->sr_count; i++)
		if (config->srs[i].name)
			names[count++] = config->srs[i].name;

	const char *near = suggest_near(disk->sr, names, count);

	if (near)
		mistakes_add(mistakes, disk->sr_place, "unknown sr '%s' (did you mean '%s'?)",
			disk->sr, near);
	else
		mistakes_add(mistakes, disk->sr_place, "unknown sr '%s'", disk->sr);
}

/* VM.DISK, the name of its mount and image: "a.b" and "c" collide with "a" and "b.c". */
static char *key_of(const struct config_vm *vm, size_t at)
{
	const char *disk = vm->disks[at].name;

	return vm->name && disk ? heap_format("%s.%s", vm->name, disk) : NULL;
}

/* Compares disk AT of VM (by index) with all earlier ones in the file. */
static void disk_twice_check(
	const struct pool_config *config, struct mistakes *mistakes, size_t vm, size_t at)
{
	const struct config_disk *disk = &config->vms[vm].disks[at];
	AUTO(auto_free) char *key = key_of(&config->vms[vm], at);

	for (size_t i = 0; i <= vm; i++) {
		size_t count = i == vm ? at : config->vms[i].disk_count;

		for (size_t k = 0; k < count; k++) {
			const struct config_disk *before = &config->vms[i].disks[k];
			AUTO(auto_free) char *its = key_of(&config->vms[i], k);

			if (i == vm)
				twice_check(mistakes, disk->place, "disk", disk->name,
					before->place, before->name);
			else if (strcmp(config->vms[i].name ? config->vms[i].name : "",
					 config->vms[vm].name ? config->vms[vm].name : "") != 0)
				twice_check(mistakes, disk->place, "disk", key, before->place, its);
			twice_check(mistakes, disk->place, "image", disk->image, before->place,
				before->image);
			twice_check(mistakes, disk->place, "mount", disk->mount, before->place,
				before->mount);
		}
	}
}

static void size_check(struct mistakes *mistakes, const struct config_disk *disk)
{
	if (disk->size_bytes % SECTOR_BYTES != 0)
		mistakes_add(mistakes, disk->place, "bad size: %" PRIu64 " is not a multiple of %d",
			disk->size_bytes, SECTOR_BYTES);
}

static void whole_check(const struct pool_config *config, struct mistakes *mistakes)
{
	for (size_t i = 0; i < config->host_count; i++)
		for (size_t k = 0; k < i; k++)
			twice_check(mistakes, config->hosts[i].place, "host", config->hosts[i].name,
				config->hosts[k].place, config->hosts[k].name);
	for (size_t i = 0; i < config->sr_count; i++)
		for (size_t k = 0; k < i; k++)
			twice_check(mistakes, config->srs[i].place, "sr", config->srs[i].name,
				config->srs[k].place, config->srs[k].name);
	for (size_t i = 0; i < config->vm_count; i++) {
		const struct config_vm *vm = &config->vms[i];

		for (size_t k = 0; k < i; k++) {
			twice_check(mistakes, vm->place, "vm", vm->name, config->vms[k].place,
				config->vms[k].name);
			twice_check(mistakes, vm->place, "uuid", vm->uuid, config->vms[k].place,
				config->vms[k].uuid);
		}
		for (size_t k = 0; k < vm->disk_count; k++) {
			sr_check(config, mistakes, &vm->disks[k]);
			size_check(mistakes, &vm->disks[k]);
			disk_twice_check(config, mistakes, i, k);
		}
	}
}

/* ---- reading ---- */

int pool_config_parse(const char *path, const char *text, size_t length, struct mistakes *mistakes,
	struct pool_config **ret)
{
	AUTO(auto_free) char *copy = heap_copy(path);
	struct pool_config *config = heap_new(sizeof *config);
	struct tree_node *tree = yaml_tree_read(text, length, mistakes);
	struct reading reading = { .mistakes = mistakes };

	config->path = heap_copy(path);
	config->folder = heap_copy(dirname(copy));
	if (tree) {
		fields_read(&reading, &config_table, tree, config);
		whole_check(config, mistakes);
	} else if (mistakes->count == 0) {
		mistakes_add(mistakes, (struct place){ 0, 0 }, "empty (try 'pool: demo')");
	}
	yaml_tree_destroy(tree);
	mistakes_sort(mistakes);
	if (mistakes->count > 0) {
		pool_config_destroy(config);
		return -EINVAL;
	}
	*ret = config;
	return 0;
}

/* A rig would report the same, but without the place in the file. */
static void image_check(
	const struct pool_config *config, struct mistakes *mistakes, const struct config_disk *disk)
{
	AUTO(auto_free) char *path = pool_config_path(config, disk->image);
	struct stat found;

	if (stat(path, &found) < 0)
		mistakes_add(mistakes, disk->place, "no image '%s': %s", disk->image,
			error_text(-errno));
	else if (S_ISREG(found.st_mode) &&
		 (found.st_size == 0 || found.st_size % SECTOR_BYTES != 0))
		mistakes_add(mistakes, disk->place,
			"image '%s' has %jd bytes, which is not a multiple of %d above 0",
			disk->image, (intmax_t)found.st_size, SECTOR_BYTES);
}

/* If an image is unusable, frees *CONFIG and returns -EINVAL. */
static int images_check(struct pool_config **config, struct mistakes *mistakes)
{
	for (size_t i = 0; i < (*config)->vm_count; i++)
		for (size_t k = 0; k < (*config)->vms[i].disk_count; k++)
			if ((*config)->vms[i].disks[k].image)
				image_check(*config, mistakes, &(*config)->vms[i].disks[k]);
	if (mistakes->count == 0)
		return 0;
	pool_config_destroy(TAKE_PTR(*config));
	return -EINVAL;
}

int pool_config_read(const char *path, struct pool_config **ret)
{
	AUTO(auto_free) char *text = NULL;
	struct mistakes mistakes;
	size_t length;
	int error;

	mistakes_init(&mistakes);
	error = yaml_file_read(path, "pool", &mistakes, &text, &length);
	if (error == 0)
		error = pool_config_parse(path, text, length, &mistakes, ret);
	if (error == 0)
		error = images_check(ret, &mistakes);
	if (error < 0)
		mistakes_print(&mistakes, path, stderr);
	mistakes_deinit(&mistakes);
	return error;
}

static void vm_free(struct config_vm *vm)
{
	for (size_t i = 0; i < vm->disk_count; i++) {
		free(vm->disks[i].name);
		free(vm->disks[i].sr);
		free(vm->disks[i].image);
		free(vm->disks[i].mount);
	}
	free(vm->disks);
	free(vm->name);
	free(vm->uuid);
}

void pool_config_destroy(struct pool_config *config)
{
	if (!config)
		return;
	for (size_t i = 0; i < config->host_count; i++) {
		free(config->hosts[i].name);
		free(config->hosts[i].address);
		free(config->hosts[i].version);
	}
	for (size_t i = 0; i < config->sr_count; i++)
		free(config->srs[i].name);
	for (size_t i = 0; i < config->vm_count; i++)
		vm_free(&config->vms[i]);
	for (size_t i = 0; i < config->fault_count; i++)
		free(config->faults[i]);
	free(config->hosts);
	free(config->srs);
	free(config->vms);
	free(config->faults);
	free(config->credentials.user);
	free(config->credentials.password);
	free(config->name);
	free(config->folder);
	free(config->path);
	free(config);
}
