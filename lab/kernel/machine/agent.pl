#!/usr/bin/perl
# The machine's agent: runs programs in the hosts' network namespaces for whoever is at the other end of PORT ("-": of stdin and stdout).
#   to it:   HELLO <epoch seconds | ->       sets the clock, unless "-"; answered by READY
#            RUN <id> <length>\n<bytes>      fields that end in a NUL: host or nothing, number of words, the words, number of variables,
#                                            each NAME=value; what is left is the program's stdin
#            WRITE <id> <length>\n<bytes>    fields that end in a NUL: path, octal mode; what is left is the file
#            KILL <id>                       the job's process group
#   from it: READY <uptime> <kernel's release> | OUT <id> <length>\n<bytes> | ERR <id> <length>\n<bytes> | EXIT <id> <code>
# It is process 1 of its machine: when the other end is gone, it ends and takes all with it.
# perl-base has no names for these: the numbers are those of x86_64.
use strict;
use warnings;
use Fcntl;
use POSIX ();
use Socket qw(PF_INET SOCK_DGRAM SOL_SOCKET);
use constant { SO_TIMESTAMP => 29, REBOOT => 169, CLOCK_SETTIME => 227, SETNS => 308, NEWNET => 0x40000000, PIPEFUL => 65536 };

my $port = shift // die "usage: agent.pl PORT\n";
my $guest = $port ne '-';
my ($from, $to) = $guest ? attach($port) : (\*STDIN, \*STDOUT);
%ENV = (HOME => '/root', PATH => '/run/tools:/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin');    # as an SSM agent has it: no LANG
chdir '/';

# Each program that wants packets with times (ping, tcpdump) has the kernel patch its own code when it comes and when it goes, by way of an int3. Twice a
# guest was found whose processors looped at that int3, in netif_receive_skb, long after it was gone from memory: QEMU 7.2 had translated it just then.
# Whoever always wants times prevents the patches.
my $timed = $guest && timed();

my (%job, %pipe);    # by id; by file number: a job's output or input
pipe(my $woken, my $wake) or die "pipe: $!";
fcntl($_, F_SETFL, O_NONBLOCK) for $woken, $wake;
$SIG{CHLD} = sub { syswrite $wake, 'x' };
$SIG{PIPE} = 'IGNORE';
serve();

# The port appears some time after its module was loaded.
sub attach {
  my ($path, $opened) = @_;
  for (1 .. 500) {
    return ($opened, $opened) if sysopen $opened, $path, O_RDWR;
    select undef, undef, undef, 0.02;
  }
  die "no $path: $!\n";
}

sub timed {
  socket my $socket, PF_INET, SOCK_DGRAM, 0 or die "socket: $!\n";
  setsockopt $socket, SOL_SOCKET, SO_TIMESTAMP, 1 or die "SO_TIMESTAMP: $!\n";
  return $socket;
}

sub serve {
  my $received = '';
  while (1) {
    my ($read, $write) = ('', '');
    vec($read, fileno $_, 1) = 1 for $from, $woken;
    for my $number (keys %pipe) { vec($pipe{$number}{kind} eq 'IN' ? $write : $read, $number, 1) = 1 }
    # Perl runs a signal's handler between two operations: one that comes just before select() would not end it, so while jobs run we look ourselves.
    my $ready = select $read, $write, undef, %job ? 0.25 : undef;
    next if $ready < 0;
    for my $number (keys %pipe) {
      my $each = $pipe{$number} or next;
      if ($each->{kind} eq 'IN') { feed($each) if vec($write, $number, 1) }
      elsif (vec($read, $number, 1)) { forward($each) }
    }
    reap() if !$ready || vec($read, fileno $woken, 1);
    next unless vec($read, fileno $from, 1);
    my $got = sysread $from, my $bytes, PIPEFUL;
    next if !defined $got && $!{EINTR};
    end() unless $got;
    $received .= $bytes;
    1 while obey(\$received);
  }
}

