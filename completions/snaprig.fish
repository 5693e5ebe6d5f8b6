# SPDX-License-Identifier: Apache-2.0
#
# fish completion for snaprig; installed as .../fish/vendor_completions.d/snaprig.fish.

# __snaprig_line - the command, with its action, of what is typed up to the cursor, and its
# operands, a line each; nothing when an action is still missing.
function __snaprig_line
	set -l words (commandline -opc)[2..]
	set -l command $words[1]
	set -e words[1]
	if contains -- "$command" $__snaprig_groups
		test (count $words) -gt 0; or return
		set command "$command $words[1]"
		set -e words[1]
	end
	echo $command
	while test (count $words) -gt 0
		if test "$words[1]" = --; and contains -- $command $__snaprig_ends
			return
		else if contains -- "$command $words[1]" $__snaprig_values
			set -e words[1]
		else if not string match -q -- '-*' $words[1]
			echo $words[1]
		end
		set -e words[1]
	end
end

# __snaprig_on COMMAND - whether the words are of it.
function __snaprig_on
	set -l line (__snaprig_line)
	test "$line[1]" = "$argv"
end

# __snaprig_wants command|action [COMMAND] - whether one is typed now.
function __snaprig_wants
	set -l words (commandline -opc)[2..]
	test "$words[1]" != help; or set -e words[1]
	test "$words" = "$argv[2..]"
end

# What is typed now: of an option with a = its value, and without its quote.
function __snaprig_typed
	string replace -r -- '^--[^=]*=' '' (commandline -ct) | string replace -r '^[\'"]' ''
end

# __snaprig_told KIND:CHOICES WORD... - what the program says (`snaprig words`).  All of it at
# once: fish puts what a function prints next between the lines of a program.
function __snaprig_told
	set -l line (__snaprig_line)
	set -l mnt $line[2]
	set -l program (commandline -opc)[1]
	set -l said ($program words $argv[1] "$mnt" $argv[2..] 2>/dev/null)
	test -z "$said"; or printf '%s\n' $said
end

function __snaprig_files
	complete -C"snaprig_file $argv"
end

# __snaprig_one_of KIND:CHOICES [WORD...] - what an operand or a value can be, with the words of a
# rule before it.
function __snaprig_one_of
	set -l kind (string split -m 1 : $argv[1])
	set -l typed (__snaprig_typed)
	switch $kind[1]
		case choice
			set -l choices (string split -n ' ' $kind[2])
			for choice in $choices
				if string match -qr -- '[=:]$' $choice; and string match -q -- "$choice*" $typed
					__snaprig_files (string replace -- $choice '' $typed) |
						string replace -r '^' $choice
				end
			end
			printf '%s\n' $choices
		case file
			__snaprig_files $typed
		case folder
			__fish_complete_directories $typed ''
		case rule
			__snaprig_told rule: $argv[2..] "$typed"
		case listed set snapshot fault writer
			__snaprig_told $argv[1] "$typed"
			if string match -q -- '* FILE*' $kind[2]
				__snaprig_files $typed
			end
	end
end

function __snaprig_operands
	set -l line (__snaprig_line)
	set -l what (__snaprig_operand "$line[1] "(count $line))
	test -n "$what"; or set what (__snaprig_operand "$line[1] rest")
	test -z "$what"; or __snaprig_one_of $what $line[3..]
end

# The command line behind a --.
function __snaprig_command
	set -l words (commandline -opc)
	set -l end (contains -i -- -- $words)
	and complete -C(string join ' ' -- (string escape -- $words[(math $end + 1)..]) (commandline -ct))
end

function __snaprig_has_end
	set -l line (__snaprig_line)
	contains -- -- (commandline -opc); and contains -- "$line[1]" $__snaprig_ends
end

complete -c snaprig -f
complete -c snaprig -n __snaprig_has_end -a '(__snaprig_command)'
complete -c snaprig -n 'not __snaprig_has_end' -a '(__snaprig_operands)'
complete -c snaprig -l help -d 'show this'
complete -c snaprig -n '__snaprig_wants command' -l version -d 'tell the version'
complete -c snaprig -n '__snaprig_wants command' -a help -d 'of a command'

# ---- the table of commands, as `make commands` writes it ----
set -g __snaprig_values 'create --size' \
	'mount --size' \
	'mount --profile' \
	'mount --limit' \
	'mount --block' \
	'mount --sr' \
	'mount --format' \
	'mount --coalesce-rate' \
	'mount --time-scale' \
	'mount --memory' \
	'mount --store' \
	'mount --transport' \
	'mount --fault' \
	'mount --writer' \
	'mount --seed' \
	'mount --watchdog' \
	'mount --busy-poll' \
	'mount --read-ahead' \
	'mount -o' \
	'verify --store' \
	'status --output' \
	'snapshot create --limit' \
	'snapshot create --block' \
	'snapshot create --of' \
	'snapshot changed --bitmap' \
	'snapshot changed --until' \
	'gauge set --size' \
	'lvm --vg' \
	'lvm --lv' \
	'lvm --free' \
	'lvm --lvm-messages' \
	'xapi serve --listen' \
	'xapi serve --fault' \
	'xapi serve --state' \
	'xapi serve --longest-event-wait' \
	'xapi serve --nbd' \
	'xapi serve --export-framing' \
	'xapi flatten --parents' \
	'xapi restore --vm' \
	'xapi restore --disk' \
	'xapi restore --at' \
	'check --failure' \
	'check --at' \
	'check --fault' \
	'check --profile' \
	'check --size' \
	'check --image' \
	'check --restore' \
	'check --gives' \
	'check --writer' \
	'check --time-limit' \
	'check --seed' \
	'check --work' \
	'check --keeps' \
	'compare --rounds' \
	'compare --profile' \
	'compare --size' \
	'compare --image' \
	'compare --restore' \
	'compare --gives' \
	'compare --writer' \
	'compare --time-limit' \
	'compare --seed' \
	'compare --work' \
	'compare --report' \
	'matrix --failures' \
	'matrix --profile' \
	'matrix --size' \
	'matrix --image' \
	'matrix --jobs' \
	'matrix --report' \
	'matrix --resume' \
	'matrix --clients' \
	'matrix --time-limit' \
	'matrix --seed' \
	'matrix --work' \
	'sweep --failure' \
	'sweep --fault' \
	'sweep --by' \
	'sweep --points' \
	'sweep --svg' \
	'sweep --profile' \
	'sweep --size' \
	'sweep --image' \
	'sweep --restore' \
	'sweep --gives' \
	'sweep --writer' \
	'sweep --time-limit' \
	'sweep --seed' \
	'sweep --work' \
	'run --seed' \
	'run --filter' \
	'run --shard' \
	'run --jobs' \
	'run --retries' \
	'run --report' \
	'run --record' \
	'run --artifacts' \
	'run --clients' \
	'run --work' \
	'report merge --report' \
	'replay --work' \
	'replay --clients' \
	'shrink --work' \
	'shrink --clients' \
	'validate --clients' \
	'backup --like' \
	'backup --retry' \
	'backup --xapi' \
	'backup --job' \
	'backup --max-uncoalesced' \
	'backup --retries' \
	'backup --keep' \
	'backup --http-timeout' \
	'backup --task-timeout' \
	'backup --lock-stale' \
	'restore --xapi' \
	'restore --vm' \
	'restore --at' \
	'restore --http-timeout' \
	'bench --rounds' \
	'bench --seconds' \
	'bench --size' \
	'bench --dir' \
	'bench --baseline' \
	'bench --report' \
	'bench --artifacts'
