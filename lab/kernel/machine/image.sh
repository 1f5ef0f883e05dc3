#!/bin/bash
# image.sh OUT KERNEL_RELEASE IPTABLES MODULES FILES TOOL...  (OUT is there whole or not at all)
# IPTABLES: the program that is iptables there; MODULES: of the kernel, beside those that every guest has; FILES: that keep their paths.
# Makes the guest's whole system, an initramfs, of this machine's own binaries and of the modules of a kernel that is installed. Needs no root.
# EDGE_RAMP_LAB_TOOLS: a folder whose files go to /usr/local/bin of the guest, before the binaries of the same name.
set -euo pipefail
export PATH=$PATH:/usr/local/sbin:/usr/sbin:/sbin LC_ALL=C
here=$(cd "$(dirname "$0")" && pwd)
out=$1 release=$2 iptables=$3 modules=$4 files=$5
shift 5
work=$(mktemp -d "$out.XXXXXX")
trap 'rm -rf "$work"' EXIT
trap 'exit 130' INT TERM
root=$work/root

# Ready for packets (ipip, veth, bridges, Open vSwitch, loss), for the iptables of a node, and for the port of the agent.
modules="$modules virtio_pci virtio_console ipip veth dummy vxlan tun bridge openvswitch vport_vxlan sch_netem sch_tbf
  nf_conntrack nf_conntrack_netlink iptable_filter iptable_nat iptable_mangle iptable_raw
  xt_conntrack xt_state xt_comment xt_nat xt_MASQUERADE xt_REDIRECT xt_tcpudp xt_multiport xt_mark xt_addrtype xt_statistic xt_limit
  xt_recent xt_LOG ipt_REJECT"

# Copies a file to its place; /bin, /lib... are those of /usr.
take() {
  local place=${1/#\/bin\//\/usr\/bin\/}
  place=${place/#\/sbin\//\/usr\/sbin\/}
  place=${place/#\/lib/\/usr\/lib}
  place=$root${place/#\/usr\/usr\//\/usr\/}
  [ ! -e "$place" ] || return 0
  mkdir -p "$(dirname "$place")"
  cp -L "$1" "$place"
}
take_libraries_of() { # a script has none, which ldd takes for an error
  local library
  { ldd "$1" 2>/dev/null || true; } | awk '/=> \//{print $3} /^\t\/lib/{print $1}' | while read -r library; do take "$library"; done
}

mkdir -p "$root"/{usr/bin,usr/sbin,usr/lib,usr/lib64,usr/local/bin,usr/local/sbin,etc,dev,proc,sys,run,tmp,root,var/lib,var/log,modules,usr/share/openvswitch}
for each in bin sbin lib lib64; do ln -s "usr/$each" "$root/$each"; done
ln -s /run "$root/var/run"

for tool; do
  file=$(type -P "$tool") || { echo "there is no program $tool" >&2 && exit 1; }
  take "$file"
  take_libraries_of "$file"
done
ln -s bash "$root/usr/bin/sh"
ln -s mawk "$root/usr/bin/awk"
for each in iptables iptables-save iptables-restore; do ln -sf "$iptables" "$root/usr/sbin/$each"; done
for each in /usr/lib/x86_64-linux-gnu/xtables/lib{xt,ipt}_*.so /lib/x86_64-linux-gnu/libnss_files.so.2; do take "$each"; done
mkdir -p "$root/usr/lib/x86_64-linux-gnu"
cp -a /usr/lib/x86_64-linux-gnu/perl-base "$root/usr/lib/x86_64-linux-gnu/"
rm -rf "$root/usr/lib/x86_64-linux-gnu/perl-base/unicore"
cp /usr/share/openvswitch/vswitch.ovsschema "$root/usr/share/openvswitch/"
for each in $files; do take "$each"; done

mkdir -p "$root/etc/iproute2" "$root/etc/keepalived" "$root/etc/openvswitch" "$root/var/lib/openvswitch" "$root/var/log/openvswitch"
printf '%s\n' root:x:0:0:root:/root:/bin/bash tcpdump:x:100:100::/:/bin/false >"$root/etc/passwd" # without its user tcpdump shows nothing
printf '%s\n' root:x:0: tcpdump:x:100: >"$root/etc/group"
echo 127.0.0.1 localhost >"$root/etc/hosts"
echo hosts: files >"$root/etc/nsswitch.conf"
touch "$root/etc/resolv.conf" # each program of Open vSwitch warns where it is not there
for each in /etc/protocols /etc/services; do [ ! -f "$each" ] || cp "$each" "$root/etc/"; done
for each in /etc/iproute2 /usr/share/iproute2; do [ ! -d "$each" ] || cp -r "$each/." "$root/etc/iproute2/"; done

# In the order in which they need each other, each with the options that Debian gives it.
for each in $modules; do modprobe -S "$release" --show-depends "$each"; done |
  awk '$1 == "insmod" && !seen[$2]++ { print $2, $3 }' |
  while read -r file options; do
    cp "$file" "$root/modules/"
    echo "${file##*/} $options"
  done >"$root/modules/order"

install -m 755 "$here/init.sh" "$root/init"
install -m 755 "$here/agent.pl" "$root/agent.pl"
find "$root/usr" -type f -exec strip --strip-unneeded {} + 2>/dev/null || true # smaller where binutils is installed
if [ -n "${EDGE_RAMP_LAB_TOOLS:-}" ]; then
  for each in "$EDGE_RAMP_LAB_TOOLS"/*; do
    install -m 755 "$each" "$root/usr/local/bin/"
    take_libraries_of "$each"
  done
fi
(cd "$root" && find . -print0 | sort -z | cpio --null --create --format=newc --quiet --reproducible --owner=0:0) >"$work/cpio"
mv "$work/cpio" "$out"
