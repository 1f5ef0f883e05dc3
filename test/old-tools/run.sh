#!/bin/bash
# The scripts with the tools that RHEL 7 has, bash 4.2 and iproute2 4.11, on kernel hosts, and a keeper's unit with its systemd 219. Not part of CI:
# Debian has none of them, so they are built from source. As root: test/old-tools/run.sh FOLDER
#   FOLDER/bin/bash, ip, systemd, systemctl    the programs; what is missing is built from
#   FOLDER/src/bash                            the source of bash 4.2 with its patches
#   FOLDER/src/iproute2                        the source of iproute2, tag v4.11.0
#   FOLDER/src/systemd                         the source of RHEL 7's systemd 219 with its patches
# Building takes a C compiler, make, bison, flex and pkg-config; systemd also autoconf, automake, libtool, intltool, gperf, and libcap, libmount, libblkid
# and libkmod with their headers.
set -euo pipefail
old=$(cd "${1:?"usage: $0 FOLDER"}" && pwd)
cd "$(dirname "$0")/../.."

# Neither needs a patch with gcc 12; -std=gnu89 and -fcommon are what C was when they were written.
build_bash() (
  cd "$old/src/bash"
  ./configure --without-bash-malloc CFLAGS='-O1 -std=gnu89 -w'
  make -j"$(nproc)"
)
build_ip() (
  cd "$old/src/iproute2"
  ./configure
  make SUBDIRS='lib ip' CCOPTS='-O1 -w -fcommon -D_GNU_SOURCE' LDFLAGS='-static -Wl,-export-dynamic'
)
# Only process 1 and systemctl. Without gtk-doc, which is for its manual, and without two slips of builds that have neither gcrypt nor SELinux.
build_systemd() (
  cd "$old/src/systemd"
  echo 'EXTRA_DIST =' >docs/gtk-doc.make
  touch m4/gtk-doc.m4
  sed -i '/unsigned last_seen_generation;/d; s/^} JournalFile;/        unsigned last_seen_generation;\n&/' src/journal/journal-file.h
  sed -i 's/^#define mac_selinux_unit_access_check(.*) 0$/&\n#define mac_selinux_runtime_unit_access_check(...) 0/' src/core/selinux-access.h
  intltoolize --force --automake
  autoreconf --force --install --symlink
  local without=(nls manpages tests python-devel gobject-introspection gudev dbus utmp pam acl audit smack selinux apparmor seccomp ima
    xz lz4 zlib bzip2 gcrypt gnutls elfutils libcryptsetup libcurl libidn libiptc microhttpd qrencode efi kdbus terminal
    importd networkd logind machined)
  ./configure --with-rootprefix= "${without[@]/#/--disable-}" --without-python CFLAGS='-O0 -w -std=gnu99 -fcommon'
  for list in errno af arphrd cap; do make "src/shared/$list-to-name.h" "src/shared/$list-from-name.h"; done
  make -j"$(nproc)" systemd systemctl
)
mkdir -p "$old/bin"
[ -x "$old/bin/bash" ] || { build_bash && install "$old/src/bash/bash" "$old/bin/bash"; }
[ -x "$old/bin/ip" ] || { build_ip && install "$old/src/iproute2/ip/ip" "$old/bin/ip"; }
[ -x "$old/bin/systemctl" ] || { build_systemd && install "$old/src/systemd/systemd" "$old/src/systemd/systemctl" "$old/bin"; }

# What the hosts get: programs of /usr/local/bin go before all others.
tools=$(mktemp -d)
trap 'rm -rf "$tools"' EXIT
cp "$old/bin/bash" "$tools/bash"
cp "$old/bin/ip" "$tools/ip-4.11"
cat >"$tools/ip" <<'IP'
#!/bin/bash
# JSON, and batches that lay cables, are the lab's own; 4.11 cannot do them, and no script of the product asks for them.
case " $* " in *' -j '* | *' -batch '* | *' veth '*) exec /usr/sbin/ip "$@" ;; *) exec -a ip ip-4.11 "$@" ;; esac
IP

# The scripts themselves run on this machine, by /bin/bash, which is the old one for this process and its children alone.
export EDGE_RAMP_LAB_TOOLS=$tools EDGE_RAMP_OLD_SYSTEMD=$old/bin
here=$(readlink -f /bin/bash)
unshare --mount --propagation private sh -c "mount --bind '$old/bin/bash' '$here' && exec \"\$@\"" sh \
  npx jest --selectProjects old-tools --forceExit
