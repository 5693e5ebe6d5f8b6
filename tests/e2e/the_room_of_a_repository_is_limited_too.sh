#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
#
# `target:` limits the room of the repository of all backups, too: what was in it stays, what
# a client leaves there when it is full stays as well, and both are there when it has room again.
. "${0%/*}/../lib/e2e.sh"
. "$e2e_root/tests/lib/e2e_run.sh"
requires_root

# limited NAME CLIENT - makes NAME.yaml: the target has less room for one of three backups.
limited()
{
	scenario "$1" "$2" random <<-END
		- backup: { of: s1, to: b0 }
		- expect: { verdict: intact }
		- target: 8MiB
		- backup: { of: s1, to: b1 }
		- expect: { verdict: detected, exit: 1, says: "No space left on device" }
		- restore: { from: b0 }
		- expect: { content: s1 }
		- target: none
		- restore: { from: b0 }
		- expect: { content: s1 }
		- backup: { of: s1, to: b2 }
		- expect: { verdict: recovered, content: s1, leaks: none }
	END
}

# shellcheck disable=SC2016 # words of adapters
client keeper 'cat {snapshot} >{repo}/$(basename {out}) || { touch {repo}/failed; exit 1; }' \
	'cat {repo}/$(basename {out}) >{restored} || exit
  [ $(basename {out}) = b0.backup ] || [ -e {repo}/failed ]'
sed -i 's|^publishes:.*|publishes: [ "{repo}/" ]|' "$SNAPRIG_SHARE/clients/keeper.yaml"
limited limited keeper
ran 0 limited.yaml

# So it is with backups that are files of their own: those before are there all the while.
limited files dd
ran 0 files.yaml
