import http from 'node:http';
import https from 'node:https';
import { compose, HOSTS, OPERATOR } from './composition.mjs';
import { same } from './judgement.mjs';

/** A request to this machine's ports under one of the names, as a browser outside would send it. */
function ask({ place, host, path, port = 443, method = 'GET', headers = {}, body }) {
  const client = port === 443 ? https : http;
  const about = { host: '127.0.0.1', port, path, method, servername: host, ca: place.certificate };
  return new Promise((resolve, reject) => {
    const request = client.request({ ...about, headers: { ...headers, host } }, (response) => {
      const parts = [];
      response.on('data', (part) => parts.push(part));
      response.on('end', () => {
        const text = Buffer.concat(parts).toString();
        resolve({ status: response.statusCode, headers: response.headers, text });
      });
    });
    request.on('error', reject).end(body);
  });
}

const statusOf = async (question) => (await ask(question)).status;

export async function judgeDoor(place) {
  const shop = { place, host: HOSTS.billing };
  same('/health', await statusOf({ ...shop, path: '/health' }), 200);
  same('/ready from outside', await statusOf({ ...shop, path: '/ready' }), 404);
  same('terms', await statusOf({ ...shop, path: '/legal/terms' }), 200);
  same('the API without a key', await statusOf({ ...shop, path: '/api/v1/users/1/balance' }), 401);
  const moved = await ask({ ...shop, path: '/health?a=1', port: 80 });
  same(
    'plain HTTP',
    [moved.status, moved.headers.location],
    [308, `https://${HOSTS.billing}/health?a=1`],
  );
  const forged = { ...shop, path: '/webhook/telegram', method: 'POST', body: '{"update_id":1}' };
  const headers = { 'content-type': 'application/json' };
  same('an update without the secret', await statusOf({ ...forged, headers }), 401);
  const unknown = await ask({ place, host: 'elsewhere.example.com', path: '/' }).catch(
    () => 'refused',
  );
  same('a name that is not ours', unknown, 'refused');
}

export async function judgeOperators(place) {
  const page = { place, host: HOSTS.webUi, path: '/api/v1/namespaces' };
  same('the Web UI for anybody', await statusOf(page), 401);
  const basic = Buffer.from(`${OPERATOR.name}:${OPERATOR.password}`).toString('base64');
  const entered = await ask({ ...page, headers: { authorization: `Basic ${basic}` } });
  same(
    'the Web UI for an operator',
    [entered.status, entered.text.includes('"default"')],
    [200, true],
  );
  const codec = { place, host: HOSTS.codec };
  same('the codec server', await statusOf({ ...codec, path: '/health' }), 200);
  const decode = { ...codec, path: '/decode', method: 'POST', body: '{"payloads":[]}' };
  same(
    'payloads for anybody',
    await statusOf({ ...decode, headers: { 'content-type': 'application/json' } }),
    401,
  );
  same('Grafana', await statusOf({ place, host: HOSTS.grafana, path: '/api/health' }), 200);
}

/** The API with a new key of the command line inside the container. */
export function issueKey(place) {
  const command = ['node', 'dist/src/main/api-keys.js', 'create', '--client', 'rehearsal'];
  const said = compose([
    'exec',
    '-T',
    'server',
    ...command,
    '--scopes',
    'balance:read,spend:write',
  ]);
  const authorization = `Bearer ${said.split('\n').at(-1)}`;
  const call = async (path, more = {}) => {
    const headers = { authorization, 'content-type': 'application/json', ...more.headers };
    const answer = await ask({
      place,
      host: HOSTS.billing,
      path: `/api/v1${path}`,
      ...more,
      headers,
    });
    if (answer.status !== 200) throw new Error(`${path} answers ${answer.status} ${answer.text}`);
    return JSON.parse(answer.text);
  };
  return {
    balanceOf: async (personId) => Number((await call(`/users/${personId}/balance`)).balance),
    spend: (personId, key) =>
      call(`/users/${personId}/spend`, {
        method: 'POST',
        headers: { 'idempotency-key': key },
        body: JSON.stringify({ amount: '1.5', description: 'a rehearsal' }),
      }),
  };
}

export async function judgeApi(api, { personId, tokens }) {
  same('the balance after the purchase', await api.balanceOf(personId), tokens);
  const first = await api.spend(personId, 'rehearsal-1');
  const again = await api.spend(personId, 'rehearsal-1');
  same('the answer of a spend that is repeated', again.spend_id, first.spend_id);
  same('the balance after one spend of 1.5', await api.balanceOf(personId), tokens - 1.5);
}
