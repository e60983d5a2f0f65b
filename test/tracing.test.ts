import { spawnSync } from 'node:child_process';
import { Writable } from 'node:stream';
import { InMemorySpanExporter, type SpanExporter } from '@opentelemetry/sdk-trace-base';
import { readConfig } from '../src/config';
import { createLog } from '../src/log';
import { NO_TRACING, startTracing } from '../src/main/tracing';
import { startSpans, type TracedProcess } from '../src/main/tracing-sdk';
import { permitted, withoutKey } from '../src/tracing/attributes';
import { harmless } from '../src/tracing/discretion';
import { spanIdOf, traceIdOf } from '../src/tracing/ids';
import {
  beginTrace,
  continueTrace,
  inSpan,
  isTracing,
  note,
  onBehalf,
  standpoint,
  traceParent,
} from '../src/tracing/spans';
import { parseTraceParent } from '../src/tracing/trace-parent';
import type { Tracing } from '../src/main/tracing';
import { settingsOf } from './support/collector';
import { ROOT } from './support/house/tree';

const MINIMUM = {
  DATABASE_URL: 'postgres://billing:secret-password@db:5432/billing',
  TELEGRAM_BOT_TOKEN: '123456:ABCDEF',
  API_KEY_PEPPER: 'a-pepper-of-at-least-32-characters',
  DATA_KEY: 'a-data-key-of-at-least-32-characters',
  PUBLIC_BASE_URL: 'https://billing.example',
};
const silent = createLog({ level: 'silent', name: 'test' });
const NOWHERE = 'http://127.0.0.1:9';

let exporter: InMemorySpanExporter;
let tracing: Tracing | undefined;

function start(change: Partial<TracedProcess> = {}, sampler?: 'parentbased_always_off'): void {
  exporter = new InMemorySpanExporter();
  const settings = { ...settingsOf(NOWHERE), ...(sampler === undefined ? {} : { sampler }) };
  const traced = { process: 'test', buildVersion: '1', log: silent, exporter };
  tracing = startSpans(settings, { ...traced, ...change });
}

afterEach(async () => {
  await tracing?.stop();
  tracing = undefined;
});

/** What has been recorded by the end of the process. */
async function recorded() {
  const kept: ReturnType<InMemorySpanExporter['getFinishedSpans']> = [];
  const shutdown = exporter.shutdown.bind(exporter);
  exporter.shutdown = () => {
    kept.push(...exporter.getFinishedSpans());
    return shutdown();
  };
  await tracing?.stop();
  return kept;
}

describe('without a collector', () => {
  test('nothing is configured, nothing is traced, and every call takes the way it took', async () => {
    const config = readConfig(MINIMUM);
    expect(config.tracing).toBeUndefined();
    expect(await startTracing(config, { process: 'server', log: silent })).toBe(NO_TRACING);
    expect(NO_TRACING.client).toEqual({});
    expect(NO_TRACING.worker).not.toHaveProperty('interceptors');
    expect(isTracing()).toBe(false);
    expect(standpoint()).toBeUndefined();
    const work = () => Promise.resolve(Error().stack?.includes('startSpan'));
    const from = `00-${'a'.repeat(32)}-${'b'.repeat(16)}-01`;
    const ways = [
      beginTrace({ name: 'a' }, work),
      inSpan({ name: 'b' }, work),
      continueTrace({ name: 'c', from, otherwise: 'begin' }, work),
      onBehalf({ name: 'd', askers: [parseTraceParent(from)] }, work),
    ];
    expect(await Promise.all(ways)).toEqual([false, false, false, false]);
  });

  test('a process loads nothing of OpenTelemetry but its empty interface', () => {
    const loading = `
      const { requireTypeScript } = await import('${ROOT}/scripts/load-typescript.mjs');
      const require = requireTypeScript();
      for (const part of ['src/main/tracing', 'src/main/billing-worker', 'src/main/spend-worker', 'src/http/app'])
        require('${ROOT}/' + part + '.ts');
      const names = Object.keys(require.cache).map((path) => /node_modules.(@opentelemetry.[^/]+|@temporalio.interceptors[^/]*)/.exec(path)?.[1]);
      console.log(JSON.stringify([...new Set(names.filter(Boolean))]));`;
    const { stdout, stderr } = spawnSync(process.execPath, ['--input-type=module', '-e', loading], {
      cwd: ROOT,
      encoding: 'utf8',
    });
    expect([stdout.trim(), stderr]).toEqual(['["@opentelemetry/api"]', '']);
  });
});

