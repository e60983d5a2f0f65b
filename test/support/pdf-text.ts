import { inflateSync } from 'node:zlib';

/** The words of a PDF in the order in which they are drawn, with a space between them. */
export function pdfText(pdf: Buffer): string {
  const objects = objectsOf(pdf);
  const letters = new Map([...objects].map(([id, body]) => [id, lettersOf(body)]));
  const fonts = fontsOf(objects, letters);
  const contents = [...objects.values()].filter((body) => body.includes(' Tf'));
  return contents.map((body) => drawnIn(body, fonts)).join(' ');
}

type Letters = ReadonlyMap<string, string>;

/** Every object by its number, its stream unpacked. */
function objectsOf(pdf: Buffer): Map<string, string> {
  const text = pdf.toString('latin1');
  const objects = new Map<string, string>();
  for (const match of text.matchAll(/(\d+) 0 obj\n([\s\S]*?)\nendobj/g)) {
    const [, id = '', body = ''] = match;
    const start = body.indexOf('stream\n');
    if (start < 0) objects.set(id, body);
    else objects.set(id, unpacked(body.slice(start + 7, body.lastIndexOf('\nendstream'))));
  }
  return objects;
}

function unpacked(stream: string): string {
  try {
    return inflateSync(Buffer.from(stream, 'latin1')).toString('latin1');
  } catch {
    return stream;
  }
}

/** What each glyph of a font stands for, from its ToUnicode map. */
function lettersOf(map: string): Letters {
  const letters = new Map<string, string>();
  for (const [, first = '', list = ''] of map.matchAll(
    /<([0-9a-f]{4})> <[0-9a-f]{4}> \[([^\]]*)\]/g,
  ))
    [...list.matchAll(/<([0-9a-f ]+)>/g)].forEach(([, code = ''], index) => {
      const glyph = (Number.parseInt(first, 16) + index).toString(16).padStart(4, '0');
      letters.set(glyph, Buffer.from(code, 'hex').swap16().toString('utf16le'));
    });
  return letters;
}

/** `/F1` and so on, by the names under which pages know them. */
function fontsOf(
  objects: ReadonlyMap<string, string>,
  letters: ReadonlyMap<string, Letters>,
): ReadonlyMap<string, Letters> {
  const fonts = new Map<string, Letters>();
  for (const body of objects.values())
    for (const [, name = '', id = ''] of body.matchAll(/\/(F\d+) (\d+) 0 R/g)) {
      const map = /\/ToUnicode (\d+) 0 R/.exec(objects.get(id) ?? '')?.[1] ?? '';
      fonts.set(name, letters.get(map) ?? new Map());
    }
  return fonts;
}

function drawnIn(content: string, fonts: ReadonlyMap<string, Letters>): string {
  let letters: Letters = new Map();
  const pieces: string[] = [];
  for (const [, font, array] of content.matchAll(/\/(F\d+) [\d.]+ Tf|\[([^\]]*)\] TJ/g)) {
    if (font !== undefined) letters = fonts.get(font) ?? new Map();
    else pieces.push(wordsIn(array ?? '', letters));
  }
  return pieces.join(' ');
}

function wordsIn(array: string, letters: Letters): string {
  const hex = [...array.matchAll(/<([0-9a-f]*)>/gi)].map(([, code]) => code ?? '').join('');
  const glyphs = hex.toLowerCase().match(/.{4}/g) ?? [];
  // The space after a word belongs to the gap, one that does not break to the word.
  return glyphs
    .map((glyph) => letters.get(glyph) ?? '?')
    .join('')
    .replace(/ +$/, '');
}
