import { docker } from './composition.mjs';
import { same } from './judgement.mjs';

/** Of the rehearsal, and no part of the composition. */
const OUTSIDE = 'telegram';
const WITH_A_WAY_OUT = ['bot', 'nginx', 'server', 'worker'];

const running = (place) =>
  place.containers().filter(({ service, State }) => service !== OUTSIDE && State.Running);

const inside = ({ Id }, script) => docker(['exec', Id, 'sh', '-c', script]);

export function judgePorts(place) {
  const published = running(place).flatMap(({ service, NetworkSettings }) =>
    Object.entries(NetworkSettings.Ports).flatMap(([port, bindings]) =>
      (bindings ?? []).map(({ HostPort }) => `${service} ${HostPort}:${port}`),
    ),
  );
  same('published ports', [...new Set(published)].sort(), [
    'nginx 443:8443/tcp',
    'nginx 80:8080/tcp',
  ]);
}

/** As the kernel has it of each first process, and as an intruder in the container would find it. */
export function judgeContainers(place) {
  const secrets = Object.values(place.secrets).filter((value) => value.length > 8);
  for (const container of running(place)) {
    const { service, HostConfig } = container;
    const about = facts(container);
    same(`${service} runs as root`, about.Uid === '0', false);
    same(`capabilities of ${service}`, [about.CapEff, about.CapBnd], [NOTHING, NOTHING]);
    same(`${service} cannot gain rights`, about.NoNewPrivs, '1');
    const limits = [HostConfig.Memory, HostConfig.NanoCpus, HostConfig.PidsLimit];
    same(
      `limits of ${service}`,
      limits.every((limit) => limit > 0),
      true,
    );
    same(`${service} changes its files`, inside(container, WRITES), 'only /tmp');
    const environment = environmentOf(container);
    same(
      `secrets in the environment of ${service}`,
      secrets.some((value) => environment.includes(value)),
      false,
    );
    inside(
      container,
      'for file in /run/secrets/*; do [ ! -e "$file" ] || cat "$file" >/dev/null || exit 1; done',
    );
  }
}

/** What Docker tells of it, and what its first process has; PostgreSQL's image itself puts a password there, from its file. */
function environmentOf(container) {
  const told = container.Config.Env.join('\n');
  if (container.service === 'postgres') return told;
  return `${told}\n${inside(container, 'tr "\\0" "\\n" </proc/1/environ')}`;
}

const NOTHING = '0000000000000000';
const WRITES = `for path in / /etc /usr /var /app /home; do
  (: >"$path/.probe") 2>/dev/null && echo "$path" && rm -f "$path/.probe"
done
(: >/tmp/.probe) && rm /tmp/.probe && echo 'only /tmp'`;

function facts(container) {
  const lines = inside(container, 'cat /proc/1/status').split('\n');
  return Object.fromEntries(lines.map((line) => line.split(/:?\s+/)));
}

/** From within the network of each container to an address that only those with a way out have on theirs. */
export function judgeNetworks(place) {
  const { Image, NetworkSettings } = place.containers().find(({ service }) => service === OUTSIDE);
  const addresses = Object.values(NetworkSettings.Networks).map(({ IPAddress }) => IPAddress);
  const leading = running(place).filter(
    ({ Id }) =>
      docker(
        ['run', '--rm', '--network', `container:${Id}`, Image, 'node', '-e', PROBE].concat(
          addresses,
        ),
      ) === 'reached',
  );
  const names = leading.map(({ service }) => service);
  same('services with a way out', [...new Set(names)].sort(), WITH_A_WAY_OUT);
}

const PROBE = `const reach = (host) => new Promise((resolve, reject) => {
  const socket = require('node:net').connect({ host, port: 8081, timeout: 2000 }, resolve);
  socket.on('error', reject).on('timeout', reject);
});
Promise.any(process.argv.slice(1).map(reach)).then(() => 'reached', () => 'not reached')
  .then((word) => { console.log(word); process.exit(); });`;
