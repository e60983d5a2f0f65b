import type { ChildProcess } from 'node:child_process';
import { appendFileSync, mkdirSync, rmSync } from 'node:fs';
import { join, resolve } from 'node:path';
import type { ProcessDefinition } from './processes/child';
import { endOrphan, endingOf, spawnLogged, tailOf } from './processes/child';
import { endProcess, identify, killGroup, sendSignal } from './processes/identity';
import { claim, releaseClaim } from './processes/ownership';
import type { Report } from './progress';
import { withProgress } from './progress';

export type { ProcessDefinition } from './processes/child';

export interface SupervisorSettings {
  /** Holds `run/` (pid files, the claim of the supervisor) and `logs/`. */
  readonly dataFolder: string;
  readonly report: Report;
}

const FAILED_STARTS_ALLOWED = 5;
const LONGEST_PAUSE_MS = 5_000;
/** Whoever lived this long did not die of its start, and is started again at once. */
const STEADY_MS = 20_000;

/**
 * Starts processes, restarts what dies, stops everything in reverse order. One supervisor owns a data folder at a time;
 * what a killed supervisor left running is ended before its successor starts the same name.
 */
export class Supervisor {
  readonly dataFolder: string;
  private readonly report: Report;
  private readonly processes: SupervisedProcess[] = [];

  constructor(settings: SupervisorSettings) {
    // PostgreSQL runs in another working directory, where a relative path would mean something else.
    this.dataFolder = resolve(settings.dataFolder);
    this.report = settings.report;
    mkdirSync(join(this.dataFolder, 'logs'), { recursive: true });
    mkdirSync(join(this.dataFolder, 'run'), { recursive: true });
    const outcome = claim(this.claimFile);
    if (outcome.kind === 'taken') {
      throw new Error(
        `${this.dataFolder} is in use by process ${outcome.pid}; stop that one first (Ctrl-C or kill ${outcome.pid})`,
      );
    }
  }

  /** Starts the process and waits until it is ready; an earlier definition of the same name is stopped first. */
  async start(definition: ProcessDefinition): Promise<SupervisedProcess> {
    await this.find(definition.name)?.stop();
    const supervised = new SupervisedProcess(definition, {
      logFile: join(this.dataFolder, 'logs', `${definition.name}.log`),
      pidFile: join(this.dataFolder, 'run', `${definition.name}.json`),
      report: this.report,
    });
    this.forget(definition.name);
    this.processes.push(supervised);
    await supervised.start();
    return supervised;
  }

  /** Ends what a killed run left under this name, before its ports are chosen again; nothing of this run is touched. */
  async endOrphan(name: string): Promise<void> {
    if (this.find(name)?.pid !== undefined) return;
    await endOrphan({ name, command: '' }, join(this.dataFolder, 'run', `${name}.json`));
  }

  find(name: string): SupervisedProcess | undefined {
    return this.processes.find((one) => one.name === name);
  }

  /** Stops the youngest first, because later processes lean on earlier ones, then gives the data folder back. */
  async stopAll(): Promise<void> {
    for (const one of [...this.processes].reverse()) await one.stop();
    releaseClaim(this.claimFile);
  }

  /** For the second Ctrl-C: no patience left. */
  killAll(): void {
    for (const one of this.processes) one.abandon();
    releaseClaim(this.claimFile);
  }

  private get claimFile(): string {
    return join(this.dataFolder, 'run', 'supervisor.json');
  }

  private forget(name: string): void {
    const index = this.processes.findIndex((one) => one.name === name);
    if (index >= 0) this.processes.splice(index, 1);
  }
}

export interface StackSettings extends SupervisorSettings {
  readonly processes: readonly ProcessDefinition[];
}

/** A supervisor with these processes running, started one after another; if one fails, the rest is stopped again. */
export async function startStack(settings: StackSettings): Promise<Supervisor> {
  const supervisor = new Supervisor(settings);
  try {
    for (const definition of settings.processes) await supervisor.start(definition);
    return supervisor;
  } catch (error) {
    await supervisor.stopAll();
    throw error;
  }
}

interface Surroundings {
  readonly logFile: string;
  readonly pidFile: string;
  readonly report: Report;
}

/** One process that is meant to run: it is restarted with growing pauses until somebody stops it. */
export class SupervisedProcess {
  private child: ChildProcess | undefined;
  private exited: Promise<void> = Promise.resolve();
  private meantToRun = false;
  private starting: Promise<void> | undefined;
  private deaths = 0;
  private bornAt = 0;
  private pauseMs = 0;

  constructor(
    private readonly definition: ProcessDefinition,
    private readonly around: Surroundings,
  ) {}

  get name(): string {
    return this.definition.name;
  }

  /** Undefined while the process is dead or between two starts. */
  get pid(): number | undefined {
    return this.child?.pid;
  }

  /** How often it died without being asked to. */
  get deathCount(): number {
    return this.deaths;
  }

  get logFile(): string {
    return this.around.logFile;
  }

