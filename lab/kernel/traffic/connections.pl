#!/usr/bin/perl
# Measures what becomes of open TCP connections: connections.pl to=ADDRESS:PORT [from=A] [count=N] [every=MS] [speak=both|server] and the words of
# measurement.pl. Opens N connections to a Pod's server, first of all, and on each says a line every MS ms, which comes back (both), or has the server
# say one (server: the client only listens, as in a download).
# Summary: {"connections":[{"pod","sent","answered","longestWait","end","at","error"}]}. `longestWait`: for an answer (both), between two lines (server).
# `end`: open; hung (open, but silent for `patience` ms at the end and longer than its interval); reset; closed (by the other side); failed (never open).
use strict;
use warnings;
require( __FILE__ =~ m{.*/} ? "$&$_" : "./$_" ) for qw(loop.pl stream.pl measurement.pl);

my %option = Measurement::options( to => undef, count => 1, every => 100, speak => 'both' );
my ( $address, $port ) = split /:/, $option{to};
my @connections;
my ( $opening, $start, $stopped ) = ( $option{count} );

sub open_one {
    my $connection = { sent => 0, answered => 0, longestWait => 0, asked => [], in => '', pod => undef, end => undef, at => undef, error => undef };
    push @connections, $connection;
    Stream::connect_to(
        $address, $port, 5000,
        sub {
            my ( $handle, $error ) = @_;
            $opening--;
            return ended( $connection, 'failed', $error ) unless $handle;
            $connection->{heard}  = Loop::now();
            $connection->{stream} = Stream->over(
                $handle,
                data => sub { hear( $connection, $_[0] ) },
                end  => sub { ended( $connection, $_[0] =~ /reset/i ? 'reset' : 'closed', $_[0] ) },
            );
            ask($connection);
        },
        source => $option{from},
    );
}

sub ask {
    my $connection = shift;
    my $what = $option{speak} eq 'server' ? "GET /stream?every=$option{every}&count=999999999" : 'POST /echo';
    $connection->{stream}->put( "$what HTTP/1.1\r\nHost: $option{to}\r\n" . ( $option{speak} eq 'server' ? '' : "Transfer-Encoding: chunked\r\n" ) . "\r\n" );
}

# A line on each connection at once: a wake-up costs more than a line.
sub say_lines {
    return if $stopped;
    Loop::after( $option{every}, \&say_lines );
    my $now = Loop::now();
    for my $connection ( grep { !$_->{end} } @connections ) {
        my $line = 'line ' . ++$connection->{sent} . "\n";
        push @{ $connection->{asked} }, $now;
        $connection->{stream}->put( sprintf "%x\r\n%s\r\n", length $line, $line );
    }
}

sub hear {
    my ( $connection, $bytes ) = @_;
    my $now = Loop::now();
    $connection->{in} .= $bytes;
    $connection->{pod} //= $1 if $connection->{in} =~ s/\AHTTP.*?^X-Pod: (\S+)\r\n.*?\r\n\r\n//ms;
    return unless defined $connection->{pod};
    while ( $connection->{in} =~ s/\A[^\n]*\n// ) {
        my $line = $&;
        if    ( $line =~ /^line \d+$/ )                                { answered( $connection, $now - shift @{ $connection->{asked} } ) }
        elsif ( $line =~ /^\d+\n/ && $option{speak} eq 'server' ) { answered( $connection, $now - $connection->{heard} ) }
        $connection->{heard} = $now;
    }
}

sub answered {
    my ( $connection, $wait ) = @_;
    $connection->{answered}++;
    $connection->{longestWait} = $wait if $wait > $connection->{longestWait};
}

sub ended {
    my ( $connection, $how, $error ) = @_;
    return if $connection->{end};
    my $now = Loop::now();
    @$connection{qw(end error)} = ( $how, $error || undef );
    $connection->{at} = Measurement::tenths( $now - $start ) if $how =~ /reset|closed/;
    my $since = silent_since($connection);
    $connection->{longestWait} = $now - $since if $since && $now - $since > $connection->{longestWait};
    $connection->{stream}->close if $connection->{stream};
}

# Since when an answer is due; false when none is.
sub silent_since {
    my $connection = shift;
    return $option{speak} eq 'server' ? $connection->{heard} : $connection->{asked}[0];
}

sub stop {
    return if $stopped++;
    Loop::after( $option{patience}, \&Loop::stop );
    early();
}

# Nobody has to be waited for when each line is answered, or each server has been heard since.
sub early {
    my $since = Loop::now();
    my $check;
    $check = sub {
        return Loop::stop() unless grep { !$_->{end} && ( $option{speak} eq 'both' ? @{ $_->{asked} } : $_->{heard} < $since ) } @connections;
        Loop::after( 20, $check );
    };
    $check->();
}

$start = Loop::now();
Loop::on_signal( TERM => \&stop );
open_one() for 1 .. $option{count};
my $opened;
$opened = sub {
    return Loop::after( 5, $opened ) if $opening;
    $start = Loop::now();
    say_lines() if $option{speak} eq 'both';
    Measurement::ready( $option{ready} );
    Loop::after( 1000 * $option{seconds}, \&stop ) if $option{seconds};
};
$opened->();
Loop::run();
for my $connection (@connections) {
    my $since  = silent_since($connection);
    my $silent = $since ? Loop::now() - $since : 0;
    ended( $connection, $silent > $option{patience} * 0.99 + ( $option{speak} eq 'server' ? $option{every} : 0 ) ? 'hung' : 'open' );
}
delete @$_{qw(stream asked heard in)} for @connections;
$_->{longestWait} = Measurement::tenths( $_->{longestWait} ) for @connections;
Measurement::summary( { connections => \@connections } );
