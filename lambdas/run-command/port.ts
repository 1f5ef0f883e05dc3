/** One command for one device: a document, the instance that runs it, and its parameters. */
export interface DeviceCommand {
  /** How an operator calls the device, for messages: `BIG-IP 10.3.88.66`. */
  readonly device: string;
  readonly instance: string;
  readonly document: string;
  readonly parameters: Readonly<Record<string, string>>;
  /** Identifies this command: every try of one step on one device has the same tag. At most 100 characters. */
  readonly tag: string;
  /** True when this step was tried before: the command may have been sent already. */
  readonly again: boolean;
  /** True when the command changes nothing: it may be sent again even if it has run. */
  readonly looks: boolean;
}

/** Runs a document on an instance and waits for its end. */
export interface RunCommand {
  /**
   * @returns what the script printed (at most 24,000 characters)
   * @throws DeviceRefused the script ended with an error; NotDelivered it never ran, or only looks and gave no answer; OutcomeUnknown it may have run; Throttled nothing was sent
   */
  run(command: DeviceCommand): Promise<string>;
}

/** One command and its answer, for the log. It holds neither parameters nor answer, which may be secret. */
export interface Trip {
  readonly tunnel: string;
  readonly device: string;
  readonly instance: string;
  readonly document: string;
  /** Systems Manager's id of the command; undefined: it was not sent. */
  readonly command: string | undefined;
  readonly milliseconds: number;
  /** The error that the trip ended with; undefined: it ended with an answer. */
  readonly failure: unknown;
}
