import { csvFile, MOST_ROWS, safeCell } from '../../../src/bot/admin/csv';
import type { ExportPage } from '../../../src/reads/admin/statistics';

const COLUMNS = ['id', 'name', 'amount'];

function pagesOf(count: number, size: number) {
  return {
    exportPage: (_kind: string, before: number | undefined): Promise<ExportPage> => {
      const from = before ?? count;
      const rows = Array.from({ length: Math.min(size, from) }, (_, index) => [
        from - index,
        `name ${from - index}`,
        '-1.50',
      ]);
      const next = from - rows.length;
      return Promise.resolve({ columns: COLUMNS, rows, nextBefore: next > 0 ? next : undefined });
    },
  };
}

describe('an export', () => {
  it('is UTF-8 with its mark, one heading and every row of every page', async () => {
    const { content, rows, isCut } = await csvFile(pagesOf(25, 10), 'sales', 'en');
    expect(content.subarray(0, 3).toString('hex')).toBe('efbbbf');
    const lines = content.toString('utf8').slice(1).trimEnd().split('\r\n');
    expect(lines[0]).toBe('id,name,amount');
    expect(lines[1]).toBe('25,name 25,-1.50');
    expect(lines).toHaveLength(26);
    expect({ rows, isCut }).toEqual({ rows: 25, isCut: false });
  });

  it('separates by semicolons in Russian, where a comma is the decimal point', async () => {
    const { content } = await csvFile(pagesOf(1, 10), 'users', 'ru');
    expect(content.toString('utf8')).toContain('id;name;amount');
  });

  it('stops at its limit and says so', async () => {
    const { content, rows, isCut } = await csvFile(pagesOf(60_000, 7_000), 'sales', 'en');
    expect({ rows, isCut }).toEqual({ rows: MOST_ROWS, isCut: true });
    expect(content.toString('utf8').trimEnd().split('\r\n')).toHaveLength(MOST_ROWS + 1);
  });

  it('of nothing has its heading', async () => {
    const { content, rows } = await csvFile(pagesOf(0, 10), 'users', 'en');
    expect(content.toString('utf8').slice(1)).toBe('id,name,amount\r\n');
    expect(rows).toBe(0);
  });

  it.each([
    ['=1+1', "'=1+1"],
    ['+7 999', "'+7 999"],
    ['-cmd', "'-cmd"],
    ['@sum', "'@sum"],
    ['\t=1', "'\t=1"],
    ['-1.50', '-1.50'],
    ['-7', '-7'],
    ['-1.5.1', "'-1.5.1"],
    ['anna', 'anna'],
  ])('writes the cell %s as %s', (value, written) => {
    expect(safeCell(value)).toBe(written);
  });
});
