import { main } from '../cli/main';
import { thisProcess } from '../cli/surroundings';

void main(process.argv.slice(2), thisProcess()).then((code) => {
  process.exitCode = code;
});
