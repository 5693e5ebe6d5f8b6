/* SPDX-License-Identifier: Apache-2.0 */
/*
 * verify.h - reads and checks everything on disk of an unmounted volume.
 *
 * Nothing is changed, and nothing is accepted that a mount would refuse: if there are no
 * findings, a mount shows every snapshot that has not failed. A block is named if and only if
 * a mount refuses it. A damaged header or summary that a mount can do without is a separate
 * finding, since it might be needed if another one is damaged.
 */
#ifndef SNAPRIG_VOLUME_VERIFY_VERIFY_H
#define SNAPRIG_VOLUME_VERIFY_VERIFY_H

#include <stdbool.h>
#include <stdint.h>

#include "simfs/blockio/folder.h"

/* Of one file; the last finding of its data is the number of the others. */
#define VERIFY_BLOCKS_TOLD 100u

struct verify_finding {
	bool is_note;	   /* worth knowing, but not damage */
	const char *file;  /* in the state folder; NULL: the image */
	uint64_t offset;   /* in the file */
	const char *whose; /* "snapshot 's'", "the live view"; NULL: no one's */
	bool has_block;
	uint64_t block; /* its damaged block */
	const char *what;
};

struct verify {
	/* Required. Called for each finding; its texts are valid only during the call. */
	void (*found)(struct verify *verify, const struct verify_finding *finding);

	/* The machine's boot, as passed to a mount; 0: unknown. */
	uint64_t boot_id;

	/* As in a mount's volume_limits: a mount reads stores up to this size completely. */
	uint64_t verify_up_to_bytes;

	/* Out. */
	uint64_t stores, blocks; /* read and checked */
	uint64_t findings;	 /* without notes, but with all damaged blocks, reported or not */
};

/*
 * Checks the state in FOLDER, and ORIGIN against it; all stores are open at the same time.
 * Blocks. Returns 0, or -errno if it cannot check.
 */
int volume_verify(struct blockio *origin, struct blockio_folder *folder, struct verify *verify);

#endif
