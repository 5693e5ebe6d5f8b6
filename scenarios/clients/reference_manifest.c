/* SPDX-License-Identifier: Apache-2.0 */
#include "scenarios/clients/reference_manifest.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <jansson.h>
#define XXH_INLINE_ALL
#include <xxhash.h>

#include "simfs/base/cleanup.h"
#include "simfs/control/protocol.h"

#define CHECKSUM_NAME	 "xxh3-64"
#define CHECKSUM_LETTERS 16

void manifest_init(struct manifest *manifest, uint64_t chunk_bytes)
{
	*manifest = (struct manifest){ .chunk_bytes = chunk_bytes };
}

void manifest_deinit(struct manifest *manifest)
{
	free(manifest->checksums);
	*manifest = (struct manifest){ 0 };
}

uint64_t manifest_checksum(const void *bytes, size_t length)
{
	return XXH3_64bits(bytes, length);
}

static int checksum_append(struct manifest *manifest, uint64_t checksum)
{
	uint64_t *larger = reallocarray(
		manifest->checksums, manifest->chunk_count + 1, sizeof *manifest->checksums);

	if (!larger)
		return -ENOMEM;
	manifest->checksums = larger;
	manifest->checksums[manifest->chunk_count++] = checksum;
	return 0;
}

int manifest_add(struct manifest *manifest, const void *bytes, size_t length)
{
	manifest->size_bytes += length;
	return checksum_append(manifest, manifest_checksum(bytes, length));
}

static void auto_json(json_t **json)
{
	json_decref(*json);
}

int manifest_write(const struct manifest *manifest, int fd)
{
	json_t *chunks = json_array();
	AUTO(auto_json)
	json_t *document = json_pack("{s:i, s:I, s:I, s:s, s:o}", "schema_version", SCHEMA_VERSION,
		"size_bytes", (json_int_t)manifest->size_bytes, "chunk_bytes",
		(json_int_t)manifest->chunk_bytes, "checksum", CHECKSUM_NAME, "chunks", chunks);

	for (size_t i = 0; i < manifest->chunk_count; i++) {
		char text[CHECKSUM_LETTERS + 1];

		snprintf(text, sizeof text, "%016" PRIx64, manifest->checksums[i]);
		json_array_append_new(chunks, json_string(text));
	}

	AUTO(auto_free) char *text = document ? json_dumps(document, JSON_INDENT(1)) : NULL;

	if (!text)
		return -ENOMEM;

	size_t length = strlen(text);

	for (size_t done = 0; done < length;) {
		ssize_t written = write(fd, text + done, length - done);

		if (written < 0 && errno != EINTR)
			return -errno;
		done += written > 0 ? (size_t)written : 0;
	}
	return 0;
}

static int checksum_parse(const json_t *json, uint64_t *ret)
{
	const char *text = json_string_value(json);
	char *end;

	if (!text || strlen(text) != CHECKSUM_LETTERS ||
		strspn(text, "0123456789abcdef") != CHECKSUM_LETTERS)
		return -EBADMSG;
	*ret = strtoull(text, &end, 16);
	return 0;
}

static int document_read(json_t *document, struct manifest *manifest)
{
	json_int_t size, chunk_bytes;
	const char *checksum;
	json_t *chunks;
	int version;

	if (json_unpack(document, "{s:i, s:I, s:I, s:s, s:o}", "schema_version", &version,
		    "size_bytes", &size, "chunk_bytes", &chunk_bytes, "checksum", &checksum,
		    "chunks", &chunks) < 0 ||
		version != SCHEMA_VERSION || size < 0 || chunk_bytes <= 0 ||
		strcmp(checksum, CHECKSUM_NAME) != 0 || !json_is_array(chunks))
		return -EBADMSG;
	manifest->size_bytes = (uint64_t)size;
	manifest->chunk_bytes = (uint64_t)chunk_bytes;

	uint64_t chunk_count = manifest->size_bytes / manifest->chunk_bytes +
			       (manifest->size_bytes % manifest->chunk_bytes != 0);

	if (json_array_size(chunks) != chunk_count)
		return -EBADMSG;
	for (size_t i = 0; i < json_array_size(chunks); i++) {
		uint64_t value;
		int error = checksum_parse(json_array_get(chunks, i), &value);

		if (error == 0)
			error = checksum_append(manifest, value);
		if (error < 0)
			return error;
	}
	return 0;
}

int manifest_read(const char *path, struct manifest *ret)
{
	AUTO(auto_fclose) FILE *file = fopen(path, "re");

	if (!file)
		return -errno;

	AUTO(auto_json) json_t *document = json_loadf(file, JSON_REJECT_DUPLICATES, NULL);
	struct manifest manifest = { 0 };
	int error = document ? document_read(document, &manifest) : -EBADMSG;

	if (error < 0) {
		manifest_deinit(&manifest);
		return error;
	}
	*ret = manifest;
	return 0;
}
