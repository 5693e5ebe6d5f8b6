# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=bash
#
# bash completion for snaprig; installed as .../bash-completion/completions/snaprig.

# _snaprig_options COMMAND - the options that its own help names.
_snaprig_options()
{
	"${COMP_WORDS[0]}" "$@" --help 2>/dev/null | grep -oE '^ +--[a-z-]+' | tr -d ' '
}

# _snaprig_listed LIST - the names that `snaprig list` prints.
_snaprig_listed()
{
	"${COMP_WORDS[0]}" list "$1" 2>/dev/null | tail -n +2 | cut -d ' ' -f 1
}

_snaprig_snapshots()
{
	find "$1/snapshots" -mindepth 1 -maxdepth 1 -printf '%f\n' 2>/dev/null
}

_snaprig_reply()
{
	mapfile -t COMPREPLY < <(compgen -W "$1" -- "${COMP_WORDS[COMP_CWORD]}")
}

_snaprig_files()
{
	local word=${COMP_WORDS[COMP_CWORD]}

	mapfile -t COMPREPLY < <(compgen "$1" -- "$word")
	compopt -o filenames
}

# What stands behind an option; false when that takes no value.
_snaprig_value()
{
	case $1 in
	--profile) _snaprig_reply "$(_snaprig_listed profiles)" ;;
	--writer) _snaprig_reply 'simulated hook fsfreeze' ;;
	--fault) _snaprig_reply "$(_snaprig_listed points)" ;;
	--retry) _snaprig_reply 'none aip-2018 microsoft' ;;
	--transport) _snaprig_reply 'auto dev' ;;
	--memory) _snaprig_reply 'system cgroup:' && compopt -o nospace ;;
	--watchdog) _snaprig_reply 'off 60s' ;;
	--sr) _snaprig_reply 'file lvm' ;;
	--format) _snaprig_reply 'vhd qcow2' ;;
	--report) _snaprig_reply 'junit= tap=' && compopt -o nospace ;;
	--store | --work) _snaprig_files -d ;;
	--size | --limit | --block | --seed | --coalesce-rate | --time-scale) COMPREPLY=() ;;
	*) return 1 ;;
	esac
}

# The COUNTth argument (from 1) behind the command.
_snaprig_argument()
{
	local command=$1 count=$2 mnt=$3

	case $command:$count in
	mount:2 | umount:1 | status:1 | coalesce:1) _snaprig_files -d ;;
	'snapshot create:1' | 'snapshot clone:1' | 'snapshot delete:1' | 'snapshot list:1' | 'snapshot changed:1')
		_snaprig_files -d ;;
	'gauge set:1' | 'gauge release:1') _snaprig_files -d ;;
	'fault add:1' | 'fault list:1' | 'fault remove:1' | 'fault clear:1' | 'fault release:1')
		_snaprig_files -d ;;
	'writers list:1' | 'writers add:1' | 'writers remove:1' | 'writers kill:1' | 'writers freeze:1' | 'writers thaw:1' | 'writers notify:1')
		_snaprig_files -d ;;
	'writers add:2') _snaprig_reply 'simulated hook fsfreeze' ;;
	'writers notify:2')
		_snaprig_reply 'identify backup-complete pre-restore post-restore backup-shutdown abort' ;;
	'fault add:2') _snaprig_reply "$(_snaprig_listed points)" ;;
	'datto ctl:1' | 'datto mount:1' | 'datto umount:1') _snaprig_files -d ;;
	'datto ctl:2')
		_snaprig_reply 'setup-snapshot reload-snapshot reload-incremental destroy
			transition-to-incremental transition-to-snapshot reconfigure
			expand-cow-file reconfigure-auto-expand help'
		;;
	'datto ctl:3') _snaprig_files -f ;;
	'snapshot delete:2' | 'snapshot changed:2' | 'snapshot clone:2') _snaprig_reply "$(_snaprig_snapshots "$mnt")" ;;
	'gauge set:2' | 'gauge release:2') _snaprig_reply "$(_snaprig_listed gauges)" ;;
	list:1) _snaprig_reply 'profiles points gauges scenarios clients' ;;
	mount:1 | verify:1 | events:1 | create:1 | run:* | replay:* | shrink:* | validate:* | backup:* | restore:*) _snaprig_files -f ;;
	*) COMPREPLY=() ;;
	esac
}

_snaprig()
{
	local commands='create mount umount status events snapshot coalesce datto fault writers gauge run replay shrink validate demo backup restore
		list doctor help'
	local word=${COMP_WORDS[COMP_CWORD]} previous=${COMP_WORDS[COMP_CWORD - 1]}
	local command=${COMP_WORDS[1]} first=2 count=1 mnt='' at

	COMPREPLY=()
	if [ "$COMP_CWORD" = 1 ]; then
		_snaprig_reply "$commands --help --version"
		return
	fi
	case $command:$COMP_CWORD in
	help:2) _snaprig_reply "$commands" && return ;;
	snapshot:2) _snaprig_reply 'create clone delete list changed' && return ;;
	gauge:2) _snaprig_reply 'set release' && return ;;
	fault:2) _snaprig_reply 'add list remove clear release' && return ;;
	writers:2) _snaprig_reply 'list add remove kill freeze thaw notify' && return ;;
	datto:2) _snaprig_reply 'ctl mount umount' && return ;;
	snapshot:* | gauge:* | fault:* | writers:* | datto:*) command="$command ${COMP_WORDS[2]}" first=3 ;;
	esac

	_snaprig_value "$previous" && return
	if [[ $word == -* ]]; then
		# shellcheck disable=SC2086 # a command of two words
		_snaprig_reply "$(_snaprig_options $command)"
		return
	fi
	for ((at = first; at < COMP_CWORD; at++)); do
		if [[ ${COMP_WORDS[at]} != -* ]]; then
			mnt=${mnt:-${COMP_WORDS[at]}}
			count=$((count + 1))
		fi
	done
	_snaprig_argument "$command" "$count" "$mnt"
}

complete -F _snaprig snaprig