describe('the environment', () => {
  test('names the collector, what it wants besides, the service and the sampler', () => {
    const { tracing: settings } = readConfig({
      ...MINIMUM,
      OTEL_EXPORTER_OTLP_ENDPOINT: 'http://collector:4318/',
      OTEL_EXPORTER_OTLP_HEADERS: 'x-key=abc, tenant=billing',
      OTEL_SERVICE_NAME: 'shop',
      OTEL_TRACES_SAMPLER: 'parentbased_traceidratio',
      OTEL_TRACES_SAMPLER_ARG: '0.1',
    });
    expect(settings).toEqual({
      url: 'http://collector:4318/v1/traces',
      headers: { 'x-key': 'abc', tenant: 'billing' },
      serviceName: 'shop',
      sampler: 'parentbased_traceidratio',
      ratio: 0.1,
    });
  });

  test('with a header that is none is refused without its value', () => {
    const wrong = () => readConfig({ ...MINIMUM, OTEL_EXPORTER_OTLP_HEADERS: 'hunter2' });
    expect(wrong).toThrow('OTEL_EXPORTER_OTLP_HEADERS is wrong: the entry 1');
    expect(wrong).not.toThrow('hunter2');
  });
});

describe('a trace', () => {
  test('holds steps inside it, and outside of it steps leave no span', async () => {
    start();
    await inSpan({ name: 'alone' }, () => Promise.resolve());
    await beginTrace({ name: 'outer' }, () =>
      inSpan({ name: 'inner', facts: { 'billing.provider': 'mock' } }, () => {
        note({ 'billing.outcome': 'done' });
        return Promise.resolve();
      }),
    );
    const [inner, outer, ...others] = await recorded();
    expect([inner?.name, outer?.name, others.length]).toEqual(['inner', 'outer', 0]);
    expect(inner?.parentSpanId).toBe(outer?.spanContext().spanId);
    expect(inner?.attributes).toEqual({ 'billing.provider': 'mock', 'billing.outcome': 'done' });
  });

  test('goes on from a text, and begins anew only where that is wanted', async () => {
    start();
    let left: string | undefined;
    await beginTrace({ name: 'first' }, () => Promise.resolve(void (left = traceParent())));
    const step = { name: 'later', from: left, otherwise: 'untraced' } as const;
    await continueTrace(step, () => Promise.resolve());
    await continueTrace({ ...step, name: 'lost', from: null }, () => Promise.resolve());
    const spans = await recorded();
    expect(spans.map(({ name }) => name)).toEqual(['first', 'later']);
    expect(new Set(spans.map((span) => span.spanContext().traceId)).size).toBe(1);
  });

  test('of a batch belongs to the first who asked, and is linked to the others', async () => {
    start();
    const asked = await Promise.all(
      [1, 2, 3].map(() => beginTrace({ name: 'ask' }, () => Promise.resolve(standpoint()))),
    );
    await onBehalf({ name: 'batch', askers: [undefined, ...asked] }, () => Promise.resolve());
    const batch = (await recorded()).find(({ name }) => name === 'batch');
    expect(batch?.spanContext().traceId).toBe(asked[0]?.traceId);
    expect(batch?.links.map(({ context }) => context.traceId)).toEqual(
      asked.slice(1).map((each) => each?.traceId),
    );
  });

  test('that the sampler leaves out is carried on and not recorded', async () => {
    start({}, 'parentbased_always_off');
    let left: string | undefined;
    await beginTrace({ name: 'left out' }, () => Promise.resolve(void (left = traceParent())));
    expect(left).toMatch(/-00$/);
    expect(await recorded()).toEqual([]);
  });

  test('tells of a failure its kind and neither its message nor its stack', async () => {
    start();
    const failing = beginTrace({ name: 'failing' }, () =>
      Promise.reject(new TypeError('Zinaida owes 500')),
    );
    await expect(failing).rejects.toThrow('Zinaida owes 500');
    const [span] = await recorded();
    expect(span?.attributes).toEqual({ 'error.type': 'TypeError' });
    expect(span?.status).toEqual({ code: 2 });
    expect(span?.events).toEqual([]);
  });

  test('may be looked for in lines for people, which are no JSON', () => {
    const lines: string[] = [];
    const destination = new Writable({
      write: (line: Buffer, _encoding, done) => (lines.push(line.toString()), done()),
    });
    createLog({ level: 'info', name: 'bot', format: 'text', destination }).info({ n: 1 }, 'hello');
    expect(lines.join('')).toMatch(/^\d{4}-\S+Z INFO bot: hello \{"n":1\}\n$/);
  });

  test('is named by every line of the log that is written inside it', async () => {
    start();
    const lines: string[] = [];
    const destination = new Writable({
      write: (line: Buffer, _encoding, done) => (lines.push(line.toString()), done()),
    });
    const about = () => ({ workflow_id: 'checkout:1' });
    const log = createLog({ level: 'info', name: 'test', about, destination });
    let traceId: string | undefined;
    await beginTrace({ name: 'work' }, () => {
      traceId = standpoint()?.traceId;
      log.info('inside');
      return Promise.resolve();
    });
    log.info('outside');
    const [inside, outside] = lines.map((line) => JSON.parse(line) as Record<string, unknown>);
    expect(inside).toMatchObject({ trace_id: traceId, workflow_id: 'checkout:1' });
    expect(outside).not.toHaveProperty('trace_id');
  });
});

