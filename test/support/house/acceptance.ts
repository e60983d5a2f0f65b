/** The cases of the specification's acceptance matrix (section 22): letter and last number. */
const MATRIX = { V: 23, A: 15, B: 7, C: 8, D: 6, E: 8, F: 6, G: 1, H: 1, P: 28 } as const;

export const ACCEPTANCE_NUMBERS: ReadonlySet<string> = new Set(
  Object.entries(MATRIX).flatMap(([letter, last]) =>
    Array.from({ length: last }, (_, index) => `T-${letter}${index + 1}`),
  ),
);

/** Cases that this release answers for. */
export const ANSWERED: readonly string[] = [
  ...range('V', 1, 9),
  ...['T-V18', 'T-V19', 'T-V23', 'T-F2'],
  ...range('A', 1, 15),
  'T-E2',
  ...range('E', 4, 8),
  ...['T-F1', 'T-F3', 'T-F5', 'T-P1', 'T-P4', 'T-P6', 'T-P14', 'T-P20', 'T-P24', 'T-P28'],
  ...['T-V22', 'T-B2', 'T-B3', 'T-B5', 'T-B7', 'T-P13'],
  'T-P11',
  'T-P12',
  ...['T-P2', 'T-P3', 'T-P7', 'T-P8', 'T-P21', 'T-P22'],
  ...['T-P25', 'T-P26'],
  ...['T-P2', 'T-P3', 'T-P5', 'T-P7', 'T-P8', 'T-P21', 'T-P22'],
  'T-P26',
  ...['T-V17', 'T-D2', 'T-D5'],
  ...['T-V12', 'T-V21', 'T-P16', 'T-E1', 'T-E3'],
  ...['T-V10', 'T-V11', 'T-B1', 'T-B4', 'T-B6', 'T-P15', 'T-P17', 'T-P18'],
  ...['T-V16', 'T-C7', 'T-D1', 'T-D3', 'T-D4', 'T-D6', 'T-P19'],
  ...['T-V13', 'T-V14', 'T-V15', 'T-V20'],
  ...range('C', 1, 6),
  ...['T-C8', 'T-P9', 'T-P10', 'T-P23'],
  'T-H1',
  ...['T-F4', 'T-F6'],
  ...['T-H1', 'T-G1', 'T-P27'],
];

/** The numbers a text names, such as the name of a test. */
export function numbersIn(text: string): string[] {
  return text.match(/\bT-[A-Z]\d+\b/g) ?? [];
}

function range(letter: string, first: number, last: number): string[] {
  return Array.from({ length: last - first + 1 }, (_, index) => `T-${letter}${first + index}`);
}
