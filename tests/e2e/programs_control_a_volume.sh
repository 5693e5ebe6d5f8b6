#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
#
# The examples of docs/protocol.md are answered as the page tells; the code of docs/python.md runs;
# and the Python package does what its tests say, under pytest, with the plugin.
. "${0%/*}/../lib/e2e.sh"

requires python3
python3 -c 'import sys; sys.exit(sys.version_info < (3, 11))' || skip "python3 is older than 3.11"
export SNAPRIG PYTHONPATH="$e2e_root/python" PYTHONDONTWRITEBYTECODE=1 TMPDIR="$work"

mount_volume 8MiB --profile plain
python3 "$e2e_root/tests/lib/protocol_examples.py" "$e2e_root/docs/protocol.md" \
	"$mnt/.snaprig/control" || fail "an example of the protocol is answered otherwise"
umount_volume

# The code of docs/python.md, in order; the last block is a test of pytest.
awk '$0 == "```" { on = 0 } /^## / { pytest = $0 == "## pytest" }
	on { print > (pytest ? "test_page.py" : "page.py") } $0 == "```python" { on = 1 }' \
	"$e2e_root/docs/python.md"
[ "$(grep -c 'snaprig.mount(' page.py)" -ge 3 ] || fail "the page has no code"
python3 page.py >said || fail "the code of the page does not run"
same "the snapshot is broken: Input/output error" "$(cat said)" "what the page's code says"

# Debian's own where another one is first in the path.
for python in python3 /usr/bin/python3; do
	"$python" -c 'import pytest' 2>/dev/null && break
	python=
done
[ -n "$python" ] || skip "python3-pytest is missing; the rest is right"
"$python" -m pytest -q -p no:cacheprovider -p pytester -p snaprig.pytest_plugin test_page.py \
	"$e2e_root/python/tests" >said 2>&1 || {
	cat said
	fail "a test of the Python package fails"
}
tail -n 1 said
