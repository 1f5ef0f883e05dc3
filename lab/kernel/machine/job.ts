/** One program to run in the machine. */
export interface Job {
  /** The network namespace it runs in, by name; default: the machine's own. */
  readonly host?: string;
  readonly command: readonly [string, ...string[]];
  /** What it reads from stdin; default: nothing. */
  readonly input?: string;
  /** Added to the machine's environment. */
  readonly env?: Readonly<Record<string, string>>;
  /** Aborting it kills the job's process group; the job then ends with code 137. */
  readonly signal?: AbortSignal;
  /** Is given what it prints as soon as it does, on stdout (1) and stderr (2), in place of `Ran`. */
  readonly heard?: (stream: 1 | 2, text: string) => void;
}

/** How it ended: 128 and the signal's number if by a signal, 127 for a program that is not there, 125 for a host that is not. */
export interface Ran {
  readonly code: number;
  readonly out: string;
  readonly err: string;
}

/** Where the hosts' namespaces are: a guest, or namespaces of this kernel. */
export interface Machine {
  /** What it is, for one line to the user: "a QEMU guest with Linux 6.1.0-56-cloud-amd64 (this kernel has no ipip, openvswitch)". */
  readonly what: string;
  /** Runs a program to its end; a daemon that it leaves does not hold the job open. Jobs run side by side. Rejects only when the machine has ended. */
  run(job: Job): Promise<Ran>;
  /**
   * Writes a file, whole or not at all; folders are made.
   * @param path below /run or /tmp, which are the machine's own
   * @param mode default: 0o644
   * @throws Error of one sentence when it cannot be written
   */
  write(path: string, text: string, mode?: number): Promise<void>;
  /** Ends it with all that is in it. */
  close(): Promise<void>;
}

/** A guest can be put to sleep in a file, and woken by another process later. */
export interface Sleeper extends Machine {
  /**
   * Writes all that is in it, running programs too, to a file (about 250 MB), and ends it.
   * @throws Error when a job is running, whose answer nobody would get, or the file cannot be written; the machine then still runs
   */
  sleep(file: string): Promise<void>;
}
