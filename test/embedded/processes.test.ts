import { spawn } from 'node:child_process';
import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { startStack, Supervisor } from '../../src/embedded/processes';
import { identify, isAlive } from '../../src/embedded/processes/identity';
import type { ProcessDefinition } from '../../src/embedded/processes';
import { endSupervisors, freshFolder, supervise } from './folders';

afterEach(endSupervisors);

const FOR_EVER = 'setInterval(() => {}, 1000)';
const quiet = () => undefined;

function node(
  name: string,
  code: string,
  more: Partial<ProcessDefinition> = {},
): ProcessDefinition {
  return { name, command: process.execPath, args: ['-e', code], ...more };
}

test('a stack is ready when each of its processes said so, and stops as a whole', async () => {
  const dataFolder = freshFolder('stack');
  const log = join(dataFolder, 'logs', 'second.log');
  let asked = 0;
  const supervisor = await startStack({
    dataFolder,
    report: quiet,
    processes: [
      node('first', FOR_EVER, { isReady: async () => (asked += 1) > 3 }),
      node('second', `console.log('hello'); ${FOR_EVER}`, {
        isReady: async () => readFileSync(log, 'utf8').includes('hello'),
      }),
    ],
  });
  expect(asked).toBe(4);
  const pids = ['first', 'second'].map((name) => supervisor.find(name)?.pid ?? 0);
  const identities = pids.map((pid) => identify(pid));
  await supervisor.stopAll();
  expect(identities.map((one) => one !== undefined && isAlive(one))).toEqual([false, false]);
});

test('a killed process comes back', async () => {
  const supervisor = supervise(freshFolder('restart'));
  const phoenix = await supervisor.start(node('phoenix', FOR_EVER));
  const before = phoenix.pid;
  await phoenix.kill('SIGKILL');
  await phoenix.ready();
  expect(phoenix.pid).not.toBe(before);
  expect(phoenix.deathCount).toBe(1);
  await supervisor.stopAll();
});

test('a process that is killed again and again comes back at once each time', async () => {
  const supervisor = supervise(freshFolder('again'));
  const phoenix = await supervisor.start(node('phoenix', FOR_EVER));
  const begunAt = Date.now();
  for (let kills = 0; kills < 6; kills += 1) {
    await phoenix.kill('SIGKILL');
    await phoenix.ready();
  }
  // With the pauses of a process that dies of its start it would be 6.3 seconds.
  expect(Date.now() - begunAt).toBeLessThan(4_000);
  await supervisor.stopAll();
});

test('a killed process stays dead until it is started when it is not meant to restart', async () => {
  const supervisor = supervise(freshFolder('chaos'));
  const victim = await supervisor.start(node('victim', FOR_EVER, { restarts: false }));
  await victim.kill('SIGKILL');
  await new Promise((resolve) => setTimeout(resolve, 300));
  expect(victim.pid).toBeUndefined();
  await victim.start();
  expect(victim.pid).toBeDefined();
  await supervisor.stopAll();
});

test('a process that ignores SIGTERM is killed after its time', async () => {
  const dataFolder = freshFolder('stubborn');
  const log = join(dataFolder, 'logs', 'stubborn.log');
  const supervisor = supervise(dataFolder);
  const code = `process.on('SIGTERM', () => {}); console.log('up'); ${FOR_EVER}`;
  const stubborn = await supervisor.start(
    node('stubborn', code, {
      stopWithinMs: 200,
      isReady: async () => readFileSync(log, 'utf8').includes('up\n'),
    }),
  );
  const startedAt = Date.now();
  await stubborn.stop();
  expect(stubborn.pid).toBeUndefined();
  expect(Date.now() - startedAt).toBeGreaterThanOrEqual(190);
  await supervisor.stopAll();
});

test('a process that cannot start is named with the end of its log', async () => {
  const supervisor = supervise(freshFolder('broken'));
  const broken = node('broken', "console.error('no such table'); process.exit(1)", {
    isReady: async () => new Promise<boolean>((resolve) => setTimeout(() => resolve(false), 100)),
  });
  await expect(supervisor.start(broken)).rejects.toThrow(/broken stopped at once .*no such table/s);
  await supervisor.stopAll();
});

test('a data folder in use is refused, with the process that uses it', async () => {
  const dataFolder = freshFolder('claimed');
  const holder = spawn(process.execPath, ['-e', FOR_EVER]);
  const first = supervise(dataFolder);
  await first.stopAll();
  const identity = identify(holder.pid ?? 0);
  writeFileSync(join(dataFolder, 'run', 'supervisor.json'), JSON.stringify(identity));
  expect(() => new Supervisor({ dataFolder, report: quiet })).toThrow(
    `in use by process ${holder.pid}`,
  );
  holder.kill('SIGKILL');
  await new Promise((resolve) => holder.once('exit', resolve));
  await new Supervisor({ dataFolder, report: quiet }).stopAll();
});

test('what a killed supervisor left running is ended before its successor starts the same name', async () => {
  const dataFolder = freshFolder('orphan');
  const orphan = spawn(process.execPath, ['-e', FOR_EVER], { detached: true });
  const identity = identify(orphan.pid ?? 0);
  const lines: string[] = [];
  const supervisor = supervise(dataFolder, (line) => lines.push(line));
  writeFileSync(join(dataFolder, 'run', 'worker.json'), JSON.stringify(identity));
  await supervisor.start(node('worker', FOR_EVER));
  expect(identity !== undefined && isAlive(identity)).toBe(false);
  expect(lines).toEqual(['worker: ended the one that an earlier run left behind']);
  await supervisor.stopAll();
});

test('a process that cannot come back at once is tried until it can', async () => {
  const dataFolder = freshFolder('patience');
  const obstacle = join(dataFolder, 'obstacle');
  const code = `if (require('node:fs').existsSync(${JSON.stringify(obstacle)})) process.exit(1); ${FOR_EVER}`;
  const lines: string[] = [];
  const supervisor = supervise(dataFolder, (line) => lines.push(line));
  let isUp = true;
  const patient = await supervisor.start(
    node('patient', code, {
      isReady: async () => {
        await new Promise((resolve) => setTimeout(resolve, 150));
        return isUp;
      },
    }),
  );
  isUp = false;
  writeFileSync(obstacle, '');
  await patient.kill('SIGKILL');
  while (!lines.some((line) => line.includes('stopped at once every time'))) {
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
  rmSync(obstacle);
  isUp = true;
  await patient.ready();
  expect(patient.pid).toBeDefined();
  await supervisor.stopAll();
});

test('a command that does not exist is named', async () => {
  const supervisor = supervise(freshFolder('missing'));
  const missing = { name: 'missing', command: '/no/such/program', isReady: async () => true };
  await expect(supervisor.start(missing)).rejects.toThrow(
    /missing stopped at once .*\/no\/such\/program/s,
  );
  await supervisor.stopAll();
});
