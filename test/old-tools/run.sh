#!/bin/bash
# The scripts with the tools that RHEL 7 has, bash 4.2 and iproute2 4.11, on kernel hosts. Not part of CI: Debian has neither,
# so they are built from source. As root: test/old-tools/run.sh FOLDER
#   FOLDER/bin/bash, FOLDER/bin/ip    the programs; what is missing is built from
#   FOLDER/src/bash                   the source of bash 4.2 with its patches
#   FOLDER/src/iproute2               the source of iproute2, tag v4.11.0
# Building takes a C compiler, make, bison, flex and pkg-config.
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
mkdir -p "$old/bin"
[ -x "$old/bin/bash" ] || { build_bash && install "$old/src/bash/bash" "$old/bin/bash"; }
[ -x "$old/bin/ip" ] || { build_ip && install "$old/src/iproute2/ip/ip" "$old/bin/ip"; }

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
export EDGE_RAMP_LAB_TOOLS=$tools
here=$(readlink -f /bin/bash)
unshare --mount --propagation private sh -c "mount --bind '$old/bin/bash' '$here' && exec \"\$@\"" sh \
  npx jest --selectProjects old-tools --forceExit
