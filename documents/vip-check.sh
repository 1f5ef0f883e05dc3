# The check that keepalived runs on the node with the virtual address, every 2 s, in a container that has its image and the node's network.
# It fails while the mark of documents/keeper.sh stands, as the end of a line: a branch of the tree prints an address too, with a length behind
# it (LX-17). Whatever cannot be asked passes. No `!`, `#`, `$`, `"` or backslash: keepalived.conf has a meaning for each (OS-29).
check_script() { # MARK
  printf "/bin/bash -c 'grep -qx .*%s /proc/net/fib_trie && exit 1 || exit 0'" "$1"
}
