# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=sh
#
# e2e_schema.sh - checks output against its JSON Schema; sourced after e2e.sh.
# shellcheck disable=SC2154 # of e2e.sh

# has_jsonschema - true if that is possible here.
has_jsonschema()
{
	python3 -c 'import jsonschema' 2>/dev/null
}

# by_schema [--lint] - prints "ok SCHEMA FILE" for each "SCHEMA FILE" of the input, or what is
# wrong, with --lint also what is wrong with the schemas; fails if anything is.
by_schema()
{
	python3 "$e2e_root/tests/lib/by_schema.py" "$@" "$e2e_root/schemas" "$e2e_root/scenarios"
}

# as_schema SCHEMA FILE... - each is valid; the test fails otherwise.
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
