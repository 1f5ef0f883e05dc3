#!/usr/bin/perl
# Watches br0's version note for sdn.sh: sdn-note.pl FOLDER SECONDS, with Open vSwitch's run-time folder.
# Exit code 1 as soon as table 253 is empty or br0 is gone, 0 after that many seconds. While ovs-vswitchd is away nothing is said about br0.
# It asks ovs-vswitchd in OpenFlow 1.3 itself: three nodes with an ovs-ofctl a second took two fifths of a guest's processors.
use strict;
use warnings;
use Socket;

my ($folder, $seconds) = @ARGV;

sub alive {
  open my $file, '<', "$folder/ovs-vswitchd.pid" or return 0;
  my $pid = <$file> // 0;
  chomp $pid;
  return $pid && -d "/proc/$pid";
}

sub receive {
  my ($socket, $length) = @_;
  my $bytes = '';
  while (length $bytes < $length) { sysread($socket, $bytes, $length - length $bytes, length $bytes) or return }
  return $bytes;
}

# How many flows table 253 has; 0 when there is no br0.
sub notes {
  socket(my $socket, PF_UNIX, SOCK_STREAM, 0) or die "no socket: $!\n";
  connect($socket, pack_sockaddr_un("$folder/br0.mgmt")) or return 0;
  my $hello = pack('CCnN', 4, 0, 8, 1);
  my $aggregate = pack('CCnN nnN Cx3N2N Q>2 nnN', 4, 18, 56, 2, 2, 0, 0, 253, 0xffffffff, 0xffffffff, 0, 0, 0, 1, 4, 0);
  syswrite $socket, $hello . $aggregate;
  while (defined(my $header = receive($socket, 8))) {
    my (undef, $type, $length) = unpack('CCn', $header);
    my $body = receive($socket, $length - 8) // last;
    return unpack('x24N', $body) if $type == 19; # the reply's flow count
    die "br0 refused the question\n" if $type == 1;
  }
  return 0;
}

for (my $round = 0; $round < $seconds; $round++) {
  exit 1 if alive() && !notes() && alive();
  sleep 1;
}
