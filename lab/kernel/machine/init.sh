#!/bin/bash
# The guest's first process: loads the kernel's modules, makes what is expected of a system, and becomes the agent.
export PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin
mount -t proc proc /proc
mount -t sysfs sys /sys
mount -t devtmpfs dev /dev
# One process for all: an insmod each takes seconds in an emulated processor. 313 is finit_module on x86_64.
perl -e '
  open my $order, "<", "/modules/order";
  while (<$order>) {
    my ($file, $options) = /(\S+) ?(.*)/;
    open my $module, "<", "/modules/$file" or die "$file: $!";
    syscall(313, fileno $module, $options, 0) == 0 or warn "$file: $!\n";
  }'
mkdir -p /dev/pts /dev/shm
ln -s /proc/self/fd /dev/fd
ln -s /proc/self/fd/0 /dev/stdin
mount -t devpts devpts /dev/pts
mount -t tmpfs run /run
mount -t tmpfs tmp /tmp
mount --make-rprivate /
mkdir -p /run/netns /run/lab /run/lock
ip link set lo up
# Where emulated processors stand still for a second the kernel would drop what comes meanwhile: at 1000 packets, or at 270 answers to a ping.
echo 10000 >/proc/sys/net/core/netdev_max_backlog
echo 8388608 >/proc/sys/net/core/rmem_default
exec perl /agent.pl /dev/vport0p1
