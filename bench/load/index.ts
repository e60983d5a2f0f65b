import { fork } from 'node:child_process';
import { join } from 'node:path';
import type { Sample } from '../statistics';
import type { LoadJob } from './job';

export interface LoadGenerator {
  run(job: LoadJob): Promise<Sample>;
  close(): void;
}

/** Starts a process that does nothing but ask, so that its work is not done on the loop of what is asked. */
export function startLoadGenerator(): LoadGenerator {
  const child = fork(join(__dirname, 'process.js'), { stdio: 'inherit' });
  return {
    run: (job) =>
      new Promise((resolve, reject) => {
        const settle = ({ sample, error }: { sample?: Sample; error?: string }): void => {
          child.off('exit', fail);
          if (sample) resolve(sample);
          else reject(new Error(error ?? 'the load generator gave nothing'));
        };
        const fail = (): void => reject(new Error('the load generator ended'));
        child.once('message', settle).once('exit', fail);
        child.send(job);
      }),
    close: () => void child.disconnect(),
  };
}
