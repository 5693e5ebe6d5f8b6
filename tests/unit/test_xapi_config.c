/* SPDX-License-Identifier: Apache-2.0 */
/* POOL.yaml: what is read of it, and what is said of mistakes. */
#include <check.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <jansson.h>

#include "simfs/base/cleanup.h"
#include "simfs/base/yaml/mistakes.h"
#include "simfs/doors/xapi/pool/config.h"
#include "tests/lib/engine_suite.h"

#define SCHEMA "scenarios/pool.schema.json"

/* What stands before the disks of one VM. */
#define HEAD                                                                                       \
	"pool: demo\n"                                                                             \
	"credentials: { user: root, password: secret }\n"                                          \
	"srs: [ { name: local, type: ext, capacity: 1GiB } ]\n"

static struct pool_config *read_good(const char *text)
{
	struct pool_config *config = NULL;
	struct mistakes mistakes;

	mistakes_init(&mistakes);
	if (pool_config_parse("dir/POOL.yaml", text, strlen(text), &mistakes, &config) < 0)
		ck_abort_msg("%u:%u: %s", mistakes.items[0].place.line,
			mistakes.items[0].place.column, mistakes.items[0].text);
	mistakes_deinit(&mistakes);
	return config;
}

/* What is said of TEXT, one mistake a line. */
static void expect_mistakes(const char *text, const char *wanted)
{
	struct pool_config *config = NULL;
	struct mistakes mistakes;
	AUTO(auto_free) char *said = NULL;
	size_t length;
	FILE *stream = open_memstream(&said, &length);

	mistakes_init(&mistakes);
	ck_assert_int_eq(pool_config_parse("P", text, strlen(text), &mistakes, &config), -EINVAL);
	ck_assert_ptr_null(config);
	mistakes_print(&mistakes, "P", stream);
	fclose(stream);
	mistakes_deinit(&mistakes);
	ck_assert_str_eq(said, wanted);
}

START_TEST(all_that_it_may_say_is_read)
{
	struct pool_config *config = read_good(
		"pool: demo\n"
		"credentials: { user: root, password: \"1234\" }\n"
		"edition: free\n"
		"seed: 9\n"
		"time-scale: 100\n"
		"hosts: [ { name: h1, address: 10.0.0.1, version: \"6.2\" } ]\n"
		"srs:\n"
		"  - { name: thin, type: nfs, capacity: 64MiB, coalesce: asked, format: qcow2 }\n"
		"  - { name: thick, type: lvm }\n"
		"vms:\n"
		"  - name: web\n"
		"    uuid: 0f1e2d3c-4b5a-4968-8776-655443322110\n"
		"    power: halted\n"
		"    vendor-device: true\n"
		"    disks: [ { name: a, sr: thin, size: 4MiB }, { name: b, sr: thick, image: i "
		"},\n"
		"             { name: c, sr: thin, mount: m } ]\n"
		"faults: [ \"snapshot.create error=EIO\" ]\n");

	ck_assert_str_eq(config->folder, "dir");
	ck_assert_str_eq(config->credentials.password, "1234");
	ck_assert_int_eq(config->edition, CONFIG_EDITION_FREE);
	ck_assert_uint_eq(config->seed, 9);
	ck_assert_uint_eq(config->time_scale, 100);
	ck_assert_str_eq(config->hosts[0].version, "6.2");
	ck_assert_uint_eq(config->srs[0].capacity_bytes, 64u << 20);
	ck_assert_int_eq(config->srs[0].coalesce, CONFIG_COALESCE_ASKED);
	ck_assert_int_eq(config->srs[0].format, CONFIG_FORMAT_QCOW2);
	ck_assert(!config_sr_is_thick(&config->srs[0]) && config_sr_is_thick(&config->srs[1]));
	ck_assert_uint_eq(config->srs[1].capacity_bytes, 0);
	ck_assert_str_eq(config->vms[0].uuid, "0f1e2d3c-4b5a-4968-8776-655443322110");
	ck_assert_int_eq(config->vms[0].power, CONFIG_POWER_HALTED);
	ck_assert(config->vms[0].has_vendor_device);
	ck_assert_uint_eq(config->vms[0].disk_count, 3);
	ck_assert_uint_eq(config->vms[0].disks[0].size_bytes, 4u << 20);
	ck_assert_str_eq(config->vms[0].disks[2].mount, "m");
	ck_assert_str_eq(config->faults[0], "snapshot.create error=EIO");
	pool_config_destroy(config);
}
END_TEST

