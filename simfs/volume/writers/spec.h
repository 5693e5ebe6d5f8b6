/* SPDX-License-Identifier: Apache-2.0 */
/*
 * spec.h - a writer as one line: what it is, and how it behaves.
 *
 *	simulated name="System Writer" freeze=200ms thaw=50ms
 *	simulated name=db dies=5s
 *	hook path=/etc/qemu/fsfreeze-hook
 *	fsfreeze path=/mnt/data limit=10s
 *
 * The same on the command line, on the control socket and in a scenario. Values with blanks
 * are in double quotes. Times are on the rig's clock.
 *
 *	name=NAME    required for a simulated writer; otherwise defaults to the path
 *	id={GUID}    the writer id; defaults to Windows' own for a name that Windows
 *	             has ("System Writer"), else derived from the name
 *	freeze=T     simulated: how long it takes to freeze
 *	thaw=T       simulated: how long it takes to thaw
 *	dies=T       simulated: its process ends this long after it froze
 *	limit=T      gives up when it is frozen for longer, or does not answer in time
 *	path=PATH    absolute: the hook's program, or the file system's mount point
 *
 * Other failures of a writer are faults at one of the points writer.*.
 */
#ifndef SNAPRIG_VOLUME_WRITERS_SPEC_H
#define SNAPRIG_VOLUME_WRITERS_SPEC_H

#include <stddef.h>
#include <stdint.h>

#include "simfs/base/clock.h"
#include "simfs/base/spec_line.h"
#include "simfs/volume/writers/hands.h"

#define WRITER_TEXT_MAX	     SPEC_LINE_MAX /* bytes of a line */
#define WRITER_NAME_BYTES    65
#define WRITER_PATH_BYTES    256
#define WRITER_GUID_BYTES    39 /* "{e8132975-6f93-4464-a53e-1050253ae220}" */
#define WRITER_MESSAGE_BYTES SPEC_MESSAGE_BYTES

/* dwTimeoutFreeze of CVssWriter::Initialize (docs/real-systems.md 5.3). */
#define WRITER_LIMIT_NS (60 * NS_PER_S)

struct writer_spec {
	enum writer_kind kind;
	char name[WRITER_NAME_BYTES];
	char id[WRITER_GUID_BYTES]; /* never "" */
	char path[WRITER_PATH_BYTES];
	uint64_t freeze_ns, thaw_ns;
	uint64_t dies_ns; /* 0: never */
	uint64_t limit_ns;
};

/*
 * Parses TEXT. Returns 0; or -EINVAL with *RET unchanged and a message with column and
 * suggestion in MESSAGE, of WRITER_MESSAGE_BYTES.
 */
int writer_spec_parse(const char *text, struct writer_spec *ret, char *message);

/* "simulated", "hook", "fsfreeze". */
const char *writer_kind_name(enum writer_kind kind);

/* Stores a GUID made of FIRST and SECOND in BUFFER of WRITER_GUID_BYTES. */
void writer_guid(uint64_t first, uint64_t second, char *buffer);

#endif
