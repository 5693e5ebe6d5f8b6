/* SPDX-License-Identifier: Apache-2.0 */
/*
 * fuzz_writer.c - any text is a writer or a mistake that is reported in one line.
 */
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include "simfs/base/check.h"
#include "simfs/volume/writers/spec.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check_writer(const struct writer_spec *spec)
{
	MUST(spec->name[0] && strlen(spec->name) < sizeof spec->name);
	MUST(strlen(spec->id) == WRITER_GUID_BYTES - 1);
	MUST((spec->path[0] != '\0') == (spec->kind != WRITER_SIMULATED));
	MUST(spec->kind == WRITER_SIMULATED || spec->path[0] == '/');
	MUST(spec->limit_ns > 0);
}

static void check_message(const char *message)
{
	MUST(*message);
	for (const char *at = message; *at; at++)
		MUST((unsigned char)*at >= ' ' || *at == '\t');
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct writer_spec spec;
	char text[WRITER_TEXT_MAX + 8], message[WRITER_MESSAGE_BYTES];
	size_t length = size < sizeof text ? size : sizeof text - 1;

	memcpy(text, data, length);
	text[length] = '\0';
	if (writer_spec_parse(text, &spec, message) == 0)
		check_writer(&spec);
	else
		check_message(message);
	return 0;
}
