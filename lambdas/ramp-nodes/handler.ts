/** Placeholder: replaced by the step's own handler. */
export async function handler(event: unknown): Promise<unknown> {
  return event;
}
