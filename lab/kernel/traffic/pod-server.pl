#!/usr/bin/perl
# The HTTP/1.1 server of a Pod: pod-server.pl NAME PORT [ADDRESS]. It goes on after the command, which prints its process id.
#   GET /                          "pod=NAME peer=ADDRESS": who answered, and whom he saw
#   GET /bytes/N                   N bytes
#   GET /stream?every=MS&count=N   lines "1" to N, each in a chunk of its own
#   POST /echo                     the body; a chunked one comes back chunk by chunk, as long as the client likes
use strict;
use warnings;
require( __FILE__ =~ m{.*/} ? "$&$_" : "./$_" ) for qw(loop.pl stream.pl daemon.pl);

my ( $name, $port, $address ) = @ARGV;
die "usage: pod-server.pl NAME PORT [ADDRESS]\n" unless defined $port && $port =~ /^\d+$/;
my $FILLING = 'x' x 65536;

sub answer {
    my ( $client, $status, $body ) = @_;
    $client->{stream}->put( "HTTP/1.1 $status\r\nX-Pod: $name\r\nContent-Length: " . length($body) . "\r\n\r\n$body" );
}

sub chunked { $_[0]{stream}->put("HTTP/1.1 200 OK\r\nX-Pod: $name\r\nTransfer-Encoding: chunked\r\n\r\n") }
sub chunk   { sprintf "%x\r\n%s\r\n", length $_[0], $_[0] }

sub refuse {
    my ( $client, $status ) = @_;
    answer( $client, $status, "$status\n" );
    end($client);
}

# The client gets what is on its way to him, and no more.
sub end {
    my $client = shift;
    $client->{next} = \&answering;
    $client->{stream}->close_when_drained;
}

# The next request waits until this one is answered.
sub answering { 0 }

sub bytes {
    my ( $client, $left ) = @_;
    my $stream = $client->{stream};
    $stream->put("HTTP/1.1 200 OK\r\nX-Pod: $name\r\nContent-Length: $left\r\n\r\n");
    $client->{next} = \&answering;
    my $more;
    $more = sub {
        my $piece = $left < length $FILLING ? $left : length $FILLING;
        $left -= $piece;
        $stream->put( substr $FILLING, 0, $piece );
        $stream->when_drained( $left ? $more : sub { undef $more; proceed( $client, \&request ) } );
    };
    $more->();
}

sub lines {
    my ( $client, $every, $count ) = @_;
    my $line = 0;
    chunked($client);
    $client->{next} = \&answering;
    my $more;
    $more = sub {
        return undef $more unless $client->{stream}->is_open;
        if ( $line++ < $count ) {
            $client->{stream}->put( chunk("$line\n") );
            return Loop::after( $every, $more );
        }
        $client->{stream}->put("0\r\n\r\n");
        undef $more;
        proceed( $client, \&request );
    };
    $more->();
}

# Gives back each chunk of the body; false when the rest has to come first.
sub echo_chunk {
    my $client = shift;
    $client->{in} =~ /\A([0-9a-fA-F]{1,6})(?:;[^\r\n]*)?\r?\n/ or return length $client->{in} > 1024 && refuse( $client, '400 Bad Request' );
    my ( $start, $size ) = ( $+[0], hex $1 );
    return 0 if length $client->{in} < $start + $size + 2;
    my $body = substr $client->{in}, $start, $size;
    substr $client->{in}, 0, $start + $size + 2, '';
    $client->{stream}->put( chunk($body) );    # the empty one, which is the last, too
    $client->{next} = \&request unless $size;
    return 1;
}

sub skip_body {
    my ( $client, $length, $then ) = @_;
    return 0 if length $client->{in} < $length;
    my $body = substr $client->{in}, 0, $length, '';
    $client->{next} = \&request;
    $then->($body);
    return 1;
}

# Answers one request; false when the rest of it has to come first.
sub request {
    my $client = shift;
    if ( $client->{in} !~ s/\A(.*?)\r?\n\r?\n//s ) {
        return length $client->{in} > 16384 && refuse( $client, '431 Request Header Fields Too Large' );
    }
    my ( $line, $headers ) = split /\r?\n/, $1, 2;
    my ( $method, $target ) = ( $line // '' ) =~ m{\A([A-Z]+) (\S+) HTTP/1\.[01]\z} or return refuse( $client, '400 Bad Request' );
    $headers = '' unless defined $headers;
    my $length = $headers =~ /^content-length:\s*(\d{1,7})\s*$/im ? $1 : 0;
    my %option = $target  =~ /[?&](\w+)=(\d{1,9})(?=&|\z)/g;
    if ( $method eq 'POST' && $target eq '/echo' && $headers =~ /^transfer-encoding:\s*chunked\s*$/im ) {
        chunked($client);
        $client->{next} = \&echo_chunk;
    }
    elsif ( $method eq 'POST' && $target eq '/echo' ) {
        $client->{next} = sub {
            skip_body( $client, $length, sub { answer( $client, '200 OK', $_[0] ) } );
        };
    }
    elsif ( $method ne 'GET' ) { refuse( $client, '405 Method Not Allowed' ) }
    elsif ( $target eq '/' )   { answer( $client, '200 OK', "pod=$name peer=$client->{peer}\n" ) }
    elsif ( $target =~ m{\A/bytes/(\d{1,10})\z} )  { bytes( $client, $1 ) }
    elsif ( $target =~ m{\A/stream(?:\?.*)?\z}s ) { lines( $client, $option{every} // 100, $option{count} // 10 ) }
    else                                          { answer( $client, '404 Not Found', "$target is not here\n" ) }
    $client->{last} = 1 if $headers =~ /^connection:\s*close\s*$/im;
    return 1;
}

sub proceed {
    my ( $client, $next ) = @_;
    $client->{next} = $next if $next;
    1 while $client->{stream}->is_open && $client->{next}->($client);
    end($client) if $client->{last} && $client->{next} == \&request || $client->{gone} && $client->{next} != \&answering;
}

my $listening = Stream::listen_at(
    $address // '0.0.0.0',
    $port,
    sub {
        my ( $handle, $peer ) = @_;
        my $client = { in => '', peer => $peer, next => \&request };
        $client->{stream} = Stream->over(
            $handle,
            data => sub { $client->{in} .= $_[0]; proceed($client) },
            end  => sub { return $client->{stream}->close if $_[0]; $client->{gone} = 1; proceed($client) },
        );
    }
);
Daemon::start( __FILE__ =~ s{[^/]*$}{pod-$name.log}r );
Loop::survive();
Loop::run();
