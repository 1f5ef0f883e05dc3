/** A variable that the stack gives a function. @throws Error when it is not set */
export function environment(name: string): string {
  const value = process.env[name];
  if (value === undefined)
    throw new Error(`environment variable ${name} is not set: this function was not deployed by the edge-ramp stack`);
  return value;
}
