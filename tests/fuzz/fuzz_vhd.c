/* SPDX-License-Identifier: Apache-2.0 */
/*
 * fuzz_vhd.c - any bytes are a VHD or an error, as a file and as a stream; nothing outside of
 * them is read.
 *
 *	byte 0		SEAL_* bits: which checksums to make valid, as a fuzzer cannot guess them
 *	then		the file
 */
#include <errno.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "simfs/base/check.h"
#include "tests/unit/vhd_bench.h"

#define SEAL_FOOTERS 1u
#define SEAL_HEADER  2u

#define DISK_BYTES   (256u << 10)

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void seal(uint8_t bits, struct vhd_bench_file *file)
{
	if (bits & SEAL_FOOTERS && file->length >= VHD_FOOTER_BYTES) {
		vhd_footer_seal(file->bytes);
		vhd_footer_seal(file->bytes + file->length - VHD_FOOTER_BYTES);
	}
	if (bits & SEAL_HEADER && file->length >= VHD_FOOTER_BYTES + VHD_HEADER_BYTES)
		vhd_header_seal(file->bytes + VHD_FOOTER_BYTES);
}

static void check_open(struct vhd *vhd)
{
	static uint8_t bytes[64u << 10];
	const uint64_t all = vhd_footer(vhd)->current_bytes;
	struct vhd *chain[] = { vhd, vhd };
	uint64_t offset = 0, length = 0;
	char path[64];

	/* Extents that are reported can be read. */
	for (int i = 0; i < 16 && vhd_chain_next(chain, 2, offset + length, &offset, &length);
		i++) {
		MUST(length > 0 && offset < all && length <= all - offset);
		MUST(vhd_chain_read(chain, 2, offset, bytes,
			     length < sizeof bytes ? (size_t)length : sizeof bytes) == 0);
	}
	MUST(vhd_chain_read(chain, 1, all - VHD_SECTOR_BYTES, bytes, VHD_SECTOR_BYTES) == 0);
	for (unsigned int i = 0; i < VHD_LOCATORS_MAX; i++)
		if (vhd_parent_path(vhd, i, path, sizeof path))
			MUST(strlen(path) < sizeof path);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static uint8_t disk[DISK_BYTES];
	struct vhd_bench_file file = { 0 };
	struct vhd_source source;
	struct vhd_flaw flaw;
	struct vhd *vhd;
	int error;

	if (size < 2)
		return 0;
	file.length = size - 1;
	file.bytes = malloc(file.length);
	MUST(file.bytes);
	memcpy(file.bytes, data + 1, file.length);
	seal(data[0], &file);

	vhd_bench_source(&file, &source);
	error = vhd_open(&source, &vhd, &flaw);
	MUST(error == 0 || (error == -EBADMSG && flaw.text[0]));
	if (error == 0) {
		check_open(vhd);
		vhd_close(vhd);
	}
	error = vhd_bench_stream(&file, disk, sizeof disk, &flaw);
	MUST(error == 0 || ((error == -EBADMSG || error == -ENODATA) && flaw.text[0]));
	vhd_bench_file_deinit(&file);
	return 0;
}
