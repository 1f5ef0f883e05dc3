#!/usr/bin/perl
# count-forks.pl FILE COMMAND...: runs a command and writes to FILE how many processes it and all that came of it have made (fork, vfork, clone), itself
# not counted. Exact and without privileges: it is their tracer, as a debugger is (ptrace; the numbers are Linux's).
use strict;
use warnings;
use Config;

my %CALLS = (x86_64 => [101, 61], aarch64 => [117, 260]);
my ($arch) = $Config{archname} =~ /^([^-]+)/;
my ($ptrace, $wait4) = @{ $CALLS{$arch} // die "count-forks.pl: no numbers of ptrace and wait4 for $arch\n" };
my ($TRACEME, $CONT, $SETOPTIONS) = (0, 7, 0x4200);
my ($FORK, $VFORK, $CLONE, $EXEC) = (1, 2, 3, 4);                # events
my $OPTIONS = 1 << $FORK | 1 << $VFORK | 1 << $CLONE | 1 << $EXEC;
my ($WALL, $SIGSTOP, $SIGTRAP) = (0x40000000, 19, 5);

my $file = shift;
my $child = fork // die "fork: $!\n";
if ($child == 0) {
    syscall($ptrace, $TRACEME, 0, 0, 0);
    kill STOP => $$;
    exec @ARGV or die "exec: $!\n";
}
my ($count, $code, %known) = (0, 0);
my $native = pack 'i', 0;
while ((my $pid = syscall $wait4, -1, $native, $WALL, 0) > 0) {
    my $status = unpack 'i', $native;                            # $? has no room for an event
    if (($status & 0xff) != 0x7f) {                              # it has ended
        next if $pid != $child;
        $code = $status;
        last;                                                    # what it left running goes on, and is not waited for
    }
    my ($signal, $event) = ($status >> 8 & 0xff, $status >> 16);
    $count++ if $event == $FORK || $event == $VFORK || $event == $CLONE;
    syscall($ptrace, $SETOPTIONS, $pid, 0, $OPTIONS) if $pid == $child && !$known{$pid};
    $signal = 0 if $event || !$known{$pid}++ && $signal == $SIGSTOP; # each begins with a stop that is the tracer's
    syscall($ptrace, $CONT, $pid, 0, $signal == $SIGTRAP ? 0 : $signal);
}
open my $out, '>', $file or die "$file: $!\n";
print $out "$count\n";
exit($code >> 8 || ($code & 0x7f ? 128 + ($code & 0x7f) : 0));
