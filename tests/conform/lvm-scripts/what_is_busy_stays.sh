# Held open, mounted, used by another: what is refused, and with which words.
mkfs.ext4 -q -E lazy_itable_init=0,lazy_journal_init=0 /dev/vg0/live
lvcreate -s -L 16M -n b1 vg0/live
hold /dev/vg0/b1
lvs
timeout 20 lvremove -f vg0/b1
dmsetup remove vg0-b1
dmsetup remove nothing
dmsetup remove vg0-live-real
let_go
lvremove vg0/b1
lvremove vg0/nothing
lvcreate -s -L 4M -n b1 vg0/live
lvcreate -s -n b2 vg0/live
lvresize -L +4M vg0/live
mount -o ro /dev/vg0/b1 mnt
lvs
lvremove -f vg0/b1
lvchange -an -y vg0/b1
ls -A mnt
umount mnt
dmsetup create top --table '0 2048 linear /dev/vg0/b1 0'
lvremove -f vg0/b1
dmsetup ls --tree -o notrunc
dmsetup deps vg0-b1
dmsetup remove top
dmsetup remove -f vg0-b1
lvs
lvremove -f vg0/b1
lvs
lvcreate -s -L 16M -n b2 vg0/live
hold /dev/vg0/b2
dmsetup remove vg0-live
lvchange -an vg0/live
lvs
let_go
lvchange -an vg0/live
lvchange -ay vg0/live
lvs
