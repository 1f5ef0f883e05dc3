package Daemon;
# A program that goes on after the command that started it: the command ends when the program serves, with its process id on stdout, or with 1 and why not.
use strict;
use warnings;
use POSIX ();

sub start {
    my ($log) = @_;
    my $child = fork;
    defined $child or die "cannot fork: $!\n";
    if ($child) {
        print "$child\n";
        exit 0;
    }
    POSIX::setsid();
    open STDIN,  '<',  '/dev/null';
    open STDOUT, '>>', $log or die "cannot write $log: $!\n";
    open STDERR, '>&', \*STDOUT;
}

1;
