/* SPDX-License-Identifier: Apache-2.0 */
#include "simfs/doors/xapi/pool/config_fields.h"

#include <stdlib.h>
#include <string.h>

#include "faults/rule.h"
#include "simfs/base/heap.h"
#include "simfs/base/yaml/values.h"
#include "simfs/doors/xapi/pool/config.h"

#define WORDS(list) .choices = (list), .choice_count = sizeof(list) / sizeof(list)[0]

static const char *const sr_types[] = {
	[CONFIG_SR_EXT] = "ext",
	[CONFIG_SR_NFS] = "nfs",
	[CONFIG_SR_LVM] = "lvm",
	[CONFIG_SR_UDEV] = "udev",
	[CONFIG_SR_ISO] = "iso",
};
static const char *const coalesces[] = {
	[CONFIG_COALESCE_ITSELF] = "itself",
	[CONFIG_COALESCE_ASKED] = "asked",
	[CONFIG_COALESCE_NEVER] = "never",
};
static const char *const formats[] = {
	[CONFIG_FORMAT_VHD] = "vhd", [CONFIG_FORMAT_QCOW2] = "qcow2"
};
static const char *const powers[] = {
	[CONFIG_POWER_RUNNING] = "running",
	[CONFIG_POWER_HALTED] = "halted",
	[CONFIG_POWER_SUSPENDED] = "suspended",
};
static const char *const editions[] = {
	[CONFIG_EDITION_XCP_NG] = "xcp-ng",
	[CONFIG_EDITION_ENTERPRISE] = "enterprise",
	[CONFIG_EDITION_FREE] = "free",
};

const char *config_sr_type_name(enum config_sr_type type)
{
	return sr_types[type];
}

/* ---- values ---- */

static void read_truth(struct reading *reading, const struct field *field,
	const struct tree_node *node, void *target)
{
	if (!is_scalar(reading, field, node, "true or false"))
		return;
	if (!node->quoted && strcmp(node->text, "true") == 0)
		*(bool *)target = true;
	else if (node->quoted || strcmp(node->text, "false") != 0)
		mistakes_add(reading->mistakes, node->place, "'%s' must be true or false, not '%s'",
			field->key, node->text);
}

static void read_uuid(struct reading *reading, const struct field *field,
	const struct tree_node *node, void *target)
{
	static const char shape[] = "xxxxxxxx-xxxx-xxxx-xxxx-xxxxxxxxxxxx";
	bool fits;

	if (!is_scalar(reading, field, node, "a uuid"))
		return;
	fits = strlen(node->text) == strlen(shape);
	for (size_t i = 0; fits && shape[i]; i++)
		fits = shape[i] == '-' ? node->text[i] == '-'
				       : strchr("0123456789abcdef", node->text[i]) != NULL;
	if (fits)
		*(char **)target = heap_copy(node->text);
	else
		mistakes_add(reading->mistakes, node->place,
			"cannot read uuid '%s' (try 0f1e2d3c-4b5a-4968-8776-655443322110)",
			node->text);
}

/* Whether NODE is a list, with a permitted number of entries; adds a mistake if not. */
static bool is_list(struct reading *reading, const struct field *field,
	const struct tree_node *node, size_t count_max, bool may_be_empty)
{
	if (node->kind == TREE_REFUSED)
		return false;
	if (node->kind != TREE_LIST) {
		mistakes_add(reading->mistakes, node->place, "'%s' must be a list, not %s",
			field->key, tree_kind_name(node->kind));
		return false;
	}
	if (node->entry_count == 0 && !may_be_empty)
		mistakes_add(reading->mistakes, node->place, "'%s' is empty", field->key);
	if (node->entry_count > count_max)
		mistakes_add(reading->mistakes, node->place, "'%s' has %zu entries (at most %zu)",
			field->key, node->entry_count, count_max);
	return node->entry_count <= count_max;
}

