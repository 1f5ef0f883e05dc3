package Measurement;
# What the measuring programs share. Their arguments are words NAME=VALUE; three are for all of them:
#   seconds=N    how long it measures; default: until SIGTERM
#   patience=MS  how long it then waits for answers that are on their way; default 1000
#   ready=FIFO   it makes this FIFO and writes its process id there when it measures
# The summary is one line of JSON on stdout. All times are milliseconds, offsets count from the start.
use strict;
use warnings;
use POSIX ();

sub options {
    my %option = ( patience => 1000, @_ );
    for my $word (@ARGV) {
        my ( $name, $value ) = $word =~ /^(\w+)=(.*)$/s or die "not NAME=VALUE: $word\n";
        $option{$name} = $value;
    }
    defined $option{$_} or die "$_=VALUE is missing\n" for keys %option;
    return %option;
}

# Whoever reads the FIFO, before or after this, knows from it that the measurement runs.
sub ready {
    my $fifo = shift // return;
    POSIX::mkfifo( $fifo, 0600 );
    open my $reader, '>', $fifo or die "cannot write $fifo: $!\n";
    print $reader "$$\n";
    close $reader;
    unlink $fifo;
}

sub summary { print json(shift), "\n" }

# What looks like a number is one.
sub json {
    my $value = shift;
    return 'null' unless defined $value;
    return '[' . join( ',', map { json($_) } @$value ) . ']' if ref $value eq 'ARRAY';
    return '{' . join( ',', map { text($_) . ':' . json( $value->{$_} ) } sort keys %$value ) . '}' if ref $value eq 'HASH';
    return $value =~ /^-?\d+(\.\d+)?$/ ? $value : text($value);
}

sub text { '"' . ( $_[0] =~ s/([^ !#-\[\]-~])/sprintf '\\u%04x', ord $1/ger ) . '"' }

sub tenths { 0 + sprintf '%.1f', $_[0] }

1;
