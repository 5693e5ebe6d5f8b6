/* SPDX-License-Identifier: Apache-2.0 */
/*
 * protocol_doors.h - what a door asks a rig for (protocol.h): commands and arguments.
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
 * The first four are of profile lvm, any other refuses them with EOPNOTSUPP.  They are in the
 * state folder when they are answered; after a kill before that they have happened, or not, as
 * a whole.
 *
 * detach: nothing is preserved for the snapshot any more.  It shows what it has kept, and else
 * the live view of the present, as a dm-snapshot whose origin is written past it.  `attached` in
 * its object is false (every snapshot of profile lvm says true or false), its state stays
 * "active".  It can be read, written to and asked for snapshot.changed as before; it never fails
 * for what happens to the image.  attach: what is replaced from then on is preserved again; what
 * was written meanwhile is not.  EIO: the snapshot has failed.  To ask for what is so already
 * succeeds.  Nothing is lost or preserved in between: both happen while no live write is under
 * way.
 *
 * With overflow true, a write to the snapshot itself that finds no room in its store fails alone,
 * and so does every write to it after that; it is read as before, and its object says
 * "overflowed": true.  What the live view loses, and does not fit, fails it as ever.  So it stays
 * until it is said anew, or until the mount ends.
 *
 * rename: EEXIST, another one has the name; EINVAL, ENAMETOOLONG, it is none.  Files that are open
 * stay open.  Rules, events and the tree name it as `to` from then on.
 *
 * limit: as `limit` of snapshot.create, in whole sectors, but as small as one likes, also smaller
 * than what is used: the next block that has to be preserved then overflows, as when the device of
 * a dm-snapshot shrinks.
 *
 * chain.limit: the size of the SR that a chain lies on; 0: it has no limit.  It may be less than
 * what is used: nothing more fits then.  It holds until the rig ends; another profile refuses it
 * with EOPNOTSUPP.
 *
 * strike: the door stands at POINT, which is one of its own (dm.…, xapi.…), and asks whether a
 * fault strikes.  A delay and a hang are over when the answer comes - who does not want to wait any
 * more closes the connection -, a crash is the rig's.  What is left the door does: the error; to
 * drop what it was about to do; or to give the reply, a word of base/xapi_replies.def, instead of
 * its answer.  It is in the journal.
 *
 * At xapi.export and xapi.import a door asks once before its answer begins, with no offset and no
 * length, and then before each part that it sends or takes, with the part's place in the disk.  A
 * rule with an offset means the parts; what changes an answer as a whole is said the first time.
 *
 * follow: for a door that has rigs of its own, which have this rig's rules, too, or that asks no
 * strike where there is no rule, which would do nothing.  Answered when
 * they are of another revision than the one told, which the door has by then - 0: none; `releases`
 * counts fault.release, `phase` is phase.set's.  From the first question on until the connection
 * ends, who changes any of it is answered when the door has it.  struck: the rule of that number
 * and text has struck there, as its match number `hit`; it is in the journal, also when it was
 * removed meanwhile, and in what fault.list counts.  Each rig counts `times`, `after` and `every`
 * for itself.
 *
 * note: a line of the journal, event "door.note", with the door's name, a word or two of what it
 * has to say and a JSON object of its own, which is kept as it is.
 */
#ifndef SNAPRIG_CONTROL_PROTOCOL_DOORS_H
#define SNAPRIG_CONTROL_PROTOCOL_DOORS_H

/* `ioctl` is a name of simfs/base/dm_ioctls.h, `device` a dm device's. */
#define DOOR_DEVICE_MAX 127
#define DOOR_METHOD_MAX 63 /* of a method of XAPI: "Async.VM.snapshot", "VDI.destroy" */
#define DOOR_NOTE_MAX	64

#endif
