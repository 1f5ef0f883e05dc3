package Stream;
# TCP over the loop: listens, connects, and keeps what a slow peer does not take yet. A stream calls back `data` (bytes), `end` (error text, or nothing
# when the peer has said all) and `drained` (all that was put has been taken).
use strict;
use warnings;
use Fcntl  qw(F_SETFL O_NONBLOCK O_RDWR);
use Socket qw(PF_INET SOCK_STREAM SOL_SOCKET SO_ERROR SO_LINGER SO_REUSEADDR IPPROTO_TCP TCP_NODELAY);
use Socket qw(inet_aton inet_ntoa pack_sockaddr_in unpack_sockaddr_in);

use constant { IP_FREEBIND => 15, IP_TRANSPARENT => 19, IP_BIND_ADDRESS_NO_PORT => 24, PIECE => 65536 };    # linux/in.h

sub ip_address { $_[0] =~ /^\d+(\.\d+){3}$/ && inet_aton( $_[0] ) || die "$_[0] is no IPv4 address\n" }

sub tcp_socket {
    socket my $handle, PF_INET, SOCK_STREAM, 0 or die "cannot make a socket: $!\n";
    fcntl $handle, F_SETFL, O_RDWR | O_NONBLOCK;
    return $handle;
}

# Listens, also at an address that is not there yet, and calls $then with each new connection and its peer's address.
sub listen_at {
    my ( $address, $port, $then ) = @_;
    my $handle = tcp_socket();
    setsockopt $handle, SOL_SOCKET, SO_REUSEADDR, 1;
    setsockopt $handle, 0,          IP_FREEBIND,  1;
    bind $handle, pack_sockaddr_in( $port, ip_address($address) ) and listen $handle, 1024
      or die "cannot listen at $address:$port: $!\n";
    Loop::on_read(
        $handle,
        sub {
            while ( my $peer = accept my $accepted, $handle ) {
                fcntl $accepted, F_SETFL, O_RDWR | O_NONBLOCK;
                setsockopt $accepted, IPPROTO_TCP, TCP_NODELAY, 1;
                $then->( $accepted, inet_ntoa( ( unpack_sockaddr_in $peer )[1] ) );
            }
        }
    );
    return $handle;
}

# Connects within $limit milliseconds and calls $then with the handle, or with nothing and why not. `source`: the address it comes from, which need not be
# there (connecting fails then); `foreign`: it comes from an address that is another machine's.
sub connect_to {
    my ( $address, $port, $limit, $then, %from ) = @_;
    my $handle = tcp_socket();
    setsockopt $handle, IPPROTO_TCP, TCP_NODELAY, 1;
    if ( my $source = $from{source} ) {
        setsockopt $handle, 0, IP_FREEBIND,             1;
        setsockopt $handle, 0, IP_BIND_ADDRESS_NO_PORT, 1;
        setsockopt $handle, 0, IP_TRANSPARENT,          1 if $from{foreign};
        bind $handle, pack_sockaddr_in( 0, ip_address($source) ) or return $then->( undef, "cannot bind to $source: $!" );
    }
    connect $handle, pack_sockaddr_in( $port, ip_address($address) ) or $!{EINPROGRESS} or return $then->( undef, "$!" );
    my $late = Loop::after(
        $limit,
        sub {
            Loop::on_write($handle);
            close $handle;
            $then->( undef, 'no answer to the connect' );
        }
    );
    Loop::on_write(
        $handle,
        sub {
            Loop::cancel($late);
            Loop::on_write($handle);
            $! = unpack 'i', getsockopt $handle, SOL_SOCKET, SO_ERROR;
            if   ( $! + 0 ) { $then->( undef, "$!" ) }
            else            { $then->($handle) }
        }
    );
}

# The peer gets a RST.
sub reset_handle {
    my $handle = shift;
    setsockopt $handle, SOL_SOCKET, SO_LINGER, pack 'ii', 1, 0;
    close $handle;
}

sub over {
    my ( $class, $handle, %on ) = @_;
    my $self = bless { handle => $handle, out => '', %on }, $class;
    $self->listen_again;
    return $self;
}

sub is_open { $_[0]{handle} }
sub waiting { length $_[0]{out} }

sub put {
    my ( $self, $bytes ) = @_;
    return unless $self->{handle};
    my $busy = length $self->{out};
    $self->{out} .= $bytes;
    $self->write_out unless $busy;
}

# Says that nothing follows, once all has been taken.
sub finish {
    my $self = shift;
    $self->{finishing} = 1;
    shutdown $self->{handle}, 1 if $self->{handle} && $self->{out} eq '';
}

sub pause { Loop::on_read( $_[0]{handle} ) if $_[0]{handle} }

sub listen_again {
    my $self = shift;
    Loop::on_read( $self->{handle}, sub { $self->take } ) if $self->{handle} && !$self->{ended};
}

sub close {
    my ( $self, $how ) = @_;
    my $handle = delete $self->{handle} or return;
    Loop::on_read($handle);
    Loop::on_write($handle);
    if   ($how) { reset_handle($handle) }
    else        { CORE::close $handle }
    delete @$self{qw(data end drained)};    # they hold whoever holds this stream
}

# Ends when all has been taken.
sub close_when_drained {
    my $self = shift;
    $self->when_drained( sub { $self->close } );
}

sub reset { $_[0]->close('by RST') }

sub take {
    my $self = shift;
    my $got  = sysread $self->{handle}, my $bytes, PIECE;
    return $self->{data}->($bytes) if $got;
    return if !defined $got && ( $!{EAGAIN} || $!{EINTR} );
    my $error = defined $got ? '' : "$!";
    $self->pause;
    $self->{ended} = 1;
    $self->{end}->($error);
}

# `drained` is called from the loop only: who puts the next piece there gives the others their turn.
sub write_out {
    my $self   = shift;
    my $handle = $self->{handle};
    while ( $self->{out} ne '' ) {
        my $taken = syswrite $handle, $self->{out}, PIECE;
        if ( defined $taken ) {
            substr $self->{out}, 0, $taken, '';
        }
        elsif ( $!{EAGAIN} || $!{EINTR} ) {
            last;
        }
        else {
            my $error = "$!";
            $self->{out} = '';
            Loop::on_write($handle);
            return $self->{end}->($error);
        }
    }
    shutdown $handle, 1 if $self->{finishing} && $self->{out} eq '';
    Loop::on_write( $handle, sub { $self->flush } ) if $self->{drained} || $self->{out} ne '';
}

sub flush {
    my $self = shift;
    return $self->write_out if $self->{out} ne '';
    Loop::on_write( $self->{handle} );
    $self->{drained}->() if $self->{drained};
}

# Calls $then once, when all has been taken.
sub when_drained {
    my ( $self, $then ) = @_;
    return unless $self->{handle};
    $self->{drained} = sub { delete $self->{drained}; $then->() };
    Loop::on_write( $self->{handle}, sub { $self->flush } );
}

1;
