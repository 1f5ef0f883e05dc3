#!/usr/bin/perl
# Measures what ICMP echo loses: pings.pl to=A[,B] [from=A] [rate=N] [size=BYTES] and the words of measurement.pl. `rate` is requests a second to all
# targets together, in turn; at high rates those that are due are sent every 4 ms, since a wake-up costs more than a request in an emulated machine.
# A request that has no answer `patience` ms after the last one was sent is lost; one with a later answer than others is slow.
# Summary: {"skipped","stalled","targets":{ADDRESS:{"sent","received","lost","duplicates","slowest","longestGap","gaps":[{"at","ms","lost"}],
# "errors":{TEXT:N}}}}. `skipped` were never sent, because the sender was too late.
# A gap is a time without answers of that target, longer than 50 ms and two of its intervals; `lost` are the requests sent in it that got none.
# `stalled` is the longest time that this program itself was not on the processor: no gap shorter than it says anything.
use strict;
use warnings;
use Socket qw(PF_INET SOCK_RAW SOL_SOCKET inet_aton inet_ntoa pack_sockaddr_in);
require( __FILE__ =~ m{.*/} ? "$&$_" : "./$_" ) for qw(loop.pl stream.pl measurement.pl);

use constant { SO_SNDBUFFORCE => 32, SO_RCVBUFFORCE => 33, SOL_RAW => 255, ICMP_FILTER => 1, MSG_DONTWAIT => 0x40, BUFFER => 8 << 20 };
use constant TICK     => 4;      # ms
use constant CATCH_UP => 100;    # ms that the sender may be behind and still send everything: more at once would test queues, not the path

my %option = Measurement::options( to => undef, rate => 10, size => 56 );
my @names  = split /,/, $option{to};
my @to     = map { pack_sockaddr_in( 0, Stream::ip_address($_) ) } @names;
my $step   = 1000 / $option{rate};
my $quiet  = 2 * $step * @names;
$quiet = 50 if $quiet < 50;
my $id      = $$ & 0xffff;
my $mark    = pack 'NN', $$, int rand 2**32;                              # other pings of this namespace hear our answers, and we theirs
my $filling = 'x' x ( $option{size} > 12 ? $option{size} - 12 : 0 );

socket my $icmp, PF_INET, SOCK_RAW, 1 or die "cannot open a raw socket: $!\n";
setsockopt $icmp, SOL_SOCKET, SO_SNDBUFFORCE, BUFFER;                     # requests that wait for a neighbour's address must not block the others
setsockopt $icmp, SOL_SOCKET, SO_RCVBUFFORCE, BUFFER;                     # an answer is not lost because we are late
setsockopt $icmp, SOL_RAW,    ICMP_FILTER,    pack 'L', 0xffffffff & ~( 1 << 0 | 1 << 3 | 1 << 11 );    # replies, unreachable, time exceeded
if ( $option{from} ) {
    bind $icmp, pack_sockaddr_in( 0, Stream::ip_address( $option{from} ) ) or die "cannot ping from $option{from}: $!\n";
}

my ( $number, $skipped, $stalled, $pending ) = ( 0, 0, 0, 0 );
my ( @sent, @slow, @answered );    # by request: when it was sent, how long its answer took; by target: when the last answer came
my @of = map { { sent => 0, received => 0, duplicates => 0, slowest => 0, longestGap => 0, gaps => [], errors => {} } } @names;
my $start;

sub request {
    my $head    = pack 'nnn', 0x0800, 0, $id;
    my $rest    = pack( 'n', $number & 0xffff ) . $mark . pack( 'N', $number ) . $filling;
    my $sum     = unpack '%32n*', $head . $rest . ( length($rest) % 2 ? "\0" : '' );
    $sum = ( $sum >> 16 ) + ( $sum & 0xffff ) while $sum >> 16;
    return pack( 'nnn', 0x0800, ~$sum & 0xffff, $id ) . $rest;
}

sub send_next {
    my $target = $number % @to;
    $sent[$number] = $_[0];
    $of[$target]{sent}++;
    if ( defined send $icmp, request(), MSG_DONTWAIT, $to[$target] ) { $pending++ }
    else                                                            { $of[$target]{errors}{"$!"}++ }
    $number++;
}