set -g __snaprig_groups 'datto' \
	'fault' \
	'gauge' \
	'report' \
	'snapshot' \
	'writers' \
	'xapi'
set -g __snaprig_ends 'mount' \
	'lvm' \
	'check' \
	'compare' \
	'sweep'
function __snaprig_operand
	switch "$argv"
		case 'create 1'
			echo 'file:'
		case 'mount 1'
			echo 'file:'
		case 'mount 2'
			echo 'folder:'
		case 'verify 1'
			echo 'file:'
		case 'umount 1'
			echo 'folder:'
		case 'status 1'
			echo 'folder:'
		case 'top rest'
			echo 'folder:'
		case 'events 1'
			echo 'file:'
		case 'snapshot create 1'
			echo 'folder:'
		case 'snapshot create 2'
			echo 'text:'
		case 'snapshot clone 1'
			echo 'folder:'
		case 'snapshot clone 2'
			echo 'snapshot:'
		case 'snapshot clone 3'
			echo 'text:'
		case 'snapshot delete 1'
			echo 'folder:'
		case 'snapshot delete 2'
			echo 'snapshot:'
		case 'snapshot detach 1'
			echo 'folder:'
		case 'snapshot detach 2'
			echo 'snapshot:'
		case 'snapshot attach 1'
			echo 'folder:'
		case 'snapshot attach 2'
			echo 'snapshot:'
		case 'snapshot rename 1'
			echo 'folder:'
		case 'snapshot rename 2'
			echo 'snapshot:'
		case 'snapshot rename 3'
			echo 'text:'
		case 'snapshot limit 1'
			echo 'folder:'
		case 'snapshot limit 2'
			echo 'snapshot:'
		case 'snapshot limit 3'
			echo 'size:'
		case 'snapshot list 1'
			echo 'folder:'
		case 'snapshot changed 1'
			echo 'folder:'
		case 'snapshot changed 2'
			echo 'snapshot:'
		case 'coalesce 1'
			echo 'folder:'
		case 'datto ctl 1'
			echo 'folder:'
		case 'datto ctl 2'
			echo 'choice:setup-snapshot reload-snapshot reload-incremental destroy transition-to-incremental transition-to-snapshot reconfigure expand-cow-file reconfigure-auto-expand help'
		case 'datto ctl rest'
			echo 'file:'
		case 'datto mount 1'
			echo 'folder:'
		case 'datto umount 1'
			echo 'folder:'
		case 'fault add 1'
			echo 'folder:'
		case 'fault add rest'
			echo 'rule:'
		case 'fault list 1'
			echo 'folder:'
		case 'fault remove 1'
			echo 'folder:'
		case 'fault remove 2'
			echo 'fault:'
		case 'fault clear 1'
			echo 'folder:'
		case 'fault release 1'
			echo 'folder:'
		case 'writers list 1'
			echo 'folder:'
		case 'writers add 1'
			echo 'folder:'
		case 'writers add rest'
			echo 'choice:simulated hook fsfreeze'
		case 'writers remove 1'
			echo 'folder:'
		case 'writers remove rest'
			echo 'writer:'
		case 'writers kill 1'
			echo 'folder:'
		case 'writers kill rest'
			echo 'writer:'
		case 'writers freeze 1'
			echo 'folder:'
		case 'writers thaw 1'
			echo 'folder:'
		case 'writers notify 1'
			echo 'folder:'
		case 'writers notify 2'
			echo 'choice:identify backup-complete pre-restore post-restore backup-shutdown abort'
		case 'gauge set 1'
			echo 'folder:'
		case 'gauge set 2'
			echo 'listed:gauges'
		case 'gauge set 3'
			echo 'text:'
		case 'gauge release 1'
			echo 'folder:'
		case 'gauge release 2'
			echo 'listed:gauges'
		case 'lvm 1'
			echo 'file:'
		case 'xapi serve 1'
			echo 'file:'
		case 'xapi call 1'
			echo 'text:'
		case 'xapi call 2'
			echo 'text:'
		case 'xapi call rest'
			echo 'text:'
		case 'xapi flatten 1'
			echo 'file:'
		case 'xapi flatten 2'
			echo 'file:'
		case 'xapi restore 1'
			echo 'folder:'
		case 'xapi restore 2'
			echo 'file:'
		case 'matrix rest'
			echo 'listed:clients'
		case 'run rest'
			echo 'listed:scenarios FILE'
		case 'report merge rest'
			echo 'file:'
		case 'replay 1'
			echo 'file:'
		case 'shrink 1'
			echo 'file:'
		case 'validate rest'
			echo 'listed:scenarios FILE'
		case 'backup 1'
			echo 'file:'
		case 'backup 2'
			echo 'file:'
		case 'restore 1'
			echo 'file:'
		case 'restore 2'
			echo 'file:'
		case 'list 1'
			echo 'choice:profiles points gauges scenarios clients failures mounts'
		case 'bench rest'
			echo 'choice:randread-4k randwrite-4k seqread-1m seqwrite-1m latency-4k latency-write-4k first-writes-4k first-touch-4k snapshots-16 rewrite-4k view-4k view-1m view-128k view-buffered-128k chain-4k chain-1m backup-while-writing rules-randread-4k rules-randwrite-4k disturbed-4k coalesce snapshot-time map-memory mount-time'
	end
