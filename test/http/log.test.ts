import { createLog, redactText } from '../../src/log';

function linesOf(write: (log: ReturnType<typeof createLog>) => void, level = 'info'): string[] {
  const lines: string[] = [];
  const destination = { write: (line: string) => void lines.push(line) };
  write(createLog({ level, name: 'test', destination }));
  return lines;
}

const TOKEN = '123456789:AAHdqTcvCH1vGWJxfSeofSAs0K5PALDsaw';

test('a line is JSON with a level, a name and a time', () => {
  const [line = ''] = linesOf((log) => log.info({ invoiceNo: 5 }, 'paid'));
  expect(JSON.parse(line)).toMatchObject({
    level: 'info',
    name: 'test',
    invoiceNo: 5,
    msg: 'paid',
  });
});

test('a level below the chosen one is silent', () => {
  expect(linesOf((log) => log.debug('x'))).toEqual([]);
});

test.each([
  { headers: { authorization: 'Basic abc' } },
  { deep: [{ er: { password1: 'hunter2' } }] },
  { headers: { 'X-Telegram-Bot-Api-Secret-Token': 'hunter2' } },
  { telegramBotToken: TOKEN },
  { raw: Buffer.from('hunter2') },
  { DATA_KEY: 'hunter2', SignatureValue: 'ABCDEF' },
])('secrets are hidden by name: %j', (record) => {
  const [line = ''] = linesOf((log) => log.info(record, 'x'));
  expect(line).toContain('[redacted]');
  expect(line).not.toMatch(/hunter2|Basic abc|AAHdq|ABCDEF|104,117/);
});

test('secrets of a child logger are hidden as well', () => {
  const [line = ''] = linesOf((log) => log.child({ apiKey: 'hunter2' }).info('x'));
  expect(line).not.toContain('hunter2');
});

test('tokens that are sold are no secrets', () => {
  const [line = ''] = linesOf((log) => log.info({ tokens: 5, amountMicroTokens: 7, heldUtok: 1 }));
  expect(JSON.parse(line)).toMatchObject({ tokens: 5, amountMicroTokens: 7, heldUtok: 1 });
});

test('a bot token in an address or an error never reaches a line', () => {
  const url = `https://api.telegram.org/bot${TOKEN}/getMe`;
  const error = Object.assign(new Error(`failed ${url}`), { request: { password: 'hunter2' } });
  const [line = ''] = linesOf((log) => log.error({ err: error, url }, `calling ${url}`));
  expect(line).not.toMatch(/AAHdq|hunter2/);
  expect(JSON.parse(line)).toMatchObject({ err: { type: 'Error' } });
});

test('passwords of addresses and signed queries are hidden', () => {
  expect(redactText('postgres://u:hunter2@db:5432/x')).toBe('postgres://u:[redacted]@db:5432/x');
  expect(redactText('/pay?SignatureValue=AB12&InvId=1')).toBe(
    '/pay?SignatureValue=[redacted]&InvId=1',
  );
});

test('a known secret is hidden wherever it stands, as it is, in JSON and in an address', () => {
  const secret = 'pass "word"/of &nobody';
  const lines: string[] = [];
  const destination = { write: (line: string) => void lines.push(line) };
  const log = createLog({ level: 'info', name: 'test', destination, secrets: [secret, 'short'] });
  log.info({ detail: `it is ${secret}!` }, secret);
  log.error({ err: new Error(`refused ${encodeURIComponent(secret)}`) }, 'short words stay');
  expect(lines.join('')).not.toMatch(/of &nobody|of%20%26nobody/);
  expect(lines[0]).toContain('it is [redacted]!');
  expect(lines[1]).toContain('short words stay');
});

test('a line of a stranger costs no time', () => {
  const beganAt = performance.now();
  for (const run of ['1', 'a', 'ab://', '":"', 'bot1']) redactText(run.repeat(100_000));
  expect(performance.now() - beganAt).toBeLessThan(2_000);
});
