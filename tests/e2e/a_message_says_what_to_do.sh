#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
#
# What is typed wrongly is answered by a message that says what is wrong and what to do, and by
# the exit code that is promised.
. "${0%/*}/../lib/e2e.sh"
. "$e2e_root/tests/lib/e2e_messages.sh"

mount_volume 1MiB --profile datto
mkdir -p empty folder
rig snapshot create mnt monday >/dev/null
rig writers add mnt 'simulated name="System Writer"'

# ---- a word that is almost right ----

messages <<'END'
2 | unknown command 'snapsho' \(did you mean 'snapshot'\?\) | snapsho
2 | unknown command 'frobnicate' \(see 'snaprig --help'\) | frobnicate
2 | action 'crate' of 'snapshot' .did you mean 'create'\? all actions: create, | snapshot crate
2 | unknown action 'mkdir' of 'snapshot' \(see --help; all actions: create, | snapshot mkdir
2 | 'fault' needs an action \(one of: add, list, remove, clear, release\) | fault
2 | unknown option '--profil' \(did you mean '--profile'\?\) | mount vol.img mnt --profil datto
2 | unknown option '--raed-ahead=2MiB' \(did you mean '--read-ahead'\?\) | mount --raed-ahead=2MiB
2 | unknown option '-profile' \(did you mean '--profile'\?\) | mount -profile datto
2 | unknown option '--xyzzy' \(see 'snaprig run --help'\) | run --xyzzy
2 | unknown profile 'dato' \(did you mean 'datto'\?\) | mount volume.img folder --profile dato
2 | unknown profile 'dato' \(did you mean 'datto'\?\) | check --profile dato -- true
2 | unknown profile 'ntfs' \('snaprig list profiles' shows them\) | check --profile ntfs -- true
2 | unknown writer 'strom' \(did you mean 'storm'\?\) | check --writer strom -- true
2 | unknown way 'tee' to give a snapshot \(did you mean 'tree'\?\) | check --gives tee -- true
2 | unknown failure 'read-eror' \(did you mean 'read-error'\?\) | check --failure read-eror -- true
2 | unknown way 'offset' to sweep \(did you mean 'offsets'\?\) | sweep --by offset -- true
2 | unknown list 'profile' \(did you mean 'profiles'\?\) | list profile
2 | unknown list 'nothing' \(one of: profiles points | list nothing
2 | cannot read report 'htm=x' \(did you mean 'html'\?\) | compare --report htm=x -- true -- true
2 | cannot read report 'json' \(try html=FILE or json=FILE\) | compare --report json -- true -- true
2 | unknown retry policy 'aip' \(did you mean 'aip-2018'\?\) | backup a b --retry aip
2 | unknown gauge 'memory.usd' \(did you mean 'memory.used'\?\) | gauge set mnt memory.usd 85%
2 | 'snapshot.raed' at column 1; did you mean 'snapshot.read' | fault add mnt 'snapshot.raed hang'
2 | no snapshot 'mondya' \(did you mean 'monday'\?\) | snapshot delete mnt mondya
2 | no writer 'System Writr' \(did you mean 'System Writer'\?\) | writers remove mnt 'System Writr'
2 | no fault '7' \(there is none\) | fault remove mnt 7
2 | unknown event 'abrot' \(did you mean 'abort'\?\) | writers notify mnt abrot
END

# ---- words that need no quotes ----

messages <<'END'
0 |  | fault add mnt snapshot.read error=EIO offset=24KiB..28KiB name=bad
0 |  | fault add mnt writer.freeze error=EIO writer="System Writer" name=quoted
0 |  | fault add mnt 'writer.freeze error=EIO writer="System Writer" name=quoted'
2 | fault: a blank in the value of 'file' | fault add mnt 'live.read hang file="/a b"'
2 | cannot add the fault: unknown key 'eror' at column 15 | fault add mnt snapshot.read eror=EIO
0 |  | writers add mnt simulated name="SQL Server" freeze=1ms
0 |  | writers kill mnt SQL_Server
0 |  | writers remove mnt SQL Server
2 | no writer 'SQL Server' | writers remove mnt SQL Server
END
same "snapshot.read error=EIO offset=24KiB..28KiB name=bad
writer.freeze error=EIO writer=System_Writer name=quoted" "$(status '.faults[].rule')" "rules"

no_message_was_wrong
