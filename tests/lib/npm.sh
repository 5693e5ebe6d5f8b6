# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=sh
#
# npm.sh - packages of npm, for conformance tests; source it behind e2e.sh.
#
# They are where `tools/deps xo` puts them, or in the node_modules of $XO_MODULES.

# requires_npm PACKAGE - $modules is the folder that has it, or the test is skipped.
requires_npm()
{
	requires node
	modules=${XO_MODULES:-$e2e_root/build/xo}/node_modules
	[ -e "$modules/$1/package.json" ] || skip "npm's $1 is not in '$modules' (tools/deps xo)"
}