static void read_rules(struct reading *reading, const struct field *field,
	const struct tree_node *node, void *target)
{
	struct pool_config *config = target;
	char message[RULE_MESSAGE_BYTES];
	struct fault_rule rule;

	if (!is_list(reading, field, node, 1000, true))
		return;
	for (size_t i = 0; i < node->entry_count; i++) {
		const struct tree_node *entry = node->entries[i].value;

		if (!is_scalar(reading, field, entry, "rules"))
			continue;
		if (rule_parse(entry->text, &rule, message) < 0) {
			mistakes_add(reading->mistakes, entry->place, "%s", message);
			continue;
		}
		config->faults = heap_grow(
			config->faults, config->fault_count, sizeof *config->faults);
		config->faults[config->fault_count++] = heap_copy(entry->text);
	}
}

static void read_sr_name(struct reading *reading, const struct field *field,
	const struct tree_node *node, void *target)
{
	struct config_disk *disk = target;

	read_name(reading, field, node, &disk->sr);
	disk->sr_place = node->place;
}

/* ---- tables ---- */

static const struct field credential_fields[] = {
	{ "user", read_text, .offset = offsetof(struct config_credentials, user),
		.required = true },
	{ "password", read_text, .offset = offsetof(struct config_credentials, password),
		.required = true },
};
static const struct field_table credential_table = FIELD_TABLE("credentials", credential_fields);

static const struct field host_fields[] = {
	{ "name", read_name, .offset = offsetof(struct config_host, name), .required = true },
	{ "address", read_text, .offset = offsetof(struct config_host, address) },
	{ "version", read_text, .offset = offsetof(struct config_host, version) },
};
static const struct field_table host_table = FIELD_TABLE("host", host_fields);

static const struct field sr_fields[] = {
	{ "name", read_name, .offset = offsetof(struct config_sr, name), .required = true },
	{ "type", read_choice, .offset = offsetof(struct config_sr, type), .required = true,
		WORDS(sr_types) },
	{ "capacity", read_size, .offset = offsetof(struct config_sr, capacity_bytes),
		.min = 1 << 20 },
	{ "coalesce", read_choice, .offset = offsetof(struct config_sr, coalesce),
		WORDS(coalesces) },
	{ "format", read_choice, .offset = offsetof(struct config_sr, format), WORDS(formats) },
};
static const struct field_table sr_table = FIELD_TABLE("sr", sr_fields);

static const struct field disk_fields[] = {
	{ "name", read_name, .offset = offsetof(struct config_disk, name), .required = true },
	{ "sr", read_sr_name, .offset = 0, .required = true },
	{ "image", read_text, .offset = offsetof(struct config_disk, image) },
	{ "size", read_size, .offset = offsetof(struct config_disk, size_bytes), .min = 1 << 20,
		.max = 1ull << 46 },
	{ "mount", read_text, .offset = offsetof(struct config_disk, mount) },
};
static const struct field_table disk_table = FIELD_TABLE("disk", disk_fields);

static void disk_check(
	struct reading *reading, const struct tree_node *node, const struct config_disk *disk)
{
	int sources = (disk->image != NULL) + (disk->size_bytes > 0) + (disk->mount != NULL);

	/* A key whose value was refused is still present. */
	if (tree_find(node, "image") || tree_find(node, "size") || tree_find(node, "mount")) {
		if (sources > 1)
			mistakes_add(reading->mistakes, node->place,
				"a disk has one of 'image', 'size' and 'mount', not %d of them",
				sources);
		return;
	}
	if (node->kind == TREE_MAP)
		mistakes_add(reading->mistakes, node->place,
			"missing key in disk: one of 'image', 'size' and 'mount'");
}

