import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { channel } from './channel';
import type { Machine } from './job';
import { SDN, type Outfit } from './outfit';
import { find } from './tools';

/**
 * Namespaces of this kernel with the guest's own agent in them: network, mounts and processes, so that all of it goes when the agent does. It ends
 * when this process is gone, however that ended, since nobody is at the other end of its stdin any more. Needs root.
 */
export async function openHere(why = '', { iptables }: Outfit = SDN): Promise<Machine> {
  const inside = [join(__dirname, 'here.sh'), join(__dirname, 'agent.pl'), iptables];
  const namespaces = ['--mount', '--net', '--pid', '--fork', '--kill-child', '--mount-proc'];
  const child = spawn(find('unshare')!, [...namespaces, 'bash', ...inside], {
    detached: true, // Ctrl-C is for the process that has it
    env: process.env,
    stdio: ['pipe', 'pipe', 'pipe'],
  });
  let complaint = '';
  child.stderr.on('data', (bytes: Buffer) => (complaint = (complaint + String(bytes)).slice(-2000)));
  const agent = channel(child.stdout, child.stdin);
  const ended = new Promise<void>((resolve) => {
    child.once('exit', () => resolve());
    child.once('error', (error) => {
      complaint ||= error.message;
      resolve();
    });
  });
  void ended.then(() => agent.end('The machine has ended.'));
  async function close(): Promise<void> {
    child.stdin.end();
    await ended; // the kernel has by then ended every process of the namespace
  }
  const greeting = await agent.hello().catch(async (error: unknown) => {
    await close();
    throw new Error(`No namespaces could be made on this kernel: ${complaint.trim() || String(error)}`, {
      cause: error,
    });
  });
  return {
    what: `network namespaces of this kernel, Linux ${greeting.release}${why && ` (${why})`}`,
    run: (job) => agent.run(job),
    write: (path, text, mode) => agent.write(path, text, mode),
    close,
  };
}
