#!/usr/bin/env -S node --import tsx
// Not `tsx`: that stands between, and kills a process that has been busy for 60 ms when somebody presses Ctrl-C.
import { main } from '../cli/main';
import { thisProcess } from '../cli/surroundings';

void main(process.argv.slice(2), thisProcess()).then((code) => {
  process.exitCode = code;
});
