import fc from 'fast-check';
import { v4, v7 } from 'uuid';
import { decodeCallback, encodeCallback, ROUTES } from '../../src/bot/callback-data';
import { fromId22, toId22 } from '../../src/bot/id22';

describe('ids in buttons', () => {
  it('are 22 characters and come back as they were', () => {
    for (const id of [
      v4(),
      v7(),
      '00000000-0000-0000-0000-000000000000',
      'ffffffff-ffff-ffff-ffff-ffffffffffff',
    ]) {
      expect(toId22(id)).toHaveLength(22);
      expect(fromId22(toId22(id) ?? '')).toBe(id);
    }
  });

  it('are told from other texts', () => {
    expect(toId22('not-a-uuid')).toBeUndefined();
    expect(fromId22('z'.repeat(22))).toBeUndefined();
    expect(fromId22('0'.repeat(21))).toBeUndefined();
    expect(fromId22(`${'0'.repeat(21)}!`)).toBeUndefined();
  });

  it('never fail on any text', () => {
    fc.assert(
      fc.property(fc.string(), (text) => {
        const id = fromId22(text);
        expect(id === undefined || toId22(id) === text).toBe(true);
      }),
    );
  });
});

describe('button data', () => {
  it.each(ROUTES)(
    '%s comes back as it was, and fits into 64 bytes with id and argument',
    (route) => {
      const full = { route, id: v7(), arg: 'cloudpayments' };
      const data = encodeCallback(full);
      expect(Buffer.byteLength(data)).toBeLessThanOrEqual(64);
      expect(decodeCallback(data)).toEqual(full);
      expect(decodeCallback(encodeCallback({ route }))).toEqual({ route });
    },
  );

  it('is written as the specification says', () => {
    expect(encodeCallback({ route: 'nav:bal' })).toBe('v1:nav:bal');
    expect(encodeCallback({ route: 'top:amt', arg: '200' })).toBe('v1:top:amt::200');
    expect(encodeCallback({ route: 'inv:chk', id: '00000000-0000-0000-0000-000000000001' })).toBe(
      'v1:inv:chk:0000000000000000000001',
    );
  });

  it('refuses what does not fit into a button', () => {
    expect(() => encodeCallback({ route: 'top:amt', id: v7(), arg: 'x'.repeat(40) })).toThrow(
      '64 bytes',
    );
    expect(() => encodeCallback({ route: 'inv:chk', id: 'mine' })).toThrow('not a UUID');
  });

  it.each([
    '',
    'v0:nav:bal',
    'v1:nav:nowhere',
    'v1:inv:chk:short',
    'nav:bal',
    'v1:inv:chk:' + 'z'.repeat(22),
  ])('knows nothing of "%s"', (data) => {
    expect(decodeCallback(data)).toBeUndefined();
  });

  it('never fails on any text', () => {
    fc.assert(fc.property(fc.string(), (text) => void decodeCallback(text)));
  });
});
