#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
#
# What `make install` puts in place works without the source tree, is documented and says one
# version; `make uninstall` takes all of it away, and nothing else.
. "${0%/*}/../lib/e2e.sh"

requires jq make
unset SNAPRIG_SHARE
prefix=$work/root/usr
"$e2e_root/tools/install" "$SNAPRIG" "$work/root" /usr
installed=$prefix/bin/snaprig

version=$(sed -n 's/^#define SNAPRIG_VERSION "\(.*\)"$/\1/p' "$e2e_root/simfs/control/version.h")
same "snaprig $version" "$("$installed" --version)" "version"
same "snaprig $version" "$("$installed" -V)" "version by -V"
same "$version" "$(sed -n 's/^## \[\(.*\)\].*/\1/p' "$prefix/share/doc/snaprig/CHANGELOG.md" |
	head -n 1)" "newest version of CHANGELOG.md"
same "$version" "$(sed -n '1s/^snaprig (\(.*\)-[0-9]*).*/\1/p' "$e2e_root/debian/changelog")" \
	"version of the Debian package"

# What the package is built with is what tools/packages says; a Debian that builds has a compiler.
awk -F '\t+' '$1 == "build" { print $2 }' "$e2e_root/tools/packages" |
	grep -vxE 'make|gcc|libc6-dev|pkg-config' | sort >wanted
sed -n '/^Build-Depends:/,/^$/s/^ \([a-z0-9.+-]*\),$/\1/p' "$e2e_root/debian/control" | sort >listed
[ -z "$(comm -3 wanted listed)" ] || fail "Build-Depends differs: $(comm -3 wanted listed)"

# lists FOLDER PATTERN LIST - into `wanted` what is installed, into `listed` what LIST has.
lists()
{
	find "$prefix/share/snaprig/$1" -name "$2" -printf '%f\n' | sed 's/\.yaml$//' | sort >wanted
	[ -s wanted ] || fail "$1: nothing is installed"
	"$installed" list "$3" --json | jq -r ".$3[].name" | sort >listed
}
lists clients '*.yaml' clients
[ -z "$(comm -13 listed wanted)" ] || fail "not listed: $(comm -13 listed wanted)"
lists failures '*.yaml' failures
[ -z "$(comm -3 listed wanted)" ] || fail "failures differ: $(comm -3 listed wanted)"
"$installed" list scenarios --json | jq -r '.scenarios[].path' | xargs realpath >files
! grep -v "^$prefix/share/snaprig/catalog/" files || fail "a scenario from elsewhere"
"$installed" bench --list >listed
grep -q first-touch-4k listed || fail "no jobs of bench"
"$installed" check --size 2MiB --failure read-error --json -- dd if='{snapshot}' of='{out}' \
	bs=64k >checked 2>/dev/null || fail "cannot check a command"
same detected "$(jq -r '.results[0].verdict // .verdict' checked)" "verdict on dd"

for page in "$e2e_root"/docs/*.[1-8]; do
	[ -s "$prefix/share/man/man${page##*.}/${page##*/}" ] || fail "no manual ${page##*/}"
done
for folder in schemas scenarios; do
	for schema in "$e2e_root/$folder"/*.schema.json; do
		[ -s "$prefix/share/snaprig/${schema##*/}" ] || fail "no ${schema##*/}"
	done
done
# Whoever reads the installed README can follow its links.
for page in README.md docs/lvm.md docs/xapi.md docs/matrix.md docs/architecture.md; do
	file=$prefix/share/doc/snaprig/$page
	grep -o '](\([^)#: ]*\)[^):]*)' "$file" | sed 's/^](//; s/[)# ].*//' | sort -u |
		while read -r link; do
			[ -z "$link" ] || [ -e "${file%/*}/$link" ] || fail "$page: link to '$link'"
		done
done

echo "mine" >"$prefix/share/snaprig/clients/mine.yaml"
make -s -C "$e2e_root" uninstall DESTDIR="$work/root" PREFIX=/usr
same "$prefix/share/snaprig/clients/mine.yaml" "$(find "$work/root" ! -type d)" "what is left"
rm "$prefix/share/snaprig/clients/mine.yaml"
make -s -C "$e2e_root" uninstall DESTDIR="$work/root" PREFIX=/usr
same "" "$(find "$work/root" -name '*snaprig*')" "folders that are left"
