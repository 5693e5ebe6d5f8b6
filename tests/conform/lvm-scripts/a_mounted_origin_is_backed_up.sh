# The page's way: a snapshot of a mounted file system is mounted and read.
mkfs.ext4 -q -E lazy_itable_init=0,lazy_journal_init=0 -U 5a5a5a5a-0000-4000-8000-000000000001 /dev/vg0/live
mount /dev/vg0/live mnt
yes content | head -c 1000000 >mnt/file
~ lvcreate -s -L 16M -n b1 vg0/live
~ lvs -o lv_name,lv_attr,origin
~ lvscan
~ rm mnt/file; echo other >mnt/other; sync -f mnt
~ mkdir snap
~ mount -o ro /dev/vg0/b1 snap
~ lvs -o lv_name,lv_attr,origin
~ sha256sum <snap/file | cut -c 1-16
~ ls snap
~ lvremove -f vg0/b1
~ umount snap
~ blkid -p -o export /dev/vg0/b1 | grep -v UUID_SUB
~ lvremove -f vg0/b1
~ ls mnt
umount mnt
lvs
~ blkid -p -o export /dev/vg0/live | grep -v UUID_SUB
