#!/bin/bash
# Starts a systemd as process 1 of namespaces of its own, in this process's place. Nothing of the machine's is started: it knows the units of
# FOLDER alone, and /var/lib is FOLDER/var, which outlives it. As root: systemd.sh PROGRAM FOLDER
set -eu
systemd=$1 folder=$2
if [ "${3-}" != inside ]; then
  mkdir -p "$folder"/{etc,units,var/edge-ramp}
  for target in basic sysinit shutdown network; do printf '[Unit]\nDefaultDependencies=no\n' >"$folder/units/$target.target"; done
  printf '[Unit]\nRequires=basic.target\nAfter=basic.target\n' >"$folder/units/multi-user.target"
  ln -sf multi-user.target "$folder/units/default.target"
  exec unshare --pid --fork --kill-child --mount --uts --ipc --net --cgroup --mount-proc bash "$0" "$systemd" "$folder" inside
fi

# systemd 219 knows the first version of control groups alone.
mount --make-rprivate /
mount -t tmpfs tmpfs /sys/fs/cgroup
mkdir /sys/fs/cgroup/systemd
mount -t cgroup -o none,name=systemd cgroup /sys/fs/cgroup/systemd
for empty in /run /etc/init.d; do mount -t tmpfs tmpfs "$empty"; done
mount --bind "$folder/etc" /etc/systemd/system
mount --bind "$folder/units" /lib/systemd/system
mount --bind "$folder/var" /var/lib
ip link set lo up
exec env -i container=lab PATH=/usr/sbin:/usr/bin:/sbin:/bin SYSTEMD_LOG_TARGET=console "$systemd" --system