describe('what may be told of a step', () => {
  test('is on the list, short and plain', () => {
    const told = {
      'billing.provider': 'mock',
      'billing.transfer_ids': ['a', 'b'],
      'http.response.status_code': 200,
      'billing.outcome': 'x'.repeat(201),
      'billing.route': { text: 'hello' },
      'user.name': 'Zinaida',
      temporalTerminateReason: 'because of Zinaida',
    };
    expect(permitted(told)).toEqual({
      'billing.provider': 'mock',
      'billing.transfer_ids': ['a', 'b'],
      'http.response.status_code': 200,
    });
  });

  test.each([
    ['spend:client:order of zinaida', 'spend:client:…'],
    ['hold:client:a:b', 'hold:client:…'],
    ['spends:process:7', 'spends:process:7'],
    ['checkout:1', 'checkout:1'],
  ])('of the workflow %s is %s', (id, told) => {
    expect(withoutKey(id)).toBe(told);
    expect(permitted({ temporalWorkflowId: id })).toEqual({ temporalWorkflowId: told });
  });

  test.each(['', '00-1-2-01', `00-${'0'.repeat(32)}-${'b'.repeat(16)}-01`, 7])(
    '%s is no place',
    (text) => expect(parseTraceParent(text)).toBeUndefined(),
  );

  test('has ids that follow from what they name, and differ where that does', () => {
    const seeds = Array.from({ length: 5_000 }, (_, n) => `run-${n}:begun`);
    expect(new Set(seeds.map(spanIdOf)).size).toBe(seeds.length);
    expect(spanIdOf('a')).toMatch(/^[0-9a-f]{16}$/);
    expect(traceIdOf('a')).toMatch(/^[0-9a-f]{32}$/);
    expect(traceIdOf('a')).toBe(traceIdOf('a'));
  });
});

describe('trouble with tracing', () => {
  const never: SpanExporter = {
    export: () => undefined,
    shutdown: () => new Promise(() => undefined),
  };

  test('a collector that never answers delays a stop by two seconds at most', async () => {
    start({ exporter: never });
    await beginTrace({ name: 'work' }, () => Promise.resolve());
    const began = performance.now();
    await tracing?.stop();
    expect(performance.now() - began).toBeLessThan(2_500);
  });

  test('a collector that is away is told of once, and nothing else happens', async () => {
    const warned: unknown[] = [];
    const log = { warn: (details: unknown) => void warned.push(details), info: () => undefined };
    const traced = { process: 'test', buildVersion: '1', log };
    tracing = startSpans(settingsOf(NOWHERE), traced);
    for (let n = 0; n < 3; n += 1) {
      expect(await beginTrace({ name: 'work' }, () => Promise.resolve(n))).toBe(n);
    }
    await tracing.stop();
    expect(warned.length).toBeLessThanOrEqual(1);
  });

  test('a processor that throws is nobody’s failure', () => {
    const failing = () => {
      throw new Error('broken');
    };
    const processor = harmless({
      ...{ onStart: failing, onEnd: failing },
      forceFlush: () => Promise.resolve(),
      shutdown: () => Promise.resolve(),
    });
    expect(() => processor.onEnd({} as never)).not.toThrow();
    expect(() => processor.onStart({} as never, {} as never)).not.toThrow();
  });
});