# One whole message off the front of what was received. Only its start is matched: perl copies all of what it matches, for each few KiB that come.
sub obey {
  my ($received) = @_;
  return 0 unless substr($$received, 0, 100) =~ /\A([A-Z]+) (\S+)(?: (\d+))?\n/;
  my ($what, $id, $length, $head) = ($1, $2, $3 // 0, $+[0]);
  return 0 if length $$received < $head + $length;
  my $body = substr $$received, $head, $length;
  substr $$received, 0, $head + $length, '';
  if ($what eq 'RUN') { run($id, $body) }
  elsif ($what eq 'WRITE') { put($id, $body) }
  elsif ($what eq 'KILL') { stop($id) }
  elsif ($what eq 'HELLO') { hello($id) }
  return 1;
}

sub answer {
  my $bytes = join '', @_;
  while (length $bytes) {
    my $sent = syswrite $to, $bytes;
    if (defined $sent) { substr $bytes, 0, $sent, '' }
    elsif (!$!{EINTR} && !$!{EAGAIN}) { end() }
  }
}

sub hello {
  my ($now) = @_;
  if ($guest && $now =~ /\A(\d+)\.(\d+)\z/) { syscall CLOCK_SETTIME, 0, pack 'qq', $1, $2 * 1_000_000 }
  open my $uptime, '<', '/proc/uptime';
  answer('READY ', (split ' ', <$uptime>)[0], ' ', (POSIX::uname())[2], "\n");
}

sub field {
  my ($bytes) = @_;
  my $end = index $$bytes, "\0";
  die "a message is cut short\n" if $end < 0;
  my $field = substr $$bytes, 0, $end;
  substr $$bytes, 0, $end + 1, '';
  return $field;
}
sub fields { my ($bytes) = @_; return map { field($bytes) } 1 .. field($bytes) }

sub run {
  my ($id, $body) = @_;
  my ($host, @words) = (field(\$body), fields(\$body));
  my @variables = fields(\$body);
  my ($in, $feed);
  if (length $body) { pipe($in, $feed) or die "pipe: $!" }
  else { open $in, '<', '/dev/null' }
  pipe(my $out, my $told) or die "pipe: $!";
  pipe(my $err, my $complained) or die "pipe: $!";
  my $child = fork // die "fork: $!";
  if ($child == 0) {
    POSIX::setsid();
    my @standard = ($in, $told, $complained);
    POSIX::dup2(fileno $standard[$_], $_) for 0 .. 2;
    $SIG{$_} = 'DEFAULT' for 'PIPE', 'CHLD';
    enter($host) if length $host;
    /=/ and $ENV{ substr $_, 0, $-[0] } = substr $_, $+[0] for @variables;
    { no warnings 'exec'; exec { $words[0] } @words }
    refuse($!{ENOENT} ? 127 : 126, "$words[0]: $!");
  }
  $job{$id} = { child => $child };
  watch($id, OUT => $out);
  watch($id, ERR => $err);
  watch($id, IN => $feed, $body) if $feed;
}

# In the child: there is no way back into the agent.
sub refuse { my ($code, $why) = @_; syswrite STDERR, "$why\n"; POSIX::_exit($code) }
sub enter {
  my ($host) = @_;
  open my $namespace, '<', "/run/netns/$host" or refuse(125, "there is no host $host in this machine");
  syscall(SETNS, fileno $namespace, NEWNET) == 0 or refuse(125, "setns $host: $!");
}

sub watch {
  my ($id, $kind, $handle, $left) = @_;
  fcntl $handle, F_SETFL, O_NONBLOCK;
  $pipe{ fileno $handle } = { id => $id, kind => $kind, handle => $handle, left => $left };
}
sub forget { my ($each) = @_; delete $pipe{ fileno $each->{handle} }; close $each->{handle} }

sub forward {
  my ($each) = @_;
  my $got = sysread $each->{handle}, my $bytes, PIPEFUL;
  if ($got) { answer("$each->{kind} $each->{id} $got\n", $bytes) }
  elsif (defined $got) { forget($each) }
  return $got;
}
sub feed {
  my ($each) = @_;
  my $sent = syswrite $each->{handle}, $each->{left};
  if (defined $sent) { substr $each->{left}, 0, $sent, '' }
  forget($each) if !length $each->{left} || !defined $sent && !$!{EAGAIN} && !$!{EINTR};
}

# A job ends with its program: a daemon it leaves may keep the pipes open, so only what is in them now is read (at most what a pipe can hold, 1 MiB).
sub reap {
  sysread $woken, my $ignored, 4096;
  while ((my $child = waitpid -1, POSIX::WNOHANG()) > 0) {
    my $code = $? & 127 ? 128 + ($? & 127) : $? >> 8;
    for my $id (grep { $job{$_}{child} == $child } keys %job) {
      for my $each (grep { $_->{id} eq $id } values %pipe) {
        if ($each->{kind} ne 'IN') { for (1 .. 16) { forward($each) or last } }
        forget($each) if defined fileno $each->{handle};
      }
      delete $job{$id};
      answer("EXIT $id $code\n");
    }
  }
}

# The group exists only once the child has made it.
sub stop { my ($id) = @_; my $each = $job{$id} or return; kill('KILL', -$each->{child}) or kill 'KILL', $each->{child} }

# Whole or not at all. Only where the machine has its memory: /etc could be that of the user's own system.
sub put {
  my ($id, $body) = @_;
  my ($path, $mode) = (field(\$body), oct field(\$body));
  my $failed = eval {
    $path =~ m{\A/(run|tmp)/} && $path !~ m{/\.\./} or die "only /run and /tmp are the machine's own\n";
    while ($path =~ m{/}g) { my $folder = substr $path, 0, $-[0]; mkdir $folder if length $folder && !-d $folder }
    sysopen my $file, "$path.$id", O_WRONLY | O_CREAT | O_EXCL or die "$!\n";
    for (my $done = 0; $done < length $body;) { $done += syswrite($file, $body, length($body) - $done, $done) // die "$!\n" }
    chmod $mode, $file;
    close $file;
    rename "$path.$id", $path or die "$!\n";
    0;
  } // $@;
  if ($failed) { unlink "$path.$id"; answer("ERR $id ", length $failed, "\n", $failed) }
  answer("EXIT $id ", $failed ? 1 : 0, "\n");
}

# A guest restarts, which -no-reboot makes the end of QEMU.
sub end {
  syscall REBOOT, 0xfee1dead, 672274793, 0x01234567, 0 if $guest;
  POSIX::_exit(0);
}
