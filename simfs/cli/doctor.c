/* SPDX-License-Identifier: Apache-2.0 */
#include "simfs/cli/command_table.h"

#include <stdio.h>
#include <string.h>

#include "scenarios/clients/clients.h"
#include "scenarios/clients/readiness.h"
#include "scenarios/clients/share.h"
#include "scenarios/format/files.h"
#include "simfs/base/cleanup.h"
#include "simfs/base/exit_code.h"
#include "simfs/base/log.h"
#include "simfs/cli/cli.h"
#include "simfs/cli/doctor_checks.h"
#include "simfs/control/protocol.h"

struct values {
	bool json;
};

static const char *health_name(enum health health)
{
	static const char *const names[] = {
		[HEALTH_OK] = "ok", [HEALTH_LIMITED] = "limited", [HEALTH_MISSING] = "missing"
	};

	return names[health];
}

static void add(json_t *findings, const char *name, bool needed, const struct finding *finding)
{
	const char *remedy = finding->remedy[0] ? finding->remedy : NULL;

	json_array_append_new(
		findings, json_pack("{s:s, s:s, s:s, s:s?, s:b}", "name", name, "health",
				  health_name(finding->health), "what", finding->what, "remedy",
				  remedy, "needed_to_mount", (int)needed));
}

/* Adds the findings about the machine.  Returns whether volumes can be mounted. */
static bool check_machine(json_t *findings)
{
	size_t count;
	const struct doctor_check *checks = doctor_checks(&count);
	bool mountable = true;

	for (size_t at = 0; at < count; at++) {
		struct finding finding = { .health = HEALTH_OK };

		checks[at].check(&finding);
		add(findings, checks[at].name, checks[at].is_needed_to_mount, &finding);
		if (checks[at].is_needed_to_mount && finding.health == HEALTH_MISSING)
			mountable = false;
	}
	return mountable;
}

/* MISSING is the first missing requirement of CLIENT, and WHY describes it. */
static void tell_missing(
	const struct client *client, const char *missing, const char *why, struct finding *finding)
{
	finding->health = HEALTH_MISSING;
	snprintf(finding->what, sizeof finding->what, "there is %s", why);
	if (*missing == '$')
		snprintf(finding->remedy, sizeof finding->remedy, "set %s to its path: %s",
			missing + 1, client->about);
	else
		snprintf(finding->remedy, sizeof finding->remedy, "apt-get install %s",
			client->packages.count > 0 ? client->packages.texts[0] : missing);
}

/* Adds whether the requirements of the client in FILE are met, and what it reports itself. */
static void check_client(json_t *findings, const char *file)
{
	AUTO(auto_free) char *name = strndup(file, strcspn(file, "."));
	struct client *client;

	/* The adapter's mistakes have been reported. */
	if (!name || client_load(name, stderr, &client) < 0)
		return;

	struct finding finding = { .health = HEALTH_OK };
	AUTO(auto_free) char *why = NULL;
	const char *missing = client_missing(client, &why);
	char title[128];

	snprintf(title, sizeof title, "client %s", client->name);
	if (missing) {
		tell_missing(client, missing, why, &finding);
	} else if ((why = client_unready(client, READINESS_PATIENCE_NS))) {
		finding.health = HEALTH_MISSING;
		snprintf(finding.what, sizeof finding.what, "it is not ready: %s", why);
	} else {
		snprintf(finding.what, sizeof finding.what,
			"everything that it requires is installed");
	}
	add(findings, title, false, &finding);
	client_destroy(client);
}

static void check_clients(json_t *findings)
{
	AUTO(auto_free) char *folder = share_folder("clients");
	struct scenario_files files;

	scenario_files_init(&files);
	if (!folder || scenario_files_add(&files, folder) < 0) {
		AUTO(auto_free) char *why = share_missing("clients");
		struct finding finding = {
			.health = HEALTH_MISSING,
			.remedy = "run make install, or set SNAPRIG_SHARE to its path",
		};

		snprintf(finding.what, sizeof finding.what, "%s", why);
		add(findings, "clients", false, &finding);
	}
	for (size_t at = 0; at < files.count; at++) {
		const char *slash = strrchr(files.paths[at], '/');

		check_client(findings, slash ? slash + 1 : files.paths[at]);
	}
	scenario_files_deinit(&files);
}

static void print_findings(const json_t *findings)
{
	size_t index;
	json_t *finding;

	json_array_foreach(findings, index, finding)
	{
		const char *remedy = json_string_value(json_object_get(finding, "remedy"));

		printf("%-8s %s: %s%s%s\n", json_string_value(json_object_get(finding, "health")),
			json_string_value(json_object_get(finding, "name")),
			json_string_value(json_object_get(finding, "what")), remedy ? "  - " : "",
			remedy ? remedy : "");
	}
}

static int print_report(const json_t *findings, bool mountable, bool as_json)
{
	if (!as_json) {
		print_findings(findings);
		printf("\nvolumes can%s be mounted on this machine\n", mountable ? "" : "not");
		return command_line_finish();
	}

	json_t *document = json_pack(
		"{s:b, s:O}", "mountable", (int)mountable, "findings", findings);
	int exit_code = json_output_print(document);

	json_decref(document);
	return exit_code;
}

static int run(const struct command_line *line, int argc, char **argv)
{
	struct values values = { 0 };
	size_t count;
	int exit_code = command_line_parse(line, argc, argv, &values, &count);

	if (exit_code != COMMAND_GO_ON)
		return exit_code;

	json_t *findings = json_array();
	bool mountable = check_machine(findings);

	check_clients(findings);
	exit_code = print_report(findings, mountable, values.json);
	json_decref(findings);
	if (exit_code != EXIT_MET)
		return exit_code;
	return mountable ? EXIT_MET : EXIT_SKIPPED;
}

static const struct command_option options[] = {
	{ "json", NULL, "print the findings as JSON", .offset = offsetof(struct values, json) },
	{ 0 },
};

const struct command_line doctor_command = {
	.name = "doctor",
	.summary = "show what works on this machine, and how to fix the rest",
	.options = options,
	.about = "Shows what works on this machine, and how to get the rest.  Each line begins "
		 "with ok,\n"
		 "limited (something works less well) or missing.",
	.examples = "  snaprig doctor\n"
		    "  snaprig doctor --json | jq -r '.checks[] | select(.state != \"ok\")'\n",
	.exits = "  0    volumes can be mounted on this machine\n"
		 "  2    the command line is wrong\n"
		 "  77   volumes cannot be mounted\n",
	.run = run,
};
