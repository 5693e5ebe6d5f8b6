#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
#
# What only clients of XAPI meet: a client that looks at each answer, at each task and at the VHD
# that it has got reports all of it, but for what is late and for footers that it reads past; and
# once it is gone the next backup is intact.
. "${0%/*}/../lib/e2e.sh"

requires jq curl

client=". $e2e_root/tests/lib/xapi_client.sh; take {snapshot} || exit
	save vhd && told && {snaprig} xapi flatten {out} {out}.raw || bad=1
	rm -f {out}.raw
	[ -z \"\$bad\" ] || { rm -f {out}; destroy; exit 1; }
	destroy"

# Of events it asks for none, and a session that is over it does not begin anew.
rig list failures --json | jq -r '.failures[].name' | grep '^xapi-' | grep -v events-lost |
	sort >names
[ "$(grep -c '' names)" -gt 20 ] || fail "the list is short: $(cat names)"
while read -r name; do
	case $name in
	*-slow | *-no-tail | *-fixed-disk | *-bad-*) wanted=intact ;;
	*) wanted=detected ;;
	esac
	rig check --gives xapi --size 8MiB --failure "$name" --json \
		--restore '{snaprig} xapi flatten {out} {restored}' -- "$client" >result.json || :
	jq -c '[.failure, .verdict, .fired, .remedy, .leaks, .why]' result.json
	jq -e --arg wanted "$wanted" '.verdict == $wanted and .fired >= 1 and
		(.remedy == "recovered" or .remedy == "intact")' result.json >/dev/null ||
		echo "$name" >>wrong
done <names
[ ! -e wrong ] || fail "otherwise than known: $(paste -sd' ' wrong)"
