export interface Upload {
  readonly fileName: string;
  readonly mimeType: string;
  readonly bytes: Buffer;
}

export interface Form {
  readonly fields: Record<string, unknown>;
  readonly uploads: Map<string, Upload>;
}

const HEADER_END = Buffer.from('\r\n\r\n');

/** Reads a multipart/form-data body. Bot frameworks stream it without lengths, so only the boundary separates parts. */
export function parseMultipart(body: Buffer, boundary: string): Form {
  const form: Form = { fields: {}, uploads: new Map() };
  for (const part of partsOf(body, Buffer.from(`--${boundary}`))) addPart(form, part);
  return form;
}

function* partsOf(body: Buffer, delimiter: Buffer): Generator<Buffer> {
  let start = body.indexOf(delimiter);
  while (start >= 0) {
    const from = start + delimiter.length + 2;
    const next = body.indexOf(delimiter, from);
    if (next < 0) return;
    yield body.subarray(from, next - 2);
    start = next;
  }
}

function addPart(form: Form, part: Buffer): void {
  const headerEnd = part.indexOf(HEADER_END);
  if (headerEnd < 0) return;
  const header = part.subarray(0, headerEnd).toString('utf8');
  const content = part.subarray(headerEnd + HEADER_END.length);
  const name = /[; ]name="?([^";\r\n]+)"?/i.exec(header)?.[1];
  if (name === undefined) return;
  const fileName = /filename="?([^"\r\n]*)"?/i.exec(header)?.[1];
  if (fileName === undefined) form.fields[name] = content.toString('utf8');
  else form.uploads.set(name, { fileName, mimeType: mimeTypeOf(header), bytes: content });
}

function mimeTypeOf(header: string): string {
  return /content-type:\s*([^\r\n;]+)/i.exec(header)?.[1] ?? 'application/octet-stream';
}
