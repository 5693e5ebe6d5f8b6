/* SPDX-License-Identifier: Apache-2.0 */
/*
 * protocol.h - what is spoken on a volume's control socket; docs/protocol.md tells others.
 *
 * The socket is IMAGE.snaprig/control.sock (MNT/.snaprig/control links to it),
 * a Unix stream socket of mode 0600; a peer of another uid is disconnected.
 * Each side sends JSON objects, one per line.  A request carries an `id` (any
 * JSON value), which its answer repeats; answers may come in another order
 * than their requests.  An answer means that the command took effect.
 *
 *	-> {"id": 1, "command": "snapshot.create", "name": "s0"}
 *	<- {"id": 1, "ok": true, "result": {...}}
 *	<- {"id": 1, "ok": false, "error": "EEXIST", "message": "snapshot 's0' exists already"}
 *
 * command           arguments                      result, and when it is answered
 * ----------------  -----------------------------  ------------------------------------------
 * ping              -                              {"protocol": 1, "version": "…", "pid": N}
 * end               -                              {}; once the mount has gone from its own mount
 *                                                  namespace the rig ends, though somebody still
 *                                                  has it in another, with open files.
 *                                                  {"mounted_on": PATH} while it has not; null
 *                                                  for a path that is no text
 * status            -                              the object of .snaprig/status.json
 * peek              -                              the same, for whoever only watches: no fault
 *                                                  strikes it, and it counts for none
 * snapshot.create   name, [limit], [block],        the snapshot's object of status.json.
 *                   [hold_writes: true]            With hold_writes, live writes wait from the
 *                                                  instant of the snapshot until writes.resume
 *                                                  or until this connection ends
 *                   [of], [writers: false]         `of` is a clone; else it is of the live view.
 *                                                  Writers freeze for it unless they are left out
 * snapshot.clone    of, name, [full: true]         the clone's object of status.json; with full,
 *                                                  when all data of snapshot `of` was copied
 * snapshot.watch    name                           {"name": …}, the one asked for; answered when a
 *                                                  snapshot of that name has been taken, by
 *                                                  whomever; a `*` in it is any part of one.  Live
 *                                                  writes wait from its instant on, as with
 *                                                  hold_writes
 * writes.resume     -                              {}
 * snapshot.delete   name                           {}; when its files are gone
 * snapshot.list     -                              {"snapshots": [...]}
 * snapshot.changed  name, [from], [until]          which blocks changed since: {"block_bytes": N,
 *                                                  "size_bytes": N, "changed_blocks": N,
 *                                                  "extents": [[offset, length], ...], "next": N},
 *                                                  in bytes, from `from` on; PROTOCOL_EXTENTS_MAX
 *                                                  at most.  `next` is the `from` of the next
 *                                                  request, or null behind the last.  Refused for
 *                                                  a snapshot that failed.  Until the snapshot
 *                                                  `until` in place of the live view: of a chain
 *                                                  only, else EOPNOTSUPP
 * snapshot.reads    name, [from]                   how it was read: {"reads": as in status.json,
 *                                                  "store_bytes": N, "extents": …, "next": …}, of
 *                                                  what was read as with snapshot.changed.  Also
 *                                                  of the one that was deleted last of those that
 *                                                  were read
 * gauge.set         gauge, value, [real: true],    {"gauge": …, "value": …}; feigned from now on.
 *                   [size]                         With real, of memory.used only, when memory
 *                                                  was taken until it reads the value, in a
 *                                                  cgroup with the limit `size`; EPERM: a
 *                                                  privilege or the controller is missing; EBUSY:
 *                                                  memory is pressed already
 * gauge.release     gauge                          the same, measured again; what was taken is
 *                                                  given back
 * hold              gauge, at_least                {"gauge": …, "value": …}; answered when the
 *                                                  gauge has reached the value.  From that very
 *                                                  request on, reads of snapshots wait until
 *                                                  `resume` or until this connection ends
 * resume            -                              {}
 * fault.add         rule                           {"id": N}; a rule (faults/rule.h) with the name
 *                                                  of another takes its place
 * fault.list        -                              {"faults": [...]} as in status.json
 * fault.remove      fault                          {}; by name or number.  Who waits because of it
 *                                                  goes on
 * fault.clear       -                              {"removed": N}
 * fault.release     -                              {"released": N}; who hangs goes on, and the
 *                                                  rules stay
 * events            [from], [wait: true]           {"lines": "…", "next": N}: whole lines of
 *                                                  .snaprig/events.jsonl from offset `from` on,
 *                                                  PROTOCOL_EVENTS_MAX_BYTES at most, "" at the
 *                                                  end; `next` is the `from` of the next request.
 *                                                  With wait, answered when there is a line, and
 *                                                  refused with ESHUTDOWN behind the last.  What
 *                                                  lies on disk of it: volume/event_file.h
 * writers.list      -                              {"set": …, "dead_set": …, "writers": […],
 *                                                  "text": "…"}: as in status.json, and as
 *                                                  vssadmin prints them
 * writers.add       writer                         {}; a writer (volume/writers/spec.h) with the
 *                                                  name of another takes its place
 * writers.remove    name                           {}
 * writers.kill      name                           {}; a simulated one's process dies
 * writers.freeze    -                              {}; when all are frozen.  EBUSY: a snapshot is
 *                                                  being taken; else what the first one that
 *                                                  failed has failed with
 * writers.thaw      -                              {}; when all are thawed.  EINVAL: nothing is
 *                                                  frozen, or any more
 * writers.notify    event                          {}; identify, backup-complete, pre-restore,
 *                                                  post-restore, backup-shutdown or abort,
 *                                                  which ends a dead set
 * phase.set         phase                          {}; what `phase=` of a rule is compared with
 * (and what a door asks for: protocol_doors.h)
 *
 * What somebody asked for who has left - the connection is closed, and not only the half
 * that he sends on - is taken back unless it has taken effect: a snapshot or clone does not
 * come, a snapshot that was to be deleted stays, and what a fault at control.command holds up
 * is not done.  Who so leaves a snapshot of profile vss leaves a dead set: until it has ended
 * snapshots and writers.* are refused with EBUSY.  The ioctls of datto.ctl are not: nothing
 *interrupts the driver's.
 *
 * Faults at control.command strike all of them but ping, end, peek, events, fault.*, door.note,
 *chain.limit, snapshot.reads, snapshot.watch, writers.list, writers.freeze, writers.thaw and
 *phase.set. `resume` and `writes.resume` act for all connections; a `hold` that still waits on the
 *same connection is then answered with ECANCELED, and a watch that waits waits on.  An unknown
 *command is refused with EOPNOTSUPP, an unknown argument with EINVAL.  A peer of another uid gets
 *one line with EPERM, the connection beyond PROTOCOL_CONNECTIONS_MAX one with EBUSY, before they
 *are disconnected; but one that waits for nothing and holds nothing makes room for it, with such a
 *line.
 *
 * Sizes, shares and durations are strings as on the command line ("10%",
 * "64MiB").  A line longer than PROTOCOL_LINE_MAX_BYTES, or one that is not a
 * JSON object, is answered with EINVAL, id null; after a line that is too long
 * the connection is closed.  A peer that leaves PROTOCOL_BACKLOG_MAX_BYTES of
 * answers unread is disconnected.
 */
