import { Endpoint } from './endpoint';
import { Workers } from './workers';

/**
 * What labs may share that are open one after another: the server at which services answer, whose address functions start with, and the functions'
 * workers. The later lab finds its functions warm, as a run on AWS mostly does. All state is the lab's own.
 */
export class Platform {
  private constructor(
    readonly endpoint: Endpoint,
    readonly workers: Workers,
  ) {}

  /** @param port as LabOptions has it. @throws as Endpoint.open */
  static async open(port?: number): Promise<Platform> {
    return new Platform(await Endpoint.open({}, port), new Workers());
  }

  async close(): Promise<void> {
    await this.workers.close();
    await this.endpoint.close();
  }
}
