#!/usr/bin/perl
# Sends one unsolicited ARP request for each address, as a unit that becomes active does: announce.pl (DEVICE ADDRESS)...
use strict;
use warnings;
use Socket;

# linux/if_packet.h, linux/if_ether.h, linux/if_arp.h, linux/sockios.h
use constant { AF_PACKET => 17, ETH_P_ARP => 0x0806, ETH_P_IP => 0x0800, ARPHRD_ETHER => 1, ARPOP_REQUEST => 1 };
use constant { SIOCGIFHWADDR => 0x8927, SIOCGIFINDEX => 0x8933 };

socket(my $socket, AF_PACKET, SOCK_DGRAM, 0) or die "no socket: $!\n";

# What the kernel says of a device, from the 17th byte of a struct ifreq.
sub device {
  my ($request, $name) = @_;
  my $ifreq = pack('a16 x24', $name);
  ioctl($socket, $request, $ifreq) or die "$name: $!\n";
  return substr($ifreq, 16);
}

while (my ($name, $address) = splice(@ARGV, 0, 2)) {
  my $index = unpack('i', device(SIOCGIFINDEX, $name));
  my $mac = substr(device(SIOCGIFHWADDR, $name), 2, 6);
  my $ip = inet_aton($address) // die "$address is no address\n";
  my $arp = pack('n n C C n a6 a4 x6 a4', ARPHRD_ETHER, ETH_P_IP, 6, 4, ARPOP_REQUEST, $mac, $ip, $ip);
  my $everybody = pack('S n i S C C a8', AF_PACKET, ETH_P_ARP, $index, 0, 0, 6, "\xff" x 6);
  defined send($socket, $arp, 0, $everybody) or die "$address on $name: $!\n";
}