  /** Resolves once ready; repeating it while it runs changes nothing. */
  async start(): Promise<void> {
    this.meantToRun = true;
    if (this.child === undefined) this.begin(() => this.bringUp());
    try {
      await this.starting;
    } catch (error) {
      this.meantToRun = false;
      throw error;
    }
  }

  /** Resolves when a process killed or restarting is usable again. */
  async ready(): Promise<void> {
    await this.start();
  }

  /** Sends the signal and waits for the death; with `restarts` (the default) it comes back by itself. */
  async kill(signal: NodeJS.Signals = 'SIGKILL'): Promise<void> {
    if (this.child?.pid === undefined) return;
    // Who is killed did not die of its start, however young: the next one waits for nothing.
    this.pauseMs = 0;
    sendSignal(this.child.pid, signal);
    await this.exited;
  }

  async stop(): Promise<void> {
    this.meantToRun = false;
    await this.end();
    await this.starting?.catch(() => undefined);
    rmSync(this.around.pidFile, { force: true });
  }

  /** Kills it and its group without waiting. */
  abandon(): void {
    this.meantToRun = false;
    if (this.child?.pid !== undefined) killGroup(this.child.pid);
  }

  /** One start at a time: whoever asks meanwhile waits for the one under way. */
  private begin(work: () => Promise<void>): void {
    if (this.starting !== undefined) return;
    this.starting = work().finally(() => (this.starting = undefined));
    // Whoever waits for it hears of a failure; when nobody does, it must not end this process.
    this.starting.catch(() => undefined);
  }

  private async bringUp(): Promise<void> {
    const { name, around } = this;
    const hadOrphan = await endOrphan(this.definition, around.pidFile);
    if (hadOrphan) around.report(`${name}: ended the one that an earlier run left behind`);
    await withProgress({ label: `Starting ${name}`, report: around.report }, () =>
      this.tryUntilReady(),
    );
  }

  private async tryUntilReady(): Promise<void> {
    const deadline = Date.now() + (this.definition.readyWithinMs ?? 60_000);
    for (let failures = 0; this.meantToRun; failures += 1) {
      if (failures >= FAILED_STARTS_ALLOWED)
        throw this.failure('stopped at once every time it was started');
      if (failures > 0) await this.rest(Math.min(LONGEST_PAUSE_MS, 100 * 2 ** failures));
      if (!this.meantToRun) break;
      const child = this.spawn();
      if (await this.becomesReady(child, deadline)) return;
    }
    throw new Error(`${this.name} was stopped while it was starting`);
  }

  private spawn(): ChildProcess {
    const child = spawnLogged(this.definition, this.around);
    this.child = child;
    this.exited = new Promise((resolve) => {
      const gone = () => {
        if (this.child === child) this.child = undefined;
        resolve();
      };
      child.once('exit', gone);
      child.once('error', (error) => {
        appendFileSync(this.logFile, `${error.message}\n`);
        gone();
      });
    });
    this.bornAt = Date.now();
    void this.exited.then(() => this.afterDeath());
    return child;
  }

  private async becomesReady(child: ChildProcess, deadline: number): Promise<boolean> {
    if (child.pid === undefined) await this.exited;
    const isReady = this.definition.isReady ?? (async () => true);
    while (this.child === child) {
      if (await isReady().catch(() => false)) return this.child === child;
      if (Date.now() > deadline) {
        await this.end();
        throw this.failure('did not become ready in time');
      }
      await pause(50);
    }
    return false;
  }

  private afterDeath(): void {
    if (!this.meantToRun || this.starting !== undefined) return;
    this.deaths += 1;
    this.around.report(`${this.name} died; see ${this.logFile}`);
    if (this.definition.restarts === false) return;
    this.pauseMs = Date.now() - this.bornAt > STEADY_MS ? 0 : nextPause(this.pauseMs);
    this.begin(() => this.revive());
  }

  /** Unlike a first start this never gives up: what has run before can run again, if only after the disk was emptied. */
  private async revive(): Promise<void> {
    while (this.meantToRun) {
      await this.rest(this.pauseMs);
      try {
        await this.bringUp();
        return;
      } catch (error) {
        if (this.meantToRun) this.around.report((error as Error).message);
        this.pauseMs = nextPause(this.pauseMs);
      }
    }
  }

  /** A pause that ends early when nobody wants the process any more. */
  private async rest(ms: number): Promise<void> {
    const until = Date.now() + ms;
    while (this.meantToRun && Date.now() < until) await pause(Math.min(50, ms));
  }

  private async end(): Promise<void> {
    const identity = this.child?.pid === undefined ? undefined : identify(this.child.pid);
    if (identity !== undefined) await endProcess(identity, endingOf(this.definition));
    await this.exited;
  }

  private failure(what: string): Error {
    return new Error(
      `${this.name} ${what}; the end of ${this.logFile} says:\n${tailOf(this.logFile)}`,
    );
  }
}

function nextPause(previousMs: number): number {
  return previousMs === 0 ? 100 : Math.min(LONGEST_PAUSE_MS, previousMs * 2);
}

async function pause(ms: number): Promise<void> {
  await new Promise((resolve) => setTimeout(resolve, ms));
}
