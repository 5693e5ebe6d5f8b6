# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=sh
#
# npm.sh - npm packages for conformance tests; sourced after e2e.sh.
#
# They are where `tools/deps xo` puts them, or in the node_modules of $XO_MODULES.

# requires_npm PACKAGE - sets $modules to the folder that contains it, or skips the test.
requires_npm()
{
	requires node
	modules=${XO_MODULES:-$e2e_root/build/xo}/node_modules
	[ -e "$modules/$1/package.json" ] || skip "npm's $1 is not in '$modules' (tools/deps xo)"
}
