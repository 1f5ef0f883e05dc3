package Loop;
# One process, many sockets: calls back when a handle can be read or written, when a time has come, when a signal came. For perl-base alone, which
# has neither Time::HiRes nor an event library. Handles are non-blocking; times are milliseconds of the monotonic clock.
use strict;
use warnings;

my ( %reader, %writer, @timers, $stopped );
my ( $reading, $writing ) = ( '', '' );
my $longest;    # seconds that one select may take; for ever, unless signals are waited for

$SIG{PIPE} = 'IGNORE';    # a peer that has gone is an error of the write, not the end of this process

sub now {
    my $time = pack 'q2', 0, 0;
    syscall 228, 1, $time;    # x86-64: clock_gettime(CLOCK_MONOTONIC)
    my ( $seconds, $nanoseconds ) = unpack 'q2', $time;
    return $seconds * 1000 + $nanoseconds / 1e6;
}

# Calls $then whenever the handle can be read; without $then no more.
sub on_read {
    my ( $handle, $then ) = @_;
    watch( \%reader, \$reading, $handle, $then );
}

sub on_write {
    my ( $handle, $then ) = @_;
    watch( \%writer, \$writing, $handle, $then );
}

sub watch {
    my ( $calls, $bits, $handle, $then ) = @_;
    my $number = fileno $handle;
    vec( $$bits, $number, 1 ) = $then ? 1 : 0;
    if   ($then) { $calls->{$number} = $then }
    else         { delete $calls->{$number} }
}

# Calls $then once, after so many milliseconds; `cancel` takes what it gives back.
sub after {
    my ( $wait, $then ) = @_;
    my $timer = [ now() + $wait, $then ];
    my $place = @timers;
    $place-- while $place && $timers[ $place - 1 ][0] > $timer->[0];
    splice @timers, $place, 0, $timer;
    return $timer;
}

sub cancel {
    my $timer = shift or return;
    $timer->[1] = undef;
    @timers = grep { $_ != $timer } @timers;
}

# Perl runs a handler between two operations: a signal just before the select would wait for it to end, so that no select takes more than a second.
sub on_signal {
    my ( $name, $then ) = @_;
    $SIG{$name} = $then;
    $longest = 1;
}

sub stop { $stopped = 1 }

sub run {
    until ($stopped) {
        my $wait = $longest;
        if (@timers) {
            my $next = ( $timers[0][0] - now() ) / 1000;
            $next = 0     if $next < 0;
            $wait = $next if !defined $wait || $next < $wait;
        }
        my $ready = select my $readable = $reading, my $writable = $writing, undef, $wait;
        if (@timers) {
            my $now = now();
            call( ( shift @timers )->[1] ) while !$stopped && @timers && $timers[0][0] <= $now;
        }
        next if $ready <= 0;
        call( $reader{$_} ) for numbers($readable);
        call( $writer{$_} ) for numbers($writable);
    }
}

# The numbers whose bits are set: most of many connections are silent, so nothing is done for each.
sub numbers {
    my $bits = unpack 'b*', shift;
    my @set;
    for ( my $at = index $bits, '1' ; $at >= 0 ; $at = index $bits, '1', $at + 1 ) { push @set, $at }
    return @set;
}

# For a server what goes wrong with one connection is no reason to end; a measurement that goes wrong says so and ends.
my $survives;

sub survive { $survives = 1 }

sub call {
    my $then = shift or return;
    return $then->() unless $survives;
    eval { $then->(); 1 } or warn $@;
}

1;
