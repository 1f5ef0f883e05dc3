#!/usr/bin/perl
# Measures what new connections meet: requests.pl to=ADDRESS:PORT [from=A] [path=/] [every=MS] [limit=MS] and the words of measurement.pl. One GET after
# the other, each on a connection of its own, one every MS ms when there is time; one that takes longer than the limit has failed.
# Summary: {"ok","failed","pods":{NAME:N},"peers":{ADDRESS:N},"slowest","longestGap","outages":[{"at","ms","failed"}],"errors":{TEXT:N}}
# `longestGap`: between two successes. An outage goes from the last success before a failure to the next one.
use strict;
use warnings;
require( __FILE__ =~ m{.*/} ? "$&$_" : "./$_" ) for qw(loop.pl stream.pl measurement.pl);

my %option = Measurement::options( to => undef, path => '/', every => 20, limit => 3000 );
my ( $address, $port ) = split /:/, $option{to};
my %found = ( ok => 0, failed => 0, pods => {}, peers => {}, slowest => 0, longestGap => 0, outages => [], errors => {} );
my ( $start, $good, $failures, $stopped, $busy );

sub request {
    $busy = Loop::now();
    my ( $stream, $late, $body ) = ( undef, undef, '' );
    my $end = sub {
        my $error = shift;
        Loop::cancel($late);
        $stream->close if $stream;
        undef $stream;
        result( $error, $body );
    };
    Stream::connect_to(
        $address, $port,
        $option{limit},
        sub {
            my ( $handle, $error ) = @_;
            return $end->($error) unless $handle;
            $late   = Loop::after( $option{limit} - ( Loop::now() - $busy ), sub { $end->('no answer to the request') } );
            $stream = Stream->over(
                $handle,
                data => sub { $body .= $_[0] },
                end  => sub { $end->( $_[0] || ( $body =~ m{\AHTTP/1\.1 200 } ? '' : $body =~ /\A(HTTP\S+ \d+)/ ? $1 : 'closed without an answer' ) ) },
            );
            $stream->put("GET $option{path} HTTP/1.1\r\nHost: $option{to}\r\nConnection: close\r\n\r\n");
        },
        source => $option{from},
    );
}

sub result {
    my ( $error, $body ) = @_;
    my $now = Loop::now();
    if ($error) {
        $found{failed}++;
        $failures++;
        $found{errors}{$error}++;
    }
    else {
        $found{ok}++;
        $found{pods}{$1}++  if $body =~ /^X-Pod: (\S+)/m;
        $found{peers}{$1}++ if $body =~ / peer=(\S+)/;
        $found{slowest} = $now - $busy if $now - $busy > $found{slowest};
        gap($now);
        $good = $now;
    }
    return Loop::stop() if $stopped;
    my $wait = $busy + $option{every} - $now;
    $busy = undef;
    Loop::after( $wait > 0 ? $wait : 0, sub { request() unless $stopped } );
}

sub gap {
    my $ms = $_[0] - $good;
    $found{longestGap} = $ms if $ms > $found{longestGap};
    push @{ $found{outages} }, { at => Measurement::tenths( $good - $start ), ms => Measurement::tenths($ms), failed => $failures } if $failures;
    $failures = 0;
}

# What is under way may still succeed: its own limit ends it.
sub stop {
    $stopped = 1;
    Loop::stop() unless $busy;
}

$start = $good = Loop::now();
Loop::on_signal( TERM => \&stop );
Loop::after( 1000 * $option{seconds}, \&stop ) if $option{seconds};
request();
Measurement::ready( $option{ready} );
Loop::run();
gap( Loop::now() ) if $failures;
$found{$_} = Measurement::tenths( $found{$_} ) for qw(slowest longestGap);
Measurement::summary( \%found );
