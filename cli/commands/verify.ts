import { aRunOnDevices, type Define } from '../options';

export const verify: Define = (...here) => aRunOnDevices('verify', 'prove that the tunnel stands as declared', ...here);
