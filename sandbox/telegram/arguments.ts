import { badRequest } from './failure';
import type { Form, Upload } from './multipart';

/**
 * The arguments of one call. The Bot API takes every value also as a string, and every object also as a string of
 * JSON, because forms and query strings can carry nothing else; the readers below hide which it was.
 */
export class Arguments {
  constructor(private readonly form: Form) {}

  text(name: string): string | undefined {
    const value = this.form.fields[name];
    if (typeof value === 'string') return value;
    if (typeof value === 'number' || typeof value === 'boolean') return String(value);
    return undefined;
  }

  requiredText(name: string): string {
    const value = this.text(name);
    if (value === undefined || value === '') throw badRequest(`parameter "${name}" is required`);
    return value;
  }

  integer(name: string): number | undefined {
    const value = this.text(name);
    if (value === undefined || value === '') return undefined;
    const number = Number(value);
    return Number.isSafeInteger(number) ? number : undefined;
  }

  flag(name: string): boolean {
    return ['true', '1', 'yes', 't', 'y'].includes(this.text(name)?.toLowerCase() ?? '');
  }

  /** The value of an object parameter; `complaint` is Telegram's description when it is not JSON. */
  json(name: string, complaint: string): unknown {
    const value = this.form.fields[name];
    if (typeof value !== 'string') return value;
    if (value.trim() === '') return undefined;
    try {
      return JSON.parse(value) as unknown;
    } catch {
      throw badRequest(complaint);
    }
  }

  /** An uploaded file: the part of that name itself, or the part an `attach://` reference names. */
  upload(reference: string): Upload | undefined {
    const name = reference.startsWith('attach://')
      ? reference.slice('attach://'.length)
      : reference;
    return this.form.uploads.get(name);
  }

  /** What the inspector shows: every field, and uploads by name and size. */
  summary(): Record<string, unknown> {
    const uploads = [...this.form.uploads].map(([name, upload]) => [
      name,
      `${upload.fileName} (${upload.bytes.length} bytes)`,
    ]);
    return { ...this.form.fields, ...(Object.fromEntries(uploads) as Record<string, unknown>) };
  }
}

/** A field of an object argument as text; anything but text and numbers counts as missing. */
export function textField(record: Record<string, unknown>, name: string): string {
  const value = record[name];
  return typeof value === 'string' || typeof value === 'number' ? String(value) : '';
}

export function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
