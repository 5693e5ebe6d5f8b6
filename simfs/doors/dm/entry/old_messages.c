/* SPDX-License-Identifier: Apache-2.0 */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "simfs/base/cleanup.h"
#include "simfs/doors/dm/entry/old_messages.h"

#define WRAPPER "lvm"

/*
 * A command of LVM 2.02 searched every device for the superblock of an md array: version 0.90 in
 * the last whole 64 KiB but one, 1.0 at 8 KiB before the end, 1.1 at the beginning, 1.2 at 4 KiB.
 * All four reads of a dead device failed.
 */
static const char wrapper[] =
	"#!/bin/sh\n"
	"# Made by `snaprig lvm --lvm-messages 2.02`: prints what LVM 2.02 printed of devices\n"
	"# that cannot be read, and then becomes the real command.\n"
	"\n"
	"folder=${0%/*}\n"
	"name=${0##*/}\n"
	"# Without the wrappers, whichever place they have.\n"
	"PATH=$(printf %s \":$PATH:\" | sed \"s,:$folder:,:,g; s,^:*,,; s,:*$,,\")\n"
	"export PATH\n"
	"\n"
	"# Invalid snapshots, and whatever lies on one: NAME/BYTES/VG/LV, of each.\n"
	"dead()\n"
	"{\n"
	"	{\n"
	"		dmsetup info -c --noheadings --separator / \\\n"
	"			-o name,major,minor,vg_name,lv_name | sed 's,^,device/,'\n"
	"		dmsetup status --noflush | sed 's,^,status/,'\n"
	"		dmsetup table --noflush | sed 's,^,table/,'\n"
	"	} 2>/dev/null | awk -F / '\n"
	"		$1 == \"device\" {\n"
	"			name_of[$3 \":\" $4] = $2\n"
	"			place[$2] = $5 \"/\" $6\n"
	"			order[++count] = $2\n"
	"			next\n"
	"		}\n"
	"		# NAME: BEGIN LENGTH TARGET PARAMETERS; a name may have blanks and "
	"colons.\n"
	"		match($0, /: [0-9]+ [0-9]+ [a-z-]+/) {\n"
	"			at = index($0, \"/\")\n"
	"			device = substr($0, at + 1, RSTART - at - 1)\n"
	"			words = split(substr($0, RSTART + 2), word, \" \")\n"
	"			if ($1 == \"status\") {\n"
	"				sectors[device] += word[2]\n"
	"				if (word[3] == \"snapshot\" && word[4] == \"Invalid\")\n"
	"					is_dead[device] = 1\n"
	"			} else if (word[3] == \"linear\" || word[3] == \"striped\") {\n"
	"				for (i = 4; i <= words; i++)\n"
	"					if (word[i] ~ /^[0-9]+:[0-9]+$/)\n"
	"						under[device] = under[device] \" \" "
	"word[i]\n"
	"			}\n"
	"		}\n"
	"		END {\n"
	"			do {\n"
	"				grew = 0\n"
	"				for (device in under) {\n"
	"					words = split(under[device], word, \" \")\n"
	"					for (i = 1; i <= words; i++)\n"
	"						if (!is_dead[device] && "
	"is_dead[name_of[word[i]]])\n"
	"							grew = is_dead[device] = 1\n"
	"				}\n"
	"			} while (grew)\n"
	"			for (i = 1; i <= count; i++)\n"
	"				if (is_dead[order[i]])\n"
	"					printf \"%s/%.0f/%s\\n\", order[i],\n"
	"						sectors[order[i]] * 512, place[order[i]]\n"
	"		}'\n"
	"}\n"
	"\n"
	"case $name\\ ${1-} in\n"
	"lvm\\ version | lvm\\ help | lvm\\ | *\\ --version | *\\ --help | *\\ -h | *\\ -\\?) ;;\n"
	"*)\n"
	"	dead | while IFS=/ read -r device bytes vg lv; do\n"
	"		path=/dev/$vg/$lv\n"
	"		[ -n \"$vg\" ] && [ -e \"$path\" ] || path=/dev/mapper/$device\n"
	"		for place in $((bytes / 65536 * 65536 - 65536)) \\\n"
	"			$(((bytes - 8192) / 4096 * 4096)) 0 4096; do\n"
	"			echo \"  $path: read failed after 0 of 4096 at $place:\" \\\n"
	"				\"Input/output error\" >&2\n"
	"		done\n"
	"	done\n"
	"	;;\n"
	"esac\n"
	"exec \"$name\" \"$@\"\n";

/* Commands of LVM that read devices. */
static const char *const commands[] = {
	"lvchange",
	"lvconvert",
	"lvcreate",
	"lvdisplay",
	"lvextend",
	"lvreduce",
	"lvremove",
	"lvrename",
	"lvresize",
	"lvs",
	"lvscan",
	"pvchange",
	"pvck",
	"pvcreate",
	"pvdisplay",
	"pvmove",
	"pvremove",
	"pvresize",
	"pvs",
	"pvscan",
	"vgcfgbackup",
	"vgchange",
	"vgck",
	"vgconvert",
	"vgcreate",
	"vgdisplay",
	"vgexport",
	"vgextend",
	"vgimport",
	"vgmerge",
	"vgmknodes",
	"vgreduce",
	"vgremove",
	"vgrename",
	"vgs",
	"vgscan",
	"vgsplit",
	"lvmdiskscan",
	"vgcfgrestore",
	"vgimportclone",
};

static int write_wrapper(int folder_fd)
{
	AUTO(auto_close) int fd = openat(folder_fd, WRAPPER, O_WRONLY | O_CREAT | O_CLOEXEC, 0755);

	if (fd < 0)
		return -errno;
	size_t length = sizeof(wrapper) - 1;
	ssize_t written = write(fd, wrapper, length);

	if (written < 0)
		return -errno;
	return (size_t)written == length ? 0 : -EIO;
}

int old_messages_write(const char *folder)
{
	if (mkdir(folder, 0755) < 0 && errno != EEXIST)
		return -errno;
	AUTO(auto_close) int fd = open(folder, O_PATH | O_DIRECTORY | O_CLOEXEC);

	if (fd < 0)
		return -errno;
	int result = write_wrapper(fd);

	for (size_t i = 0; !result && i < sizeof(commands) / sizeof(*commands); i++) {
		if (symlinkat(WRAPPER, fd, commands[i]) < 0 && errno != EEXIST)
			result = -errno;
	}
	return result;
}
