#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
#
# Every scenario of the catalog is run by one script here, and by no second one.  In folders
# named clients are adapters that only scenarios of the catalog need.
. "${0%/*}/../lib/e2e.sh"

catalog=$e2e_root/scenarios/catalog
sed -n "s/^catalog_holds '\(.*\)'\$/\1/p" "$e2e_root"/tests/*/*.sh >patterns
while read -r pattern; do
	# shellcheck disable=SC2086 # a pattern
	printf '%s\n' "$catalog"/$pattern.yaml
done <patterns | sort >tested
find "$catalog" -name "*.yaml" ! -path "*/clients/*" | sort >there
[ -s there ] || fail "there is no catalog"
diff there tested || fail "not every scenario is run once"
