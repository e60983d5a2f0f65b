import { execFileSync, spawnSync } from 'node:child_process';
import { cpSync } from 'node:fs';
import { join } from 'node:path';
import { parseAllDocuments } from 'yaml';
import { SECRET_VARIABLES } from '../../src/config/secret-files';
import { freshFolder } from '../embedded/folders';
import { goProgram, pythonWith } from '../payments/support/foreign';
import { ROOT } from '../support/house/tree';

// The manifests as kustomize itself puts them together, judged by the schemas of Kubernetes.

const kustomize = goProgram('sigs.k8s.io/kustomize/kustomize/v5', 'v5.8.1', 'kustomize');
const python = pythonWith('kubernetes-validate', '1.37.0');
if (!kustomize || !python) console.warn('Skipped: Go and Python bring kustomize and the schemas.');
const withBoth = kustomize && python ? describe : describe.skip;

/** The oldest release that the manifests are for, and the newest whose schema is known. */
const RELEASES = ['1.30', '1.34'];

interface Container {
  readonly name: string;
  readonly image: string;
  readonly command: readonly string[];
  readonly resources: Readonly<Record<'requests' | 'limits', Readonly<Record<string, unknown>>>>;
  readonly securityContext: object;
  readonly livenessProbe?: object;
  readonly startupProbe?: object;
  readonly readinessProbe?: object;
}

interface Pod {
  readonly automountServiceAccountToken: boolean;
  readonly securityContext: object;
  readonly containers: readonly Container[];
  readonly volumes: readonly { readonly secret?: { readonly secretName: string } }[];
}

interface Manifest {
  readonly kind: string;
  readonly metadata: { readonly name: string; readonly namespace?: string };
  readonly data?: Readonly<Record<string, string>>;
  readonly spec: {
    readonly replicas?: number;
    readonly strategy?: { readonly type: string };
    readonly template: { readonly metadata: { labels: object }; readonly spec: Pod };
    readonly selector: { readonly matchLabels: object };
  };
}

withBoth('the manifests of production', () => {
  let text = '';
  let all: Manifest[] = [];

  beforeAll(() => {
    const folder = freshFolder('kubernetes');
    cpSync(join(ROOT, 'deploy', 'kubernetes'), folder, { recursive: true });
    const overlay = join(folder, 'overlays', 'production');
    execFileSync(join(ROOT, 'deploy', 'secrets.sh'), [join(overlay, 'secrets')], {
      stdio: 'ignore',
    });
    text = execFileSync(kustomize ?? '', ['build', overlay], { encoding: 'utf8' });
    all = parseAllDocuments(text).map((one) => one.toJSON() as Manifest);
  });

  const of = (kind: string) => all.filter((one) => one.kind === kind);
  const named = (kind: string, name: string) =>
    of(kind).find(({ metadata }) => metadata.name === name);
  const running = () => [...of('Deployment'), ...of('Job')];
  const containers = () => running().flatMap(({ spec }) => spec.template.spec.containers);

  test('are put together from the base and the overlay', () => {
    expect(
      of('Deployment')
        .map(({ metadata }) => metadata.name)
        .sort(),
    ).toEqual([...['bot', 'codec', 'server', 'worker']]);
    expect(of('Job').map(({ metadata }) => metadata.name)).toEqual(['migrate']);
    const images = new Set(containers().map(({ image }) => image));
    expect([...images]).toEqual([
      expect.stringMatching(/^registry\.example\.com\/[a-z-]+:\d+\.\d+\.\d+$/),
    ]);
  });

  test.each(RELEASES)(
    'fit the schemas of Kubernetes %s, with no field that it does not know',
    (release) => {
      const program = [
        'import sys, yaml, kubernetes_validate',
        'for one in yaml.safe_load_all(sys.stdin):',
        `    kubernetes_validate.validate(one, '${release}', strict=True)`,
      ].join('\n');
      const judged = spawnSync(python ?? '', ['-c', program], { input: text, encoding: 'utf8' });
      expect([judged.status, judged.stderr.slice(-1_000)]).toEqual([0, '']);
      const planted = text.replace('readOnlyRootFilesystem:', 'readOnlyRootFileSystem:');
      const caught = spawnSync(python ?? '', ['-c', program], { input: planted, encoding: 'utf8' });
      expect([caught.status, caught.stderr]).toEqual([
        1,
        expect.stringContaining('readOnlyRootFileSystem'),
      ]);
    },
  );

  test('run nothing as root, with rights, or on a file system that it can change', () => {
    for (const { spec } of running()) {
      const pod = spec.template.spec;
      expect(pod.automountServiceAccountToken).toBe(false);
      expect(pod.securityContext).toMatchObject({
        runAsNonRoot: true,
        seccompProfile: { type: 'RuntimeDefault' },
      });
    }
    for (const { securityContext } of containers()) {
      expect(securityContext).toEqual({
        allowPrivilegeEscalation: false,
        readOnlyRootFilesystem: true,
        capabilities: { drop: ['ALL'] },
      });
    }
  });

  test('limit every container, and look whether it works', () => {
    for (const { resources, ...container } of containers()) {
      for (const kind of ['requests', 'limits'] as const) {
        expect(Object.keys(resources[kind]).sort()).toEqual(['cpu', 'memory']);
      }
      if (container.name === 'migrate') continue;
      expect([container.name, container.livenessProbe, container.startupProbe]).toEqual([
        container.name,
        expect.anything(),
        expect.anything(),
      ]);
    }
  });

  test('let one bot at a time ask Telegram, and several workers and servers run through a rollout', () => {
    expect(named('Deployment', 'bot')?.spec).toMatchObject({
      replicas: 1,
      strategy: { type: 'Recreate' },
    });
    for (const name of ['worker', 'server']) {
      expect(named('Deployment', name)?.spec.replicas).toBeGreaterThan(1);
      expect(named('PodDisruptionBudget', name)?.spec.selector.matchLabels).toEqual(
        named('Deployment', name)?.spec.template.metadata.labels &&
          expect.objectContaining({ 'app.kubernetes.io/name': name }),
      );
    }
  });

  test('hand every secret over as a file, and tell none in a setting', () => {
    const [settings] = of('ConfigMap');
    const [secret] = of('Secret');
    for (const name of SECRET_VARIABLES.filter((each) => each !== 'DATABASE_URL')) {
      expect(settings?.data).toHaveProperty(`${name}_FILE`, `/run/secrets/billing/${name}`);
      expect(secret?.data).toHaveProperty(name);
      expect(settings?.data).not.toHaveProperty(name);
    }
    for (const { spec } of running()) {
      const mounted = spec.template.spec.volumes.flatMap((each) => each.secret?.secretName ?? []);
      expect(mounted).toEqual([secret?.metadata.name]);
    }
  });

  test('close the network, and open what is needed', () => {
    expect(named('NetworkPolicy', 'closed')?.spec).toEqual({
      podSelector: {},
      policyTypes: ['Ingress', 'Egress'],
    });
    expect(
      of('Service')
        .map(({ metadata }) => metadata.name)
        .sort(),
    ).toEqual(['codec', 'server']);
    const types = of('Service').map(({ spec }) => (spec as { type?: string }).type);
    expect(types).toEqual([undefined, undefined]);
  });
});