end
complete -c snaprig -n '__snaprig_wants command' -a 'create' -d 'make an image for a volume'
complete -c snaprig -n '__snaprig_wants command' -a 'mount' -d 'mount a volume'
complete -c snaprig -n '__snaprig_wants command' -a 'verify' -d 'read and check everything of an unmounted volume'
complete -c snaprig -n '__snaprig_wants command' -a 'umount' -d 'unmount a volume, and wait until it is on disk'
complete -c snaprig -n '__snaprig_wants command' -a 'status' -d 'show snapshots, gauges and counters of a volume'
complete -c snaprig -n '__snaprig_wants command' -a 'top' -d 'watch volumes live'
complete -c snaprig -n '__snaprig_wants command' -a 'events' -d 'show what happened, or follow events'
complete -c snaprig -n '__snaprig_wants command' -a 'snapshot' -d 'take and delete snapshots'
complete -c snaprig -n '__snaprig_wants command' -a 'coalesce' -d 'shorten a chain of nodes'
complete -c snaprig -n '__snaprig_wants command' -a 'datto' -d 'imitate dattobd\'s tool and its file system'
complete -c snaprig -n '__snaprig_wants command' -a 'fault' -d 'break a volume at an exact moment'
complete -c snaprig -n '__snaprig_wants command' -a 'writers' -d 'manage the applications that freeze for a snapshot'
complete -c snaprig -n '__snaprig_wants command' -a 'gauge' -d 'feign a gauge, or create memory pressure'
complete -c snaprig -n '__snaprig_wants command' -a 'lvm' -d 'run the real LVM tools in a private world'
complete -c snaprig -n '__snaprig_wants command' -a 'xapi' -d 'serve a XenServer pool, and use backups made from it'
complete -c snaprig -n '__snaprig_wants command' -a 'check' -d 'test any backup tool on a snapshot that breaks'
complete -c snaprig -n '__snaprig_wants command' -a 'compare' -d 'compare how, and how fast, backup tools read'
complete -c snaprig -n '__snaprig_wants command' -a 'matrix' -d 'run backup tools against failures, and print a table'
complete -c snaprig -n '__snaprig_wants command' -a 'sweep' -d 'test a backup tool with a failure at every place'
complete -c snaprig -n '__snaprig_wants command' -a 'run' -d 'run scenarios and judge the clients'
complete -c snaprig -n '__snaprig_wants command' -a 'report' -d 'merge the reports of several runs'
complete -c snaprig -n '__snaprig_wants command' -a 'replay' -d 'run a recorded scenario again, fault by fault'
complete -c snaprig -n '__snaprig_wants command' -a 'shrink' -d 'find the fewest faults that give the same verdict'
complete -c snaprig -n '__snaprig_wants command' -a 'validate' -d 'find mistakes in scenarios, adapters and failures'
complete -c snaprig -n '__snaprig_wants command' -a 'demo' -d 'run six backup tools against four failures'
complete -c snaprig -n '__snaprig_wants command' -a 'backup' -d 'back up a snapshot'
complete -c snaprig -n '__snaprig_wants command' -a 'restore' -d 'restore a backup'
complete -c snaprig -n '__snaprig_wants command' -a 'list' -d 'list what is available'
complete -c snaprig -n '__snaprig_wants command' -a 'doctor' -d 'show what works on this machine, and how to fix the rest'
complete -c snaprig -n '__snaprig_wants command' -a 'bench' -d 'measure how fast Snaprig is on this machine'
complete -c snaprig -n '__snaprig_wants action snapshot' -a 'create' -d 'take a snapshot'
complete -c snaprig -n '__snaprig_wants action snapshot' -a 'clone' -d 'make a writable clone of a snapshot'
complete -c snaprig -n '__snaprig_wants action snapshot' -a 'delete' -d 'delete a snapshot'
complete -c snaprig -n '__snaprig_wants action snapshot' -a 'detach' -d 'stop preserving blocks for a snapshot (profile lvm)'
complete -c snaprig -n '__snaprig_wants action snapshot' -a 'attach' -d 'preserve blocks for a snapshot again (profile lvm)'
complete -c snaprig -n '__snaprig_wants action snapshot' -a 'rename' -d 'rename a snapshot (profile lvm)'
complete -c snaprig -n '__snaprig_wants action snapshot' -a 'limit' -d 'change the limit of a snapshot (profile lvm)'
complete -c snaprig -n '__snaprig_wants action snapshot' -a 'list' -d 'list the snapshots'
complete -c snaprig -n '__snaprig_wants action snapshot' -a 'changed' -d 'list the blocks that changed since a snapshot'
complete -c snaprig -n '__snaprig_wants action datto' -a 'ctl' -d 'do and answer what dbdctl would'
complete -c snaprig -n '__snaprig_wants action datto' -a 'mount' -d 'act as if the file system on the volume were mounted again'
complete -c snaprig -n '__snaprig_wants action datto' -a 'umount' -d 'act as if it were unmounted: the snapshot becomes dormant'
complete -c snaprig -n '__snaprig_wants action fault' -a 'add' -d 'arm a fault'
complete -c snaprig -n '__snaprig_wants action fault' -a 'list' -d 'list the faults and what they did'
complete -c snaprig -n '__snaprig_wants action fault' -a 'remove' -d 'remove a fault'
complete -c snaprig -n '__snaprig_wants action fault' -a 'clear' -d 'remove all faults'
complete -c snaprig -n '__snaprig_wants action fault' -a 'release' -d 'release everything that hangs'
complete -c snaprig -n '__snaprig_wants action writers' -a 'list' -d 'list the writers as vssadmin does'
complete -c snaprig -n '__snaprig_wants action writers' -a 'add' -d 'add a writer'
complete -c snaprig -n '__snaprig_wants action writers' -a 'remove' -d 'remove a writer'
complete -c snaprig -n '__snaprig_wants action writers' -a 'kill' -d 'kill a simulated writer'
complete -c snaprig -n '__snaprig_wants action writers' -a 'freeze' -d 'freeze all writers'
complete -c snaprig -n '__snaprig_wants action writers' -a 'thaw' -d 'thaw all writers'
complete -c snaprig -n '__snaprig_wants action writers' -a 'notify' -d 'notify the writers of an event outside a snapshot'
complete -c snaprig -n '__snaprig_wants action gauge' -a 'set' -d 'feign a gauge'
complete -c snaprig -n '__snaprig_wants action gauge' -a 'release' -d 'measure a gauge again'
complete -c snaprig -n '__snaprig_wants action xapi' -a 'serve' -d 'serve a pool to Xen Orchestra'
complete -c snaprig -n '__snaprig_wants action xapi' -a 'demo' -d 'back up a pool, let it fail, fix it and restore it'
complete -c snaprig -n '__snaprig_wants action xapi' -a 'call' -d 'call a method of a pool by hand, as with xe'
complete -c snaprig -n '__snaprig_wants action xapi' -a 'flatten' -d 'turn a VHD and its parents into a disk image'
complete -c snaprig -n '__snaprig_wants action xapi' -a 'restore' -d 'restore a disk from a backup of Xen Orchestra'
complete -c snaprig -n '__snaprig_wants action report' -a 'merge' -d 'merge the reports of several runs'
complete -c snaprig -n '__snaprig_on create' -l size -x -a '(__snaprig_one_of \'size:\')' -d 'a multiple of 512'
complete -c snaprig -n '__snaprig_on create' -l json -d 'print what was made, as JSON'
complete -c snaprig -n '__snaprig_on mount' -l size -x -a '(__snaprig_one_of \'size:\')' -d 'use an image of zeros that is removed when the command ends'
complete -c snaprig -n '__snaprig_on mount' -l profile -x -a '(__snaprig_one_of \'listed:profiles\')' -d 'the system to imitate'
complete -c snaprig -n '__snaprig_on mount' -l limit -x -a '(__snaprig_one_of \'size:\')' -d 'space for the old blocks of one snapshot'
complete -c snaprig -n '__snaprig_on mount' -l block -x -a '(__snaprig_one_of \'size:\')' -d 'how much a snapshot preserves at a time'
complete -c snaprig -n '__snaprig_on mount' -l sr -x -a '(__snaprig_one_of \'choice:file lvm\')' -d 'the storage of a chain'
complete -c snaprig -n '__snaprig_on mount' -l format -x -a '(__snaprig_one_of \'choice:vhd qcow2\')' -d 'the format of a chain\'s nodes'
complete -c snaprig -n '__snaprig_on mount' -l coalesce-rate -x -a '(__snaprig_one_of \'size:\')' -d 'how much coalesce copies per second at most'
complete -c snaprig -n '__snaprig_on mount' -l no-coalesce -d 'coalesce only on \'snaprig coalesce\''
complete -c snaprig -n '__snaprig_on mount' -l time-scale -x -a '(__snaprig_one_of \'number:\')' -d 'run the rig\'s clock X times as fast as real time'
complete -c snaprig -n '__snaprig_on mount' -l memory -x -a '(__snaprig_one_of \'choice:system cgroup:\')' -d 'where memory.used is measured'
complete -c snaprig -n '__snaprig_on mount' -l durable -d 'make snapshots survive a power cut'
complete -c snaprig -n '__snaprig_on mount' -l verify -d 'read all stores and check their data'
complete -c snaprig -n '__snaprig_on mount' -l trust-image -d 'the snapshots belong to this image, in spite of its times and its inode'
complete -c snaprig -n '__snaprig_on mount' -l fail-snapshots -d 'they do not: fail the snapshots that share its data'
complete -c snaprig -n '__snaprig_on mount' -l store -x -a '(__snaprig_one_of \'folder:\')' -d 'the folder for the state'
complete -c snaprig -n '__snaprig_on mount' -l transport -x -a '(__snaprig_one_of \'choice:auto dev\')' -d 'auto or dev; both are the same in this version'
complete -c snaprig -n '__snaprig_on mount' -l fault -x -a '(__snaprig_one_of \'rule:\')' -d 'a fault to arm from the start'
complete -c snaprig -n '__snaprig_on mount' -l writer -x -a '(__snaprig_one_of \'choice:simulated hook fsfreeze\')' -d 'an application that must freeze for a snapshot'
complete -c snaprig -n '__snaprig_on mount' -l no-writer-check -d 'take a snapshot even if a writer fails'
complete -c snaprig -n '__snaprig_on mount' -l seed -x -a '(__snaprig_one_of \'number:\')' -d 'seed of the random decisions of faults'
complete -c snaprig -n '__snaprig_on mount' -l watchdog -x -a '(__snaprig_one_of \'choice:off 60s\')' -d 'end a rig that has made no progress for this time, with a trace in rig.log'
complete -c snaprig -n '__snaprig_on mount' -l busy-poll -x -a '(__snaprig_one_of \'choice:off auto 60us\')' -d 'while requests come, poll this long for the next event before sleeping'
complete -c snaprig -n '__snaprig_on mount' -l read-ahead -x -a '(__snaprig_one_of \'choice:off 2MiB\')' -d 'how far to read a snapshot ahead of a sequential reader, at most'
complete -c snaprig -n '__snaprig_on mount' -l foreground -d 'stay in the foreground'
complete -c snaprig -n '__snaprig_on mount' -l json -d 'print the mount, and the process that serves it, as JSON'
complete -c snaprig -n '__snaprig_on mount' -s o -x -a '(__snaprig_one_of \'set:ro allow_other allow_root max_read= noatime default_permissions dev nodev exec noexec suid nosuid dirsync debug uid= gid= mode= umask= profile= limit= block= sr= format= coalesce-rate= no-coalesce time-scale= memory= durable verify trust-image fail-snapshots store= transport= fault= writer= no-writer-check seed= watchdog= busy-poll= read-ahead= noauto nofail\')' -d 'FUSE options, separated by commas'
complete -c snaprig -n '__snaprig_on verify' -l store -x -a '(__snaprig_one_of \'folder:\')' -d 'the folder with the state'
complete -c snaprig -n '__snaprig_on verify' -l json -d 'print one object'
complete -c snaprig -n '__snaprig_on umount' -l json -d 'print what was unmounted, as JSON'
complete -c snaprig -n '__snaprig_on status' -l json -d 'print the object of MNT/.snaprig/status.json'
complete -c snaprig -n '__snaprig_on status' -l metrics -d 'print metrics in the text format of Prometheus'
complete -c snaprig -n '__snaprig_on status' -l output -x -a '(__snaprig_one_of \'file:\')' -d 'write to FILE, replacing it at once'
complete -c snaprig -n '__snaprig_on top' -l once -d 'print it once, as on a terminal that cannot be drawn on'
complete -c snaprig -n '__snaprig_on top' -l json -d 'print it once, as JSON'
complete -c snaprig -n '__snaprig_on events' -l follow -d 'keep printing events until the volume is unmounted'
complete -c snaprig -n '__snaprig_on events' -l json -d 'print the raw lines of the journal, one JSON object each'
complete -c snaprig -n '__snaprig_on snapshot create' -l limit -x -a '(__snaprig_one_of \'size:\')' -d 'space for preserved blocks'
complete -c snaprig -n '__snaprig_on snapshot create' -l block -x -a '(__snaprig_one_of \'size:\')' -d 'bytes preserved at a time'
complete -c snaprig -n '__snaprig_on snapshot create' -l of -x -a '(__snaprig_one_of \'snapshot:\')' -d 'take the snapshot of a clone instead of the live view'
complete -c snaprig -n '__snaprig_on snapshot create' -l no-writers -d 'do not ask writers to freeze'
complete -c snaprig -n '__snaprig_on snapshot create' -l json -d 'print what the volume answered, as JSON'
complete -c snaprig -n '__snaprig_on snapshot clone' -l full -d 'copy all data: the clone becomes the root of its own tree'
complete -c snaprig -n '__snaprig_on snapshot clone' -l json -d 'print what the volume answered, as JSON'
complete -c snaprig -n '__snaprig_on snapshot delete' -l json -d 'print what the volume answered, as JSON'
complete -c snaprig -n '__snaprig_on snapshot detach' -l json -d 'print what the volume answered, as JSON'
complete -c snaprig -n '__snaprig_on snapshot attach' -l json -d 'print what the volume answered, as JSON'
complete -c snaprig -n '__snaprig_on snapshot rename' -l json -d 'print what the volume answered, as JSON'
complete -c snaprig -n '__snaprig_on snapshot limit' -l json -d 'print what the volume answered, as JSON'
complete -c snaprig -n '__snaprig_on snapshot list' -l json -d 'print what the volume answered, as JSON'
complete -c snaprig -n '__snaprig_on snapshot changed' -l json -d 'print one JSON object'
complete -c snaprig -n '__snaprig_on snapshot changed' -l bitmap -x -a '(__snaprig_one_of \'file:\')' -d 'write one bit for each block'
complete -c snaprig -n '__snaprig_on snapshot changed' -l until -x -a '(__snaprig_one_of \'snapshot:\')' -d 'compare with this later snapshot instead of the live view'
complete -c snaprig -n '__snaprig_on coalesce' -l wait -d 'wait until nothing more can be merged'
complete -c snaprig -n '__snaprig_on coalesce' -l abort -d 'stop the current merge'
complete -c snaprig -n '__snaprig_on coalesce' -l json -d 'print the chain, as in the status'
complete -c snaprig -n '__snaprig_on datto mount' -l json -d 'print what the volume answered, as JSON'
complete -c snaprig -n '__snaprig_on datto umount' -l json -d 'print what the volume answered, as JSON'
complete -c snaprig -n '__snaprig_on fault add' -l json -d 'print what the volume answered, as JSON'
complete -c snaprig -n '__snaprig_on fault list' -l json -d 'print what the volume answered, as JSON'
complete -c snaprig -n '__snaprig_on fault remove' -l json -d 'print what the volume answered, as JSON'
complete -c snaprig -n '__snaprig_on fault clear' -l json -d 'print what the volume answered, as JSON'
complete -c snaprig -n '__snaprig_on fault release' -l json -d 'print what the volume answered, as JSON'
complete -c snaprig -n '__snaprig_on writers list' -l json -d 'print the volume\'s answer as JSON, including what failed, whose fault it was, and why'
complete -c snaprig -n '__snaprig_on writers add' -l json -d 'print what the volume answered, as JSON'
complete -c snaprig -n '__snaprig_on writers remove' -l json -d 'print what the volume answered, as JSON'
complete -c snaprig -n '__snaprig_on writers kill' -l json -d 'print what the volume answered, as JSON'
complete -c snaprig -n '__snaprig_on writers freeze' -l json -d 'print what the volume answered, as JSON'
complete -c snaprig -n '__snaprig_on writers thaw' -l json -d 'print what the volume answered, as JSON'
complete -c snaprig -n '__snaprig_on writers notify' -l json -d 'print what the volume answered, as JSON'
complete -c snaprig -n '__snaprig_on gauge set' -l real -d 'for memory.used: do not feign it, but use memory in a cgroup until it reads VALUE (10% to 95%); needs root'
complete -c snaprig -n '__snaprig_on gauge set' -l size -x -a '(__snaprig_one_of \'size:\')' -d 'the limit of that cgroup'
complete -c snaprig -n '__snaprig_on gauge set' -l json -d 'print what the volume answered, as JSON'
complete -c snaprig -n '__snaprig_on gauge release' -l json -d 'print what the volume answered, as JSON'
complete -c snaprig -n '__snaprig_on lvm' -l vg -x -a '(__snaprig_one_of \'text:\')' -d 'name of the volume group'
complete -c snaprig -n '__snaprig_on lvm' -l lv -x -a '(__snaprig_one_of \'text:\')' -d 'name of the logical volume with the volume\'s content'
complete -c snaprig -n '__snaprig_on lvm' -l free -x -a '(__snaprig_one_of \'size:\')' -d 'free space in the group'
complete -c snaprig -n '__snaprig_on lvm' -l empty -d 'make a group without a logical volume, all of it free'
complete -c snaprig -n '__snaprig_on lvm' -l monitor -d 'run the real dmeventd, which watches snapshots and extends them'
complete -c snaprig -n '__snaprig_on lvm' -l lvm-messages -x -a '(__snaprig_one_of \'choice:2.02\')' -d 'let a wrapper before the real tools print LVM 2.02\'s messages about dead devices'
complete -c snaprig -n '__snaprig_on lvm' -l enter -d 'join the world of the volume mounted there'
complete -c snaprig -n '__snaprig_on lvm' -l journal -d 'print what the commands of the last world did, and what was wrong with it'
complete -c snaprig -n '__snaprig_on lvm' -l json -d 'print that as JSON'
complete -c snaprig -n '__snaprig_on xapi serve' -l listen -x -a '(__snaprig_one_of \'text:\')' -d '127.0.0.1:PORT, [::1]:PORT or unix:PATH'
complete -c snaprig -n '__snaprig_on xapi serve' -l fault -x -a '(__snaprig_one_of \'rule:\')' -d 'a rule to arm at the rig of the first disk'
complete -c snaprig -n '__snaprig_on xapi serve' -l state -x -a '(__snaprig_one_of \'folder:\')' -d 'the folder for the pool\'s state'
complete -c snaprig -n '__snaprig_on xapi serve' -l longest-event-wait -x -a '(__snaprig_one_of \'time:\')' -d 'how long event.from waits at most'
complete -c snaprig -n '__snaprig_on xapi serve' -l nbd -x -a '(__snaprig_one_of \'text:\')' -d 'also serve disks over NBD'
complete -c snaprig -n '__snaprig_on xapi serve' -l export-framing -x -a '(__snaprig_one_of \'choice:chunked length close old-close\')' -d 'how the body of an export ends'
complete -c snaprig -n '__snaprig_on xapi demo' -l json -d 'print the runs as JSON'
complete -c snaprig -n '__snaprig_on xapi flatten' -l parents -x -a '(__snaprig_one_of \'folder:\')' -d 'also look for parents in this folder'
complete -c snaprig -n '__snaprig_on xapi flatten' -l json -d 'print what was made, as JSON'
complete -c snaprig -n '__snaprig_on xapi restore' -l vm -x -a '(__snaprig_one_of \'text:\')' -d 'the VM'
complete -c snaprig -n '__snaprig_on xapi restore' -l disk -x -a '(__snaprig_one_of \'text:\')' -d 'the disk, by name or uuid, if the VM has several'
complete -c snaprig -n '__snaprig_on xapi restore' -l at -x -a '(__snaprig_one_of \'text:\')' -d 'name of the restore point, such as 20261128T003000Z'
complete -c snaprig -n '__snaprig_on xapi restore' -l list -d 'list the restore points with their disks'
complete -c snaprig -n '__snaprig_on xapi restore' -l json -d 'print the list, or what was made, as JSON'
complete -c snaprig -n '__snaprig_on check' -l failure -x -a '(__snaprig_one_of \'listed:failures all FILE\')' -d 'what happens (\'snaprig list failures\'), the path of a failure file, or all: every failure that this machine can bring about'
complete -c snaprig -n '__snaprig_on check' -l at -x -a '(__snaprig_one_of \'text:\')' -d 'when it happens, instead of the default'
complete -c snaprig -n '__snaprig_on check' -l fault -x -a '(__snaprig_one_of \'rule:\')' -d 'a fault, armed before the snapshot is taken'
complete -c snaprig -n '__snaprig_on check' -l profile -x -a '(__snaprig_one_of \'listed:profiles\')' -d 'the system to imitate'
complete -c snaprig -n '__snaprig_on check' -l size -x -a '(__snaprig_one_of \'size:\')' -d 'size of a volume of random bytes'
complete -c snaprig -n '__snaprig_on check' -l image -x -a '(__snaprig_one_of \'file:\')' -d 'use a copy of this file as the volume'
complete -c snaprig -n '__snaprig_on check' -l restore -x -a '(__snaprig_one_of \'text:\')' -d 'a line for the shell that makes {restored} from {out}'
complete -c snaprig -n '__snaprig_on check' -l gives -x -a '(__snaprig_one_of \'choice:file device tree nbd lvm xapi\')' -d 'what {snapshot} stands for'
complete -c snaprig -n '__snaprig_on check' -l takes -d 'CMD itself takes the snapshot {snapshot}'
complete -c snaprig -n '__snaprig_on check' -l writer -x -a '(__snaprig_one_of \'choice:none trickle storm\')' -d 'the load that writes to the volume meanwhile'
complete -c snaprig -n '__snaprig_on check' -l time-limit -x -a '(__snaprig_one_of \'time:\')' -d 'for one run of CMD'
complete -c snaprig -n '__snaprig_on check' -l seed -x -a '(__snaprig_one_of \'number:\')' -d 'seed of all random content and decisions'
complete -c snaprig -n '__snaprig_on check' -l work -x -a '(__snaprig_one_of \'folder:\')' -d 'where to make work folders'
complete -c snaprig -n '__snaprig_on check' -l keep -d 'keep the work folders, and print their paths'
complete -c snaprig -n '__snaprig_on check' -l steady -d 'run CMD without the failure first'
complete -c snaprig -n '__snaprig_on check' -l keeps -x -a '(__snaprig_one_of \'number:\')' -d 'CMD keeps the latest N backups'
complete -c snaprig -n '__snaprig_on check' -l json -d 'print one JSON object'
complete -c snaprig -n '__snaprig_on compare' -l rounds -x -a '(__snaprig_one_of \'number:\')' -d 'how many rounds (default 5)'
complete -c snaprig -n '__snaprig_on compare' -l profile -x -a '(__snaprig_one_of \'listed:profiles\')' -d 'the system to imitate'
complete -c snaprig -n '__snaprig_on compare' -l size -x -a '(__snaprig_one_of \'size:\')' -d 'size of a volume of random bytes'
complete -c snaprig -n '__snaprig_on compare' -l image -x -a '(__snaprig_one_of \'file:\')' -d 'use a copy of this file as the volume'
complete -c snaprig -n '__snaprig_on compare' -l restore -x -a '(__snaprig_one_of \'text:\')' -d 'a line for the shell that makes {restored} from {out}'
complete -c snaprig -n '__snaprig_on compare' -l gives -x -a '(__snaprig_one_of \'choice:file device tree nbd lvm xapi\')' -d 'what {snapshot} stands for'
complete -c snaprig -n '__snaprig_on compare' -l takes -d 'CMD itself takes the snapshot {snapshot}'
complete -c snaprig -n '__snaprig_on compare' -l writer -x -a '(__snaprig_one_of \'choice:none trickle storm\')' -d 'the load that writes to the volume meanwhile'
complete -c snaprig -n '__snaprig_on compare' -l time-limit -x -a '(__snaprig_one_of \'time:\')' -d 'for one run of CMD'
complete -c snaprig -n '__snaprig_on compare' -l seed -x -a '(__snaprig_one_of \'number:\')' -d 'seed of all random content and decisions'
complete -c snaprig -n '__snaprig_on compare' -l work -x -a '(__snaprig_one_of \'folder:\')' -d 'where to make work folders'
complete -c snaprig -n '__snaprig_on compare' -l keep -d 'keep the work folders, and print their paths'
complete -c snaprig -n '__snaprig_on compare' -l report -x -a '(__snaprig_one_of \'choice:json= html=\')' -d 'write a report (json or html), updated after each round'
complete -c snaprig -n '__snaprig_on compare' -l json -d 'print one JSON object'
complete -c snaprig -n '__snaprig_on matrix' -l failures -x -a '(__snaprig_one_of \'listed:failures none FILE\')' -d 'names or patterns'
complete -c snaprig -n '__snaprig_on matrix' -l profile -x -a '(__snaprig_one_of \'listed:profiles\')' -d 'only on this system'
complete -c snaprig -n '__snaprig_on matrix' -l size -x -a '(__snaprig_one_of \'size:\')' -d 'the size of the volume'
complete -c snaprig -n '__snaprig_on matrix' -l image -x -a '(__snaprig_one_of \'choice:ext4= ntfs= xfs=\')' -d 'the volume for clients of this file system'
complete -c snaprig -n '__snaprig_on matrix' -l jobs -x -a '(__snaprig_one_of \'number:\')' -d 'how many checks run at a time'
complete -c snaprig -n '__snaprig_on matrix' -l report -x -a '(__snaprig_one_of \'choice:markdown= json= html=\')' -d 'write a report (markdown, json or html), updated after each check'
complete -c snaprig -n '__snaprig_on matrix' -l resume -x -a '(__snaprig_one_of \'file:\')' -d 'reuse the results of this JSON report'
complete -c snaprig -n '__snaprig_on matrix' -l clients -x -a '(__snaprig_one_of \'folder:\')' -d 'also look for client adapters in this folder'
complete -c snaprig -n '__snaprig_on matrix' -l time-limit -x -a '(__snaprig_one_of \'time:\')' -d 'for one run of a client'
complete -c snaprig -n '__snaprig_on matrix' -l seed -x -a '(__snaprig_one_of \'number:\')' -d 'seed of all random content and decisions'
complete -c snaprig -n '__snaprig_on matrix' -l work -x -a '(__snaprig_one_of \'folder:\')' -d 'where to make work folders'
complete -c snaprig -n '__snaprig_on matrix' -l json -d 'print one JSON object'
complete -c snaprig -n '__snaprig_on sweep' -l failure -x -a '(__snaprig_one_of \'listed:failures FILE\')' -d 'what happens (\'snaprig list failures\'), at one moment after the other'
complete -c snaprig -n '__snaprig_on sweep' -l fault -x -a '(__snaprig_one_of \'rule:\')' -d 'or a fault, at one hit or offset after the other'
complete -c snaprig -n '__snaprig_on sweep' -l by -x -a '(__snaprig_one_of \'choice:hits offsets\')' -d 'vary the hit at which it strikes, or the offset'
complete -c snaprig -n '__snaprig_on sweep' -l points -x -a '(__snaprig_one_of \'number:\')' -d 'try at most N places'
complete -c snaprig -n '__snaprig_on sweep' -l every -d 'try every place'
complete -c snaprig -n '__snaprig_on sweep' -l svg -x -a '(__snaprig_one_of \'file:\')' -d 'also write the map as a picture'
complete -c snaprig -n '__snaprig_on sweep' -l profile -x -a '(__snaprig_one_of \'listed:profiles\')' -d 'the system to imitate'
complete -c snaprig -n '__snaprig_on sweep' -l size -x -a '(__snaprig_one_of \'size:\')' -d 'size of a volume of random bytes'
complete -c snaprig -n '__snaprig_on sweep' -l image -x -a '(__snaprig_one_of \'file:\')' -d 'use a copy of this file as the volume'
complete -c snaprig -n '__snaprig_on sweep' -l restore -x -a '(__snaprig_one_of \'text:\')' -d 'a line for the shell that makes {restored} from {out}'
complete -c snaprig -n '__snaprig_on sweep' -l gives -x -a '(__snaprig_one_of \'choice:file device tree nbd lvm xapi\')' -d 'what {snapshot} stands for'
complete -c snaprig -n '__snaprig_on sweep' -l takes -d 'CMD itself takes the snapshot {snapshot}'
complete -c snaprig -n '__snaprig_on sweep' -l writer -x -a '(__snaprig_one_of \'choice:none trickle storm\')' -d 'the load that writes to the volume meanwhile'
complete -c snaprig -n '__snaprig_on sweep' -l time-limit -x -a '(__snaprig_one_of \'time:\')' -d 'for one run of CMD'
complete -c snaprig -n '__snaprig_on sweep' -l seed -x -a '(__snaprig_one_of \'number:\')' -d 'seed of all random content and decisions'
complete -c snaprig -n '__snaprig_on sweep' -l work -x -a '(__snaprig_one_of \'folder:\')' -d 'where to make work folders'
complete -c snaprig -n '__snaprig_on sweep' -l keep -d 'keep the work folders, and print their paths'
complete -c snaprig -n '__snaprig_on sweep' -l json -d 'print one JSON object'
complete -c snaprig -n '__snaprig_on run' -l seed -x -a '(__snaprig_one_of \'number:\')' -d 'use this seed instead of those of the scenarios'
complete -c snaprig -n '__snaprig_on run' -l filter -x -a '(__snaprig_one_of \'text:\')' -d 'run only scenarios whose names match this shell pattern'
complete -c snaprig -n '__snaprig_on run' -l shard -x -a '(__snaprig_one_of \'text:\')' -d 'run only the I-th of N shares'
complete -c snaprig -n '__snaprig_on run' -l list -d 'print the names of the scenarios, without running them'
complete -c snaprig -n '__snaprig_on run' -l jobs -x -a '(__snaprig_one_of \'number:\')' -d 'how many scenarios run at a time'
complete -c snaprig -n '__snaprig_on run' -l retries -x -a '(__snaprig_one_of \'number:\')' -d 'repeat a scenario that does not pass up to N times'
complete -c snaprig -n '__snaprig_on run' -l fail-fast -d 'after a scenario that does not pass, skip those not yet started'
complete -c snaprig -n '__snaprig_on run' -l report -x -a '(__snaprig_one_of \'choice:junit= jenkins= tap= tap14= tap13= json= html= tap14 tap13 github\')' -d 'also write a report to a file'
complete -c snaprig -n '__snaprig_on run' -l record -x -a '(__snaprig_one_of \'folder:\')' -d 'record each run in FOLDER/NAME.jsonl, for replay and shrink'
complete -c snaprig -n '__snaprig_on run' -l artifacts -x -a '(__snaprig_one_of \'folder:\')' -d 'keep the logs of scenarios that did not pass in FOLDER/NAME'
complete -c snaprig -n '__snaprig_on run' -l clients -x -a '(__snaprig_one_of \'folder:\')' -d 'also look for client adapters in this folder'
complete -c snaprig -n '__snaprig_on run' -l work -x -a '(__snaprig_one_of \'folder:\')' -d 'where to make work folders'
complete -c snaprig -n '__snaprig_on run' -l keep -d 'keep the work folders, and print their paths'
complete -c snaprig -n '__snaprig_on run' -l json -d 'print one JSON object instead of TAP'
complete -c snaprig -n '__snaprig_on report merge' -l report -x -a '(__snaprig_one_of \'choice:junit= jenkins= tap= tap14= tap13= json= html= tap14 tap13 github\')' -d 'also write a report to a file, as \'run\' does'
complete -c snaprig -n '__snaprig_on report merge' -l json -d 'print one JSON object instead of TAP'
complete -c snaprig -n '__snaprig_on replay' -l work -x -a '(__snaprig_one_of \'folder:\')' -d 'where to make work folders'
complete -c snaprig -n '__snaprig_on replay' -l clients -x -a '(__snaprig_one_of \'folder:\')' -d 'also look for client adapters in this folder'
complete -c snaprig -n '__snaprig_on replay' -l keep -d 'keep the work folders, and print their paths'
complete -c snaprig -n '__snaprig_on replay' -l json -d 'print one JSON object'
complete -c snaprig -n '__snaprig_on shrink' -l work -x -a '(__snaprig_one_of \'folder:\')' -d 'where to make work folders'
complete -c snaprig -n '__snaprig_on shrink' -l clients -x -a '(__snaprig_one_of \'folder:\')' -d 'also look for client adapters in this folder'
complete -c snaprig -n '__snaprig_on shrink' -l keep -d 'keep the work folders, and print their paths'
complete -c snaprig -n '__snaprig_on shrink' -l json -d 'print one JSON object'
complete -c snaprig -n '__snaprig_on validate' -l clients -x -a '(__snaprig_one_of \'folder:\')' -d 'also look for client adapters in this folder'
complete -c snaprig -n '__snaprig_on validate' -l json -d 'print one JSON object instead'
complete -c snaprig -n '__snaprig_on demo' -l json -d 'print the checks as JSON, as \'snaprig matrix\' does'
complete -c snaprig -n '__snaprig_on backup' -l like -x -a '(__snaprig_one_of \'choice:aip xo\')' -d 'the product to imitate'
complete -c snaprig -n '__snaprig_on backup' -l take -d 'take the snapshot first'
complete -c snaprig -n '__snaprig_on backup' -l retry -x -a '(__snaprig_one_of \'choice:none aip-2018 microsoft\')' -d 'when to retry a snapshot that fails, on the rig\'s clock'
complete -c snaprig -n '__snaprig_on backup' -l xapi -x -a '(__snaprig_one_of \'text:\')' -d 'xo: use the pool at http://USER:PASSWORD@HOST:PORT; SNAPSHOT is then the uuid or the name of a VM, and OUT the folder for its backups'
complete -c snaprig -n '__snaprig_on backup' -l job -x -a '(__snaprig_one_of \'text:\')' -d 'xo: name of the job, from which its id is made (default: the name of OUT\'s folder)'
complete -c snaprig -n '__snaprig_on backup' -l max-uncoalesced -x -a '(__snaprig_one_of \'number:\')' -d 'xo: skip the job if more than N nodes of the chain are unmerged (default 1)'
complete -c snaprig -n '__snaprig_on backup' -l bypass-chain-check -d 'xo: do not check the chain'
complete -c snaprig -n '__snaprig_on backup' -l retries -x -a '(__snaprig_one_of \'number:\')' -d 'xo: if the job fails or is skipped, repeat all of it at once, N times (default 0)'
complete -c snaprig -n '__snaprig_on backup' -l keep -x -a '(__snaprig_one_of \'number:\')' -d 'xo: after a good backup, keep the job\'s latest N (default: all)'
complete -c snaprig -n '__snaprig_on backup' -l http-timeout -x -a '(__snaprig_one_of \'time:\')' -d 'xo: how long the source may send nothing (default 5m), on the rig\'s clock; with --xapi, how long the pool may, in real time (httpInactivityTimeout)'
complete -c snaprig -n '__snaprig_on backup' -l task-timeout -x -a '(__snaprig_one_of \'time:\')' -d 'xo: how long a task of the pool may be pending (default 1h); Xen Orchestra itself waits for ever'
complete -c snaprig -n '__snaprig_on backup' -l lock-stale -x -a '(__snaprig_one_of \'time:\')' -d 'xo: when a lock that is not renewed is stale (default 10s)'
complete -c snaprig -n '__snaprig_on backup' -l json -d 'print what was made, as JSON'
complete -c snaprig -n '__snaprig_on restore' -l xapi -x -a '(__snaprig_one_of \'text:\')' -d 'restore into the pool at http://USER:PASSWORD@HOST:PORT'
complete -c snaprig -n '__snaprig_on restore' -l vm -x -a '(__snaprig_one_of \'text:\')' -d 'xapi: the VM that was backed up (default: the only one)'
complete -c snaprig -n '__snaprig_on restore' -l at -x -a '(__snaprig_one_of \'text:\')' -d 'xapi: name of the restore point, such as 20261128T003000Z (default: the last)'
complete -c snaprig -n '__snaprig_on restore' -l http-timeout -x -a '(__snaprig_one_of \'time:\')' -d 'xapi: how long the host may neither accept nor send data (default 5m)'
complete -c snaprig -n '__snaprig_on restore' -l json -d 'print what was made, as JSON'
complete -c snaprig -n '__snaprig_on list' -l json -d 'print the list as JSON, with all details'
complete -c snaprig -n '__snaprig_on doctor' -l json -d 'print the findings as JSON'
complete -c snaprig -n '__snaprig_on bench' -l peers -d 'also measure qemu-storage-daemon, nbdkit and XFS reflinks, if they are installed'
complete -c snaprig -n '__snaprig_on bench' -l quick -d 'a shorter run: two minutes, with noisy figures'
complete -c snaprig -n '__snaprig_on bench' -l rounds -x -a '(__snaprig_one_of \'number:\')' -d 'how many rounds (default 5)'
complete -c snaprig -n '__snaprig_on bench' -l seconds -x -a '(__snaprig_one_of \'time:\')' -d 'how long each measurement takes'
complete -c snaprig -n '__snaprig_on bench' -l size -x -a '(__snaprig_one_of \'size:\')' -d 'the size of the volumes'
complete -c snaprig -n '__snaprig_on bench' -l dir -x -a '(__snaprig_one_of \'folder:\')' -d 'a folder on the disk to measure'
complete -c snaprig -n '__snaprig_on bench' -l baseline -x -a '(__snaprig_one_of \'file:\')' -d 'compare with a run written by --report json=FILE'
complete -c snaprig -n '__snaprig_on bench' -l report -x -a '(__snaprig_one_of \'choice:json= html= md=\')' -d 'write a report (json, html or md) at the end, all at once'
complete -c snaprig -n '__snaprig_on bench' -l artifacts -x -a '(__snaprig_one_of \'folder:\')' -d 'keep fio\'s output'
complete -c snaprig -n '__snaprig_on bench' -l list -d 'print the jobs and what they show, without measuring'
complete -c snaprig -n '__snaprig_on bench' -l json -d 'print one JSON object'
# ---- end of the table ----