START_TEST(what_it_does_not_say_has_a_usual_value)
{
	struct pool_config *config = read_good(
		HEAD "vms: [ { name: web, disks: [ { name: s, sr: local, image: w } ] } ]");

	ck_assert_int_eq(config->edition, CONFIG_EDITION_XCP_NG);
	ck_assert_uint_eq(config->host_count, 0);
	ck_assert_int_eq(config->srs[0].coalesce, CONFIG_COALESCE_ITSELF);
	ck_assert_int_eq(config->vms[0].power, CONFIG_POWER_RUNNING);
	ck_assert(!config->vms[0].has_vendor_device);
	ck_assert_ptr_null(config->vms[0].uuid);
	pool_config_destroy(config);
}
END_TEST

START_TEST(removable_devices_know_no_snapshots)
{
	struct pool_config *config = read_good(
		"pool: p\n"
		"credentials: { user: u, password: p }\n"
		"srs: [ { name: a, type: udev }, { name: b, type: iso }, "
		"{ name: c, type: lvm } ]\n"
		"vms: []\n");

	ck_assert(!config_sr_can_snapshot(pool_config_sr(config, "a")));
	ck_assert(!config_sr_can_snapshot(pool_config_sr(config, "b")));
	ck_assert(config_sr_can_snapshot(pool_config_sr(config, "c")));
	ck_assert_ptr_null(pool_config_sr(config, "d"));
	pool_config_destroy(config);
}
END_TEST

static const struct {
	const char *text, *says;
} mistaken[] = {
	{ "", "P: empty (try 'pool: demo')\n" },
	{ "[]", "P:1:1: pool must be a map, not a list\n" },
	{ "pool: demo\n", "P:1:1: missing key 'credentials' in pool\n"
			  "P:1:1: missing key 'srs' in pool\n"
			  "P:1:1: missing key 'vms' in pool\n" },
	{ HEAD "vms: []\nvmz: []\n", "P:5:1: unknown key 'vmz' (did you mean 'vms'?)\n" },
	{ HEAD "vms: web\n", "P:4:6: 'vms' must be a list, not a single value\n" },
	{ HEAD "vms: []\nedition: gold\n",
		"P:5:10: unknown value 'gold' for 'edition' (known: xcp-ng, enterprise, free)\n" },
	{ HEAD "vms: []\ntime-scale: 0\n", "P:5:13: 'time-scale' is too small (at least 1)\n" },
	{ HEAD "vms: []\nfaults: [ \"snapshot.reed error=EIO\" ]\n",
		"P:5:11: unknown point 'snapshot.reed' at column 1; did you mean "
		"'snapshot.read'?\n" },
	{ HEAD "vms: [ { name: web, disks: [ { name: s, sr: locl, image: w } ] } ]\n",
		"P:4:45: unknown sr 'locl' (did you mean 'local'?)\n" },
	{ HEAD "vms: [ { name: web, disks: [ { name: s, sr: local } ] } ]\n",
		"P:4:30: missing key in disk: one of 'image', 'size' and 'mount'\n" },
	{ HEAD "vms: [ { name: web, disks: [ { name: s, sr: local, image: w, size: 1MiB } ] } ]\n",
		"P:4:30: a disk has one of 'image', 'size' and 'mount', not 2 of them\n" },
	{ HEAD "vms: [ { name: web, disks: [ { name: s, sr: local, size: 10000007 } ] } ]\n",
		"P:4:30: bad size: 10000007 is not a multiple of 512\n" },
	{ HEAD "vms: [ { name: web, disks: [ { name: s, sr: local, size: 4KiB } ] } ]\n",
		"P:4:58: 'size' is too small (at least 1 MiB)\n" },
	{ HEAD "vms:\n- { name: a, disks: [ { name: s, sr: local, image: w } ] }\n"
	       "- { name: b, disks: [ { name: s, sr: local, image: w } ] }\n",
		"P:6:23: image 'w' is used twice (the first is at line 5)\n" },
	{ HEAD "vms:\n- { name: a, disks: [ { name: b.c, sr: local, size: 1MiB } ] }\n"
	       "- { name: a.b, disks: [ { name: c, sr: local, size: 1MiB } ] }\n",
		"P:6:25: disk 'a.b.c' is used twice (the first is at line 5)\n" },
	{ HEAD "vms:\n- { name: a, disks: [] }\n- { name: a, disks: [] }\n",
		"P:6:3: vm 'a' is used twice (the first is at line 5)\n" },
	{ HEAD "vms: [ { name: a/b, disks: [] } ]\n",
		"P:4:16: cannot use 'a/b' as a name (only letters, digits, '.', '_' and '-')\n" },
	{ HEAD "vms: [ { name: a, uuid: 12, disks: [] } ]\n",
		"P:4:25: cannot read uuid '12' (try 0f1e2d3c-4b5a-4968-8776-655443322110)\n" },
	{ HEAD "vms: [ { name: a, vendor-device: yes, disks: [] } ]\n",
		"P:4:34: 'vendor-device' must be true or false, not 'yes'\n" },
	{ "pool: &a [ *a ]\n", "P:1:1: missing key 'credentials' in pool\n"
			       "P:1:1: missing key 'srs' in pool\n"
			       "P:1:1: missing key 'vms' in pool\n"
			       "P:1:7: anchor '&a' is not allowed (write the value out)\n"
			       "P:1:7: 'pool' must be a text, not a list\n"
			       "P:1:12: alias '*a' is not allowed (write the value out)\n" },
};

