import { main } from '../cli/main';
import { messageOf, thisProcess } from '../cli/surroundings';

async function start(): Promise<number> {
  return main(process.argv.slice(2), thisProcess());
}

start().then(
  (code) => (process.exitCode = code),
  (error: unknown) => {
    process.stderr.write(`edge-ramp: ${messageOf(error)}\n`);
    process.exitCode = 1;
  },
);
