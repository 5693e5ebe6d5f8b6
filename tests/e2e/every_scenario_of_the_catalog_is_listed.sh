#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
#
# `snaprig list scenarios` names those that `run` would run, and has no words about the adapters
# that lie beside them.
. "${0%/*}/../lib/e2e.sh"
requires jq

export SNAPRIG_SHARE="$e2e_root/scenarios"
rig run "$SNAPRIG_SHARE/catalog" --list | sort >wanted
[ "$(wc -l <wanted)" -ge 100 ] || fail "the catalog has few scenarios"
rig list scenarios --json >listed 2>said
same "" "$(cat said)" "what is said on stderr"
jq -r '.scenarios[].name' listed | sort | diff wanted - || fail "others are listed"
