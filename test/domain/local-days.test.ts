import { localDays } from '../../src/domain/calendar';

function daysOf(from: string, to: string, zone: string): string[] {
  const span = { from: new Date(from), to: new Date(to) };
  return localDays(span, zone).map(
    ({ day, beginsMs }) => `${day} ${new Date(beginsMs).toISOString().slice(0, 16)}`,
  );
}

describe('the local days of a span', () => {
  it('begin at midnights of the zone and end before the span does', () => {
    expect(daysOf('2026-03-01T05:00:00Z', '2026-03-02T21:00:00Z', 'Europe/Moscow')).toEqual([
      '2026-03-01 2026-02-28T21:00',
      '2026-03-02 2026-03-01T21:00',
    ]);
  });

  it('are 23 and 25 hours long where clocks change', () => {
    expect(daysOf('2026-03-29T00:00:00Z', '2026-03-31T00:00:00Z', 'Europe/Berlin')).toEqual([
      '2026-03-29 2026-03-28T23:00',
      '2026-03-30 2026-03-29T22:00',
      '2026-03-31 2026-03-30T22:00',
    ]);
    expect(daysOf('2026-10-25T12:00:00Z', '2026-10-26T12:00:00Z', 'Europe/Berlin')).toEqual([
      '2026-10-25 2026-10-24T22:00',
      '2026-10-26 2026-10-25T23:00',
    ]);
  });

  it('of an empty span are the one it touches', () => {
    expect(daysOf('2026-03-01T05:00:00Z', '2026-03-01T05:00:00Z', 'UTC')).toEqual([
      '2026-03-01 2026-03-01T00:00',
    ]);
  });
});