#ifndef SNAPRIG_CONTROL_PROTOCOL_H
#define SNAPRIG_CONTROL_PROTOCOL_H

#include "simfs/base/json_output.h" /* SCHEMA_VERSION */

/* docs/protocol.md says what it promises. */
#define PROTOCOL_VERSION	   1

#define PROTOCOL_LINE_MAX_BYTES	   (64 * 1024)
#define PROTOCOL_BACKLOG_MAX_BYTES (1024 * 1024)
#define PROTOCOL_CONNECTIONS_MAX   64
#define PROTOCOL_EXTENTS_MAX	   1000
#define PROTOCOL_EVENTS_MAX_BYTES  (64 * 1024)

/* Names within MNT, those that a command is told of (base/captive.h), and within IMAGE.snaprig/. */
#define MOUNT_LIVE	"live"
#define MOUNT_SNAPSHOTS "snapshots"
#define MOUNT_RIG	".snaprig"
#define MOUNT_CONTROL	".snaprig/control"
#define MOUNT_WORDS                                                                                \
	{ "SNAPRIG_MNT", "" }, { "SNAPRIG_LIVE", MOUNT_LIVE },                                     \
		{ "SNAPRIG_SNAPSHOTS", MOUNT_SNAPSHOTS },                                          \
	{                                                                                          \
		"SNAPRIG_CONTROL", MOUNT_CONTROL                                                   \
	}
#define STATE_SUFFIX  ".snaprig"
#define STATE_SOCKET  "control.sock"
#define STATE_LOG     "rig.log" /* what a rig in the background has to say */
#define STATE_LOG_OLD "rig.old.log"

/* Longest name of a snapshot; it is a file name in three places. */
#define SNAPSHOT_NAME_MAX 64

#endif
