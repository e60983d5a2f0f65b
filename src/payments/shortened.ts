/** At most `limit` UTF-16 units without splitting a character; what was cut ends in an ellipsis. */
export function shortened(text: string, limit: number): string {
  if (text.length <= limit) return text;
  let short = '';
  for (const char of text) {
    if (short.length + char.length > limit - 1) break;
    short += char;
  }
  return `${short}…`;
}
