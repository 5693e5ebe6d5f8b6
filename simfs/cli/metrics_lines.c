/* SPDX-License-Identifier: Apache-2.0 */
#include "simfs/cli/metrics_lines.h"

#include <stdbool.h>
#include <string.h>

void metrics_head(const char *metric, const char *type, const char *help, FILE *file)
{
	fprintf(file, "# HELP snaprig_%s %s\n# TYPE snaprig_%s %s\n", metric, help, metric, type);
}

static void print_label(const char *name, const char *value, FILE *file)
{
	fprintf(file, "%s=\"", name);
	for (const char *at = value ? value : ""; *at; at++) {
		if (*at == '\n')
			fputs("\\n", file);
		else if (*at == '\\' || *at == '"')
			fprintf(file, "\\%c", *at);
		else
			fputc(*at, file);
	}
	fputc('"', file);
}

static void print_labels(const json_t *status, const struct metrics_label *labels, FILE *file)
{
	fputc('{', file);
	print_label("image", json_string_value(json_object_get(status, "image")), file);
	for (const struct metrics_label *label = labels; label && label->name; label++) {
		fputc(',', file);
		print_label(label->name, label->value, file);
	}
	fputc('}', file);
}

void metrics_sample(const json_t *status, const char *metric, const struct metrics_label *labels,
	const json_t *value, FILE *file)
{
	fprintf(file, "snaprig_%s", metric);
	print_labels(status, labels, file);
	if (json_is_real(value))
		fprintf(file, " %.9g\n", json_real_value(value));
	else if (json_is_boolean(value))
		fprintf(file, " %d\n", json_is_true(value));
	else
		fprintf(file, " %" JSON_INTEGER_FORMAT "\n", json_integer_value(value));
}