START_TEST(a_mistake_is_said_with_its_place)
{
	expect_mistakes(mistaken[_i].text, mistaken[_i].says);
}
END_TEST

START_TEST(the_schema_says_what_the_tables_say)
{
	json_t *schema = json_load_file(SCHEMA, 0, NULL), *word;
	size_t count, index;
	const struct field_table *const *tables = pool_config_tables(&count);

	ck_assert_ptr_nonnull(schema);
	for (size_t i = 0; i < count; i++) {
		json_t *definition = json_object_get(
			json_object_get(schema, "$defs"), tables[i]->name);
		json_t *properties = json_object_get(definition, "properties");
		json_t *required = json_object_get(definition, "required");
		size_t required_count = 0;

		ck_assert_msg(
			json_object_size(properties) == tables[i]->count, "%s", tables[i]->name);
		ck_assert(json_is_false(json_object_get(definition, "additionalProperties")));
		for (size_t k = 0; k < tables[i]->count; k++) {
			const struct field *field = &tables[i]->fields[k];
			json_t *words = json_object_get(
				json_object_get(properties, field->key), "enum");

			ck_assert_msg(json_object_get(properties, field->key), "%s", field->key);
			ck_assert_uint_eq(json_array_size(words), field->choice_count);
			json_array_foreach(words, index, word)
				ck_assert_str_eq(json_string_value(word), field->choices[index]);
			required_count += field->required;
		}
		ck_assert_uint_eq(json_array_size(required), required_count);
	}
	json_decref(schema);
}
END_TEST

int main(int argc, char **argv)
{
	Suite *suite = suite_create("POOL.yaml");
	TCase *tests = tcase_create("reading");

	(void)argc;
	tcase_add_test(tests, all_that_it_may_say_is_read);
	tcase_add_test(tests, what_it_does_not_say_has_a_usual_value);
	tcase_add_test(tests, removable_devices_know_no_snapshots);
	tcase_add_loop_test(tests, a_mistake_is_said_with_its_place, 0,
		(int)(sizeof mistaken / sizeof mistaken[0]));
	tcase_add_test(tests, the_schema_says_what_the_tables_say);
	suite_add_tcase(suite, tests);
	return engine_suite_run(suite, argv[0]);
}
