import { aRun, type Define } from '../options';

export const resume: Define = (...here) => aRun('resume', 'let the automation look after the tunnel again', ...here);
