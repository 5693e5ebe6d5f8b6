/* SPDX-License-Identifier: Apache-2.0 */
/*
 * protocol_doors.h - the commands that a door sends to a rig (protocol.h).
 *
 * command           arguments                      result, and when it is answered
 * ----------------  -----------------------------  ------------------------------------------
 * snapshot.detach   name                           the snapshot's object of status.json
 * snapshot.attach   name, [overflow: BOOL]         the same
 * snapshot.rename   name, to                       the same, under its new name
 * snapshot.limit    name, limit                    the same, with its new limit
 * chain.limit       limit                          {}
 * fault.strike      point, [ioctl], [device],      {"fired": bool, "error": "EBUSY"|null,
 *                   [method], [offset], [length]   "action": "error"|"drop"|"reply"|null,
 *                                                  "reply": "reset"|null}
 * fault.follow      revision                       {"revision": N, "releases": N, "phase": "...",
 *                                                  "rules": [{"id": N, "rule": "..."}]}
 * fault.struck      fault, rule, hit, [snapshot],  {}
 *                   [offset, length]
 * door.note         door, note, [data]             {}
 *
 * The first four are for profile lvm; other profiles refuse them with EOPNOTSUPP.  When they are
 * answered, they are in the state folder; a kill before that leaves them done as a whole or not at
 * all.
 *
 * detach: blocks are no longer preserved for the snapshot.  It shows what it has kept, and the
 * present live view elsewhere, like a dm-snapshot whose origin is written to behind its back.
 * `attached` in its object becomes false (every snapshot of profile lvm has it), and its state
 * stays "active".  It can be read, written to and queried by snapshot.changed as before; changes of
 * the image never make it fail.  attach: blocks that are replaced from then on are preserved again,
 * but not those written in between.  EIO: the snapshot has failed.  Repeating either one succeeds.
 * No block is lost or preserved in the transition: both happen while no live write is in flight.
 *
 * With overflow true, a write to the snapshot itself that finds no room in its store fails alone,
 * and so does every later write to it; reads work as before, and its object says "overflowed":
 * true.  A block of the live view that has no room still makes the snapshot fail.  This lasts until
 * it is set again, or until the mount ends.
 *
 * rename: EEXIST, the name is taken; EINVAL or ENAMETOOLONG, it is not a valid name.  Open files
 * stay open.  Rules, events and the tree use the name `to` from then on.
 *
 * limit: as `limit` of snapshot.create, in whole sectors, but as small as one likes, even smaller
 * than what is used: the next block to preserve then overflows, as when the device of a dm-snapshot
 * shrinks.
 *
 * chain.limit: the size of the SR that holds a chain; 0: no limit.  It may be less than what is
 * used: nothing more fits then.  It holds until the rig ends; other profiles refuse it with
 * EOPNOTSUPP.
 *
 * strike: the door is at POINT, one of its own points (dm.…, xapi.…), and asks whether a fault
 * strikes.  Delays and hangs are over when the answer comes (a door that no longer wants to wait
 * closes the connection); a crash ends the rig.  The door does the rest: it fails with the error,
 * drops what it was about to do, or sends the reply, a word of base/xapi_replies.def, instead of
 * its answer.  The strike is in the journal.
 *
 * At xapi.export and xapi.import, a door asks once before its answer begins, without offset and
 * length, and then before each part that it sends or receives, with the part's range on the disk.
 * A rule with an offset applies to the parts; a reply that changes an answer as a whole comes at
 * the first question.
 *
 * follow: for a door with rigs of its own, which have this rig's rules too, or that skips the
 * question when no rule could strike.  Answered when the rules differ from the revision given,
 * which the door has (0: none); `releases` counts fault.release, `phase` is that of phase.set. From
 * the first question until the connection ends, a command that changes any of these is answered
 * once the door has the change.  struck: the rule with that number and text struck there, as its
 * match number `hit`.  It is added to the journal, even if the rule was removed in the meantime,
 * and to the counts of fault.list.  Each rig counts `times`, `after` and `every` for itself.
 *
 * note: adds a line to the journal, event "door.note", with the door's name, a short note and a
 * JSON object, which is kept as it is.
 */
#ifndef SNAPRIG_CONTROL_PROTOCOL_DOORS_H
#define SNAPRIG_CONTROL_PROTOCOL_DOORS_H

/* `ioctl` is a name of simfs/base/dm_ioctls.h, `device` a dm device's. */
#define DOOR_DEVICE_MAX 127
#define DOOR_METHOD_MAX 63 /* of a method of XAPI: "Async.VM.snapshot", "VDI.destroy" */
#define DOOR_NOTE_MAX	64

#endif
