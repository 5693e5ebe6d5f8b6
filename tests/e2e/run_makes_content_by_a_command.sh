#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
#
# The content of a volume can be made by a command, on zeros; what fails in it is told.
# shellcheck disable=SC2016 # who expands it is another shell
. "${0%/*}/../lib/e2e.sh"
. "$e2e_root/tests/lib/e2e_run.sh"

requires mke2fs

# content COMMAND - of a scenario with dd.
content()
{
	cat >made.yaml <<-END
		name: made
		profile: plain
		volume: { size: 8MiB, content: { command: "$1" } }
		client: dd
		phases:
		  - work:
		      - snapshot: s1
		      - backup: { of: s1, to: b1 }
		      - restore: { from: b1, to: there }
		      - expect: { verdict: intact, content: s1, live: intact, leaks: none }
	END
}

content 'mke2fs -q -t ext4 $SNAPRIG_IMAGE'
ran 0 made.yaml
# What it leaves besides is its own, and no leak of the client.
content 'mke2fs -q -t ext4 scratch 8m && cat scratch >$SNAPRIG_IMAGE'
ran 0 made.yaml
content 'cmp -n 8388608 $SNAPRIG_IMAGE /dev/zero && printf x >>$SNAPRIG_IMAGE'
ran 4 made.yaml
tells "the content's command changed the size of the image"
content 'echo no room >&2; exit 3'
ran 4 made.yaml
tells "the content's command exited with 3: no room"

# What saves files must be given some: nobody knows what the command makes.
content 'mke2fs -q -t ext4 -b 4096 $SNAPRIG_IMAGE'
sed -i 's/client: dd/client: e2image/' made.yaml
rig validate made.yaml

content x
sed -i 's/command: "x"/command: [ x ]/' made.yaml
ran 2 made.yaml
grep -q "made.yaml:3:43: 'command' must be a text, not a list" said || fail "$(cat said)"
sed 's/size: 8MiB, //; s/command: \[ x \]/command: x/' made.yaml >unsized.yaml
ran 2 unsized.yaml
grep -q "missing key 'size' in volume" said || fail "$(cat said)"