static void read_disks(struct reading *reading, const struct field *field,
	const struct tree_node *node, void *target)
{
	struct config_vm *vm = target;

	if (!is_list(reading, field, node, CONFIG_DISKS_MAX, true))
		return;
	for (size_t i = 0; i < node->entry_count; i++) {
		const struct tree_node *entry = node->entries[i].value;
		struct config_disk *disk;

		vm->disks = heap_grow(vm->disks, vm->disk_count, sizeof *vm->disks);
		disk = &vm->disks[vm->disk_count++];
		disk->place = entry->place;
		fields_read(reading, &disk_table, entry, disk);
		disk_check(reading, entry, disk);
	}
}

static const struct field vm_fields[] = {
	{ "name", read_name, .offset = offsetof(struct config_vm, name), .required = true },
	{ "uuid", read_uuid, .offset = offsetof(struct config_vm, uuid) },
	{ "power", read_choice, .offset = offsetof(struct config_vm, power), WORDS(powers) },
	{ "vendor-device", read_truth, .offset = offsetof(struct config_vm, has_vendor_device) },
	{ "disks", read_disks, .offset = 0, .required = true },
};
static const struct field_table vm_table = FIELD_TABLE("vm", vm_fields);

static void read_hosts(struct reading *reading, const struct field *field,
	const struct tree_node *node, void *target)
{
	struct pool_config *config = target;

	if (!is_list(reading, field, node, CONFIG_HOSTS_MAX, false))
		return;
	for (size_t i = 0; i < node->entry_count; i++) {
		config->hosts = heap_grow(config->hosts, config->host_count, sizeof *config->hosts);
		config->hosts[config->host_count].place = node->entries[i].value->place;
		fields_read(reading, &host_table, node->entries[i].value,
			&config->hosts[config->host_count++]);
	}
}

static void read_srs(struct reading *reading, const struct field *field,
	const struct tree_node *node, void *target)
{
	struct pool_config *config = target;

	if (!is_list(reading, field, node, CONFIG_SRS_MAX, false))
		return;
	for (size_t i = 0; i < node->entry_count; i++) {
		config->srs = heap_grow(config->srs, config->sr_count, sizeof *config->srs);
		config->srs[config->sr_count].place = node->entries[i].value->place;
		fields_read(reading, &sr_table, node->entries[i].value,
			&config->srs[config->sr_count++]);
	}
}

static void read_vms(struct reading *reading, const struct field *field,
	const struct tree_node *node, void *target)
{
	struct pool_config *config = target;

	if (!is_list(reading, field, node, CONFIG_VMS_MAX, true))
		return;
	for (size_t i = 0; i < node->entry_count; i++) {
		config->vms = heap_grow(config->vms, config->vm_count, sizeof *config->vms);
		config->vms[config->vm_count].place = node->entries[i].value->place;
		fields_read(reading, &vm_table, node->entries[i].value,
			&config->vms[config->vm_count++]);
	}
}

static const struct field config_fields[] = {
	{ "pool", read_name, .offset = offsetof(struct pool_config, name), .required = true },
	{ "credentials", read_table, .offset = offsetof(struct pool_config, credentials),
		.required = true, .table = &credential_table },
	{ "edition", read_choice, .offset = offsetof(struct pool_config, edition),
		WORDS(editions) },
	{ "seed", read_number, .offset = offsetof(struct pool_config, seed) },
	{ "time-scale", read_number, .offset = offsetof(struct pool_config, time_scale), .min = 1,
		.max = 1000000 },
	{ "hosts", read_hosts, .offset = 0 },
	{ "srs", read_srs, .offset = 0, .required = true },
	{ "vms", read_vms, .offset = 0, .required = true },
	{ "faults", read_rules, .offset = 0 },
};
const struct field_table config_table = FIELD_TABLE("pool", config_fields);

const struct field_table *const *pool_config_tables(size_t *ret_count)
{
	static const struct field_table *const tables[] = { &config_table, &credential_table,
		&host_table, &sr_table, &vm_table, &disk_table };

	*ret_count = sizeof tables / sizeof tables[0];
	return tables;
}
