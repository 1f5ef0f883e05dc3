declare module 'asl-validator' {
  /** Checks a state machine's definition against the language's schema. */
  export default function validate(definition: unknown): {
    isValid: boolean;
    errorsText: (separator?: string) => string;
  };
}
