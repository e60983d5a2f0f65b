import { statusOf } from '../../bench/load/caller';

const HEAD = 'HTTP/1.1 201 Created\r\nContent-Type: application/json\r\n';

test.each([
  ['with a length', `${HEAD}Content-Length: 2\r\n\r\n{}`, 201],
  ['with a length, not all of it', `${HEAD}Content-Length: 2\r\n\r\n{`, undefined],
  ['in chunks', `${HEAD}Transfer-Encoding: chunked\r\n\r\n2\r\n{}\r\n0\r\n\r\n`, 201],
  ['in chunks, not all of them', `${HEAD}Transfer-Encoding: chunked\r\n\r\n2\r\n{}`, undefined],
  ['whose head has not ended', HEAD, undefined],
])('an answer %s has the status %p', (_what, text, status) => {
  expect(statusOf(Buffer.from(text))).toBe(status);
});
