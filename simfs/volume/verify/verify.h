/* SPDX-License-Identifier: Apache-2.0 */
/*
 * verify.h - reads and checks all that lies on disk of a volume that is not mounted.
 *
 * Nothing is changed, and nothing is believed that a mount would not believe: a
 * mount of what has no finding shows every snapshot that has not failed.  A block is
 * named when a mount refuses it, and no other; a damaged header or summary that
 * a mount does without is a finding of its own, since another one might be needed then.
 */
#ifndef SNAPRIG_VOLUME_VERIFY_VERIFY_H
#define SNAPRIG_VOLUME_VERIFY_VERIFY_H

#include <stdbool.h>
#include <stdint.h>

#include "simfs/blockio/folder.h"

/* Of one file; how many more there are is the last finding of its data. */
#define VERIFY_BLOCKS_TOLD 100u

struct verify_finding {
	bool is_note;	   /* worth knowing, and no damage */
	const char *file;  /* in the state folder; NULL: the image */
	uint64_t offset;   /* in it */
	const char *whose; /* "snapshot 's'", "the live view"; NULL: nobody's */
	bool has_block;
	uint64_t block; /* which of its blocks is damaged */
	const char *what;
};

struct verify {
	/* Required.  Called for each as it is found; its texts are the callee's only meanwhile. */
	void (*found)(struct verify *verify, const struct verify_finding *finding);

	/* Of the machine, as a mount is given it; 0: not told. */
	uint64_t boot_id;

	/* As a mount has it, of volume_limits: stores no larger are read whole by a mount. */
	uint64_t verify_up_to_bytes;

	/* Out. */
	uint64_t stores, blocks; /* read and checked */
	uint64_t findings;	 /* notes not counted, and all damaged blocks, told or not */
};

/*
 * Checks the state in FOLDER, and ORIGIN against it; all stores are open at the same
 * time.  Blocks.  0, or -errno when it cannot.
 */
int volume_verify(struct blockio *origin, struct blockio_folder *folder, struct verify *verify);

#endif
