/** One command for one device: which document runs where, and with what. */
export interface DeviceCommand {
  /** How an operator calls the device, for messages: `BIG-IP 10.3.88.66`. */
  readonly device: string;
  readonly instance: string;
  readonly document: string;
  readonly parameters: Readonly<Record<string, string>>;
  /** Finds this very command again, at most 100 characters: the same execution, step, plan and device give the same tag. */
  readonly tag: string;
  /** True when this step was tried before, so that the command may have been sent already. */
  readonly again: boolean;
  /** True when the command changes nothing: where it may have run and nobody knows, it may simply be sent again. */
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

/** One command's way to a device and back, for whoever logs it: neither parameters nor answer are in it. */
export interface Trip {
  readonly tunnel: string;
  readonly device: string;
  readonly instance: string;
  readonly document: string;
  /** Systems Manager's id of the command; undefined: none was told. */
  readonly command: string | undefined;
  readonly milliseconds: number;
  /** What the trip ended with; undefined: with an answer. */
  readonly failure: unknown;
}
