/** Telegram's limit on one message. */
const LONGEST = 4096;

/**
 * Parts of a Telegram HTML text that each fit into one message (BOT-8). Texts are cut between lines, where no markup
 * is open; a single line that is too long loses its markup, because it cannot be cut inside of it.
 */
export function splitHtml(html: string, longest = LONGEST): readonly string[] {
  if (html.length <= longest) return [html];
  const pieces = html.split('\n').flatMap((line) => fitting(line, longest));
  return pieces.reduce<readonly string[]>((parts, piece) => {
    const last = parts.at(-1);
    if (last === undefined || last.length + 1 + piece.length > longest) return [...parts, piece];
    return [...parts.slice(0, -1), `${last}\n${piece}`];
  }, []);
}

/** The text without its markup, as a person would read it aloud. */
export function plainText(html: string): string {
  return html
    .replaceAll(/<\/?[a-z][^>]*>/gi, '')
    .replaceAll('&lt;', '<')
    .replaceAll('&gt;', '>')
    .replaceAll('&quot;', '"')
    .replaceAll('&amp;', '&');
}

/** An escape such as `&quot;` is one letter and stays whole. */
function fitting(line: string, longest: number): readonly string[] {
  if (line.length <= longest) return [line];
  const letters = line.replaceAll(/<\/?[a-z][^>]*>/gi, '').match(/&[a-z]+;|./gsu) ?? [];
  return letters.reduce<string[]>((parts, letter) => {
    const last = parts.at(-1);
    if (last === undefined || last.length + letter.length > longest) parts.push(letter);
    else parts[parts.length - 1] = last + letter;
    return parts;
  }, []);
}
