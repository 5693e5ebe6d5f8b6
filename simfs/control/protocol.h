/* SPDX-License-Identifier: Apache-2.0 */
/*
 * protocol.h - the protocol of a volume's control socket; docs/protocol.md is for other clients.
 *
 * The socket is IMAGE.snaprig/control.sock (MNT/.snaprig/control links to it),
 * a Unix stream socket of mode 0600; a peer with another uid is disconnected.
 * Each side sends JSON objects, one per line.  A request carries an `id` (any
 * JSON value), which its answer repeats; answers may come in another order
 * than their requests.  An answer means that the command has taken effect.
 *
 *	-> {"id": 1, "command": "snapshot.create", "name": "s0"}
 *	<- {"id": 1, "ok": true, "result": {...}}
 *	<- {"id": 1, "ok": false, "error": "EEXIST", "message": "snapshot 's0' exists already"}
 *
 * command           arguments                      result, and when it is answered
 * ----------------  -----------------------------  ------------------------------------------
 * ping              -                              {"protocol": 1, "version": "…", "pid": N}
 * end               -                              {}: the rig ends, since the mount has gone
 *                                                  from its own mount namespace, even if another
 *                                                  namespace still has it, with open files.
 *                                                  {"mounted_on": PATH} while it has not gone;
 *                                                  null for a path that is not UTF-8
 * status            -                              the object of .snaprig/status.json
 * peek              -                              the same, for clients that only watch: no
 *                                                  fault strikes it, and it is not counted
 * snapshot.create   name, [limit], [block],        the snapshot's object of status.json.
 *                   [hold_writes: true]            With hold_writes, live writes wait from the
 *                                                  instant of the snapshot until writes.resume
 *                                                  or until this connection ends
 *                   [of], [writers: false]         With `of`, a snapshot of that clone, else of
 *                                                  the live view.  Writers freeze for it unless
 *                                                  `writers` is false
 * snapshot.clone    of, name, [full: true]         the clone's object of status.json; with full,
 *                                                  once all data of snapshot `of` is copied
 * snapshot.watch    name                           {"name": …} as requested; answered when any
 *                                                  client has taken a snapshot of that name, in
 *                                                  which a `*` matches any part.  Live writes
 *                                                  wait from its instant on, as with hold_writes
 * writes.resume     -                              {}
 * snapshot.delete   name                           {}, once its files are gone
 * snapshot.list     -                              {"snapshots": [...]}
 * snapshot.changed  name, [from], [until]          the blocks changed since then: {"block_bytes":
 *                                                  N, "size_bytes": N, "changed_blocks": N,
 *                                                  "extents": [[offset, length], ...], "next": N},
 *                                                  in bytes, starting at `from`; at most
 *                                                  PROTOCOL_EXTENTS_MAX extents.  `next` is the
 *                                                  `from` of the next request, or null after the
 *                                                  last.  Refused for a snapshot that failed.
 *                                                  With `until`, up to that snapshot instead of
 *                                                  the live view: for a chain only, else
 *                                                  EOPNOTSUPP
 * snapshot.reads    name, [from]                   how it was read: {"reads": as in status.json,
 *                                                  "store_bytes": N, "extents": …, "next": …},
 *                                                  with the extents that were read, as for
 *                                                  snapshot.changed.  Of the snapshots that were
 *                                                  read, the one deleted last is still known
 * coalesce          [abort: true]                  the object of status.json; the worker starts,
 *                                                  or stops
 * gauge.set         gauge, value, [real: true],    {"gauge": …, "value": …}; feigned from now on.
 *                   [size]                         With real, for memory.used only: answered once
 *                                                  enough memory was taken to reach the value, in
 *                                                  a cgroup with the limit `size`.  EPERM: a
 *                                                  privilege or the controller is missing; EBUSY:
 *                                                  memory is under pressure already
 * gauge.release     gauge                          the same, measured again; memory that was
 *                                                  taken is given back
 * hold              gauge, at_least                {"gauge": …, "value": …}; answered when the
 *                                                  gauge has reached the value.  From that very
 *                                                  request on, reads of snapshots wait until
 *                                                  `resume` or until this connection ends
 * resume            -                              {}
 * fault.add         rule                           {"id": N}; a rule (faults/rule.h) replaces
 *                                                  another of the same name
 * fault.list        -                              {"faults": [...]} as in status.json
 * fault.remove      fault                          {}; by name or number.  Requests that wait
 *                                                  because of it go on
 * fault.clear       -                              {"removed": N}
 * fault.release     -                              {"released": N}; requests that hang go on, and
 *                                                  the rules stay
 * events            [from], [wait: true]           {"lines": "…", "next": N}: whole lines of
 *                                                  .snaprig/events.jsonl starting at offset
 *                                                  `from`, at most PROTOCOL_EVENTS_MAX_BYTES, ""
 *                                                  at the end; `next` is the `from` of the next
 *                                                  request.  With wait, answered when there is a
 *                                                  line, and refused with ESHUTDOWN after the
 *                                                  last.  For the copy on disk see
 *                                                  volume/event_file.h
 * writers.list      -                              {"set": …, "dead_set": …, "writers": […],
 *                                                  "text": "…"}: as in status.json, and as
 *                                                  vssadmin prints them
 * writers.add       writer                         {}; a writer (volume/writers/spec.h) replaces
 *                                                  another of the same name
 * writers.remove    name                           {}
 * writers.kill      name                           {}; the process of a simulated writer dies
 * writers.freeze    -                              {}, once all are frozen.  EBUSY: a snapshot is
 *                                                  being taken; else the error of the first
 *                                                  writer that failed
 * writers.thaw      -                              {}, once all are thawed.  EINVAL: nothing is
 *                                                  frozen, or no longer
 * writers.notify    event                          {}; identify, backup-complete, pre-restore,
 *                                                  post-restore, backup-shutdown or abort,
 *                                                  which ends a dead set
 * phase.set         phase                          {}; what `phase=` of a rule is compared with
 * (also those of a door: protocol_doors.h, and datto.*: commands_datto.c)
 *
 * A client has left when its connection is closed, not only the half that it sends on.  Its
 * requests are then cancelled unless they have taken effect: a snapshot or clone is not taken, a
 * snapshot that was to be deleted stays, and a command that a fault at control.command holds up is
 * not executed.  A client that leaves a snapshot of profile vss in this way leaves a dead set:
 * until it has ended, snapshots and writers.* are refused with EBUSY.  The ioctls of datto.ctl are
 * not cancelled: nothing interrupts the driver's.
 *
 * Faults at control.command strike all commands but ping, end, peek, events, fault.*, door.note,
 * chain.limit, snapshot.reads, snapshot.watch, writers.list and phase.set.  `resume` and
 * `writes.resume` act for all connections; a `hold` of the same connection that still waits is then
 * answered with ECANCELED, but a watch keeps waiting.  An unknown command is refused with
 * EOPNOTSUPP, an unknown argument with EINVAL.  A peer with another uid gets one line with EPERM
 * before it is disconnected.  A connection beyond PROTOCOL_CONNECTIONS_MAX gets one with EBUSY,
 * unless another waits for nothing and holds nothing: then that one is closed, with such a line.
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

/*
 * Names within MNT, the variables for them that a command gets (base/captive.h), and names within
 * IMAGE.snaprig/.
 */
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
#define STATE_LOG     "rig.log" /* the messages of a rig in the background */
#define STATE_LOG_OLD "rig.old.log"

/* The longest name of a snapshot; it is a file name in three places. */
#define SNAPSHOT_NAME_MAX 64

#endif
