#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
#
# `snaprig xapi call` does to a pool what people do with xe: objects go by their names, and what is
# not there, or is there twice, is said.
. "${0%/*}/../lib/e2e.sh"
. "$e2e_root/tests/lib/e2e_xapi.sh"

cat >pool.yaml <<'END'
pool: demo
credentials: { user: root, password: secret }
srs: [ { name: local, type: ext }, { name: usb, type: udev } ]
vms: [ { name: web, disks: [ { name: system, sr: local, size: 4MiB } ] } ]
END
pool_serve pool.yaml
who=http://root:secret@${url#http://}
by_hand() { rig xapi call "$who" "$@"; }

by_hand VM.set_has_vendor_device VM:web true
same true "$(by_hand VM.get_has_vendor_device VM:web)" "what was set"
by_hand VM.set_name_description VM:web 'of the web: all'
same 'of the web: all' "$(by_hand VM.get_name_description VM:web)" "a text"
by_hand SR.scan SR:local
vdi=$(by_hand VDI.create \
	'{ "SR": "SR:usb", "name_label": "stick", "virtual_size": 2097152, "type": "user" }')
same "$vdi" "$(by_hand VDI.get_by_uuid "$(by_hand VDI.get_uuid VDI:stick)")" "a new VDI"
same "$(by_hand SR.get_uuid SR:usb)" "$(by_hand SR.get_uuid "$(by_hand VDI.get_SR VDI:stick)")" \
	"the SR that a member names"
# A snapshot and a base copy are called as their disk is, and are not meant.
snapshot=$(by_hand VM.snapshot VM:web web)
[ "$snapshot" != "$(by_hand VM.get_by_uuid "$(by_hand VM.get_uuid VM:web)")" ] || fail "a snapshot"
same false "$(by_hand VDI.get_is_a_snapshot VDI:system)" "whether the disk is a snapshot"

refused 1 "no VM has the name or uuid 'nobody'" rig xapi call "$who" VM.start VM:nobody
by_hand VM.clean_shutdown VM:web
by_hand VM.set_has_vendor_device VM:web false
by_hand VM.clone VM:web web >clone
refused 1 "2 of class VM have the name 'web' .use the uuid" rig xapi call "$who" VM.start VM:web
refused 1 'MESSAGE_METHOD_UNKNOWN' rig xapi call "$who" VM.dance
refused 1 'HANDLE_INVALID' rig xapi call "$who" VM.start OpaqueRef:none
refused 1 'SESSION_AUTHENTICATION_FAILED' rig xapi call "http://root:x@${url#http://}" pool.get_all
refused 1 'invalid URL' rig xapi call nowhere pool.get_all
refused 2 'METHOD' rig xapi call "$who"
