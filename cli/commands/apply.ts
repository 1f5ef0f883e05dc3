import { aChange, type Define } from '../options';

export const apply: Define = (...here) => aChange('apply', 'build, repair or change the tunnel, and prove it', ...here);
