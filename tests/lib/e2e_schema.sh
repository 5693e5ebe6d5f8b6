# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=sh
#
# e2e_schema.sh - is what was printed as its JSON Schema says?  Sourced behind e2e.sh.
# shellcheck disable=SC2154 # of e2e.sh

# has_jsonschema - can that be told here?
has_jsonschema()
{
	python3 -c 'import jsonschema' 2>/dev/null
}

# by_schema [--lint] - "ok SCHEMA FILE" of each "SCHEMA FILE" that comes in, or what is wrong, and
# with --lint what is wrong with the schemas; it fails then.
by_schema()
{
	python3 "$e2e_root/tests/lib/by_schema.py" "$@" "$e2e_root/schemas" "$e2e_root/scenarios"
}

# as_schema SCHEMA FILE... - each is, or that is cut.
as_schema()
{
	schema_name=$1
	shift
	has_jsonschema || {
		echo "CUT: python3-jsonschema is missing: $* is not held against $schema_name"
		return 0
	}
	for schema_file in "$@"; do
		echo "$schema_name $schema_file"
	done | by_schema >schema-said || {
		grep -v '^ok ' schema-said
		fail "$* is not as the schema $schema_name says"
	}
}