sub receive {
    my $now = shift;
    while ( defined recv $icmp, my $packet, 2048, MSG_DONTWAIT ) {
        my $header = 4 * ( ord($packet) & 15 );
        my ( $type, $code ) = unpack "x${header}CC", $packet;
        if ($type) { refused( $type, $code, substr $packet, $header + 8 ); next }
        my ( $for, $theirs, $which ) = unpack "x${header}x4nx2a8N", $packet;
        next unless length $packet >= $header + 20 && $for == $id && $theirs eq $mark && $which < $number;
        my $target = $which % @to;
        if ( defined $slow[$which] ) { $of[$target]{duplicates}++; next }
        $slow[$which] = $now - $sent[$which];
        $of[$target]{slowest} = $slow[$which] if $slow[$which] > $of[$target]{slowest};
        $of[$target]{received}++;
        $pending--;
        quiet( $target, $now );
        $answered[$target] = $now;
    }
}

# A router or the target says that it did not go there; what it quotes is our request.
sub refused {
    my ( $type, $code, $quoted ) = @_;
    my $header = 4 * ( ord( $quoted || "\0" ) & 15 );
    return if !$header || length $quoted < $header + 8 || unpack( "x${header}x4n", $quoted ) != $id;
    my $to = inet_ntoa( substr $quoted, 16, 4 );
    $names[$_] eq $to and $of[$_]{errors}{"ICMP type $type code $code"}++ for 0 .. $#names;
}

sub quiet {
    my ( $target, $until ) = @_;
    my $ms = $until - $answered[$target];
    $of[$target]{longestGap} = $ms if $ms > $of[$target]{longestGap};
    push @{ $of[$target]{gaps} }, { from => $answered[$target], ms => $ms } if $ms > $quiet;
}

sub wait_for_answers {
    my $ms = shift;
    my $readable = '';
    vec( $readable, fileno $icmp, 1 ) = 1;
    my $before = Loop::now();
    select $readable, undef, undef, $ms > 0 ? $ms / 1000 : 0;
    my $now     = Loop::now();
    my $overdue = $now - $before - ( $ms > 0 ? $ms : 0 );
    $stalled = $overdue if $overdue > $stalled;
    receive($now);
    return $now;
}

my $stopped = 0;
$SIG{TERM} = sub { $stopped = 1 };
Measurement::ready( $option{ready} );
$start    = Loop::now();
@answered = ($start) x @names;
my ( $now, $next, $last ) = ( $start, $start, $start );
my $end = $option{seconds} ? $start + 1000 * $option{seconds} : 9**99;
until ( $stopped || $now >= $end ) {
    if ( $now - $next > CATCH_UP ) {
        my $behind = int( ( $now - $next - CATCH_UP ) / $step );
        $skipped += $behind;
        $next    += $behind * $step;
    }
    $last = $now = Loop::now() if $next <= $now;
    for ( ; $next <= $now && $next < $end ; $next += $step ) { send_next($now) }
    my $wake = $next < $now + TICK ? $now + TICK : $next;
    $now = wait_for_answers( ( $wake < $end ? $wake : $end ) - Loop::now() );
}
$skipped += int( ( $end - $next ) / $step + 0.999 ) if $next < $end && !$stopped;
my $patience = Loop::now() + $option{patience};
$now = wait_for_answers( $patience - $now ) while $pending && $now < $patience;

for my $target ( 0 .. $#names ) {
    my $of = $of[$target];
    quiet( $target, $last ) if $last > $answered[$target];
    my @lost = map { $sent[$_] } grep { !defined $slow[$_] } map { $target + $_ * @names } 0 .. $of->{sent} - 1;
    $of->{lost} = @lost;
    for my $gap ( @{ $of->{gaps} } ) {
        $gap->{lost} = 0;
        shift @lost while @lost && $lost[0] < $gap->{from};
        shift @lost and $gap->{lost}++ while @lost && $lost[0] <= $gap->{from} + $gap->{ms};
        $gap->{at} = Measurement::tenths( delete( $gap->{from} ) - $start );
        $gap->{ms} = Measurement::tenths( $gap->{ms} );
    }
    $of->{$_} = Measurement::tenths( $of->{$_} ) for qw(slowest longestGap);
}
Measurement::summary( { skipped => $skipped, stalled => Measurement::tenths($stalled), targets => { map { $names[$_] => $of[$_] } 0 .. $#names } } );
