#!/usr/bin/perl
# Stands in for the virtual servers of a BIG-IP's TMM, each a full proxy: proxy.pl CONFIG. It goes on after the command, which prints its process id.
# CONFIG has one virtual server a line, NAME ADDRESS PORT TRANSLATION POOL:
#   TRANSLATION   where the connection to the member comes from: snat:A[,B] (these in turn), automap (this machine's choice), none (the client's own
#                 address; the answers then go where that address is)
#   POOL          A:P[,B:P], the next one for each connection
# SIGHUP reads CONFIG anew: connections stay as they are, those of a removed virtual server, too. SIGHUP and SIGUSR1 write CONFIG.status, a line each:
# NAME OPEN TOTAL FAILED, and after them what keeps it from listening.
use strict;
use warnings;
require( __FILE__ =~ m{.*/} ? "$&$_" : "./$_" ) for qw(loop.pl stream.pl daemon.pl);

use constant { CONNECT_LIMIT => 3000, PENDING_LIMIT => 262144 };    # ms; bytes that a slow side may be behind

my ($file) = @ARGV or die "usage: proxy.pl CONFIG\n";
my %virtual;

sub read_config {
    open my $config, '<', $file or die "cannot read $file: $!\n";
    my %read;
    while (<$config>) {
        next unless /\S/;
        my ( $name, $address, $port, $translation, $pool ) = split;
        die "$file line $.: not NAME ADDRESS PORT TRANSLATION POOL\n"
          unless ( $port // '' ) =~ /^\d+$/ && ( $translation // '' ) =~ /^(none|automap|snat:[\d.,]+)$/ && ( $pool // '' ) =~ /^(\d[\d.]+:\d+,?)+$/;
        my @sources = $translation =~ /^snat:(.*)/ ? split /,/, $1 : ();
        Stream::ip_address($_) for @sources;
        $read{$name} = { at => "$address:$port", translation => $translation, sources => \@sources, members => [ split /,/, $pool ] };
    }
    return %read;
}

# All or nothing: a file that cannot be understood changes nothing.
sub apply {
    my %wanted = read_config();
    for my $name ( keys %virtual ) {
        my $have = $virtual{$name};
        next if $wanted{$name} && $wanted{$name}{at} eq $have->{at};
        stop_listening($have);
        delete $virtual{$name} unless $wanted{$name};
    }
    for my $name ( keys %wanted ) {
        my $virtual = $virtual{$name} //= { open => 0, total => 0, failed => 0, turn => 0 };
        %$virtual = ( %$virtual, %{ $wanted{$name} } );
        start_listening($virtual) unless $virtual->{listening};
    }
}

sub start_listening {
    my $virtual = shift;
    $virtual->{listening} = eval {
        Stream::listen_at( split( /:/, $virtual->{at} ), sub { serve( $virtual, @_ ) } );
    };
    ( $virtual->{trouble} = $@ ) =~ s/\n//;
}

sub stop_listening {
    my $handle = delete $_[0]{listening} or return;
    Loop::on_read($handle);
    close $handle;
}

sub serve {
    my ( $virtual, $client, $peer ) = @_;
    my $turn   = $virtual->{turn}++;
    my $member = $virtual->{members}[ $turn % @{ $virtual->{members} } ];
    my %from =
        $virtual->{translation} eq 'none' ? ( source => $peer, foreign => 1 )
      : @{ $virtual->{sources} }          ? ( source => $virtual->{sources}[ $turn % @{ $virtual->{sources} } ] )
      :                                     ();
    $virtual->{total}++;
    $virtual->{open}++;
    Stream::connect_to(
        split( /:/, $member ),
        CONNECT_LIMIT,
        sub {
            my ( $server, $error ) = @_;
            return join_sides( $virtual, $client, $server ) if $server;
            $virtual->{open}--;
            $virtual->{failed}++;
            Stream::reset_handle($client);    # as a BIG-IP does after its retries
        },
        %from
    );
}

# What one side says the other hears, also that it has said all; a side that is cut off cuts off the other.
sub join_sides {
    my ( $virtual, @handles ) = @_;
    my ( @side, $ended, $over );
    for my $i ( 0, 1 ) {
        $side[$i] = Stream->over(
            $handles[$i],
            data => sub { hand_on( $side[$i], $side[ 1 - $i ], $_[0] ) },
            end  => sub {
                my $error = shift;
                $side[ 1 - $i ]->finish unless $error;
                return if !$error && !$ended++;
                $virtual->{open}-- unless $over++;
                for my $side (@side) { $error ? $side->reset : $side->close_when_drained }
            },
        );
    }
}

sub hand_on {
    my ( $from, $to, $bytes ) = @_;
    $to->put($bytes);
    return if $to->waiting < PENDING_LIMIT;
    $from->pause;
    $to->when_drained( sub { $from->listen_again } );
}

sub write_status {
    open my $status, '>', "$file.status.new" or return warn "cannot write $file.status: $!\n";
    for my $name ( sort keys %virtual ) {
        my $virtual = $virtual{$name};
        print $status join( ' ', $name, @$virtual{qw(open total failed)}, $virtual->{trouble} || () ), "\n";
    }
    close $status;
    rename "$file.status.new", "$file.status";
}

apply();
Loop::on_signal( HUP  => sub { eval { apply(); 1 } or warn $@; write_status() } );
Loop::on_signal( USR1 => \&write_status );
Daemon::start("$file.log");
Loop::survive();
Loop::run();
