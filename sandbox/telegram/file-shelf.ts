import { randomBytes } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Upload } from './multipart';
import type { StoredFile } from './state';
import type { Store } from './store';

const MIME_TYPES: Readonly<Record<string, string>> = {
  '.csv': 'text/csv',
  '.gif': 'image/gif',
  '.jpeg': 'image/jpeg',
  '.jpg': 'image/jpeg',
  '.json': 'application/json',
  '.mp3': 'audio/mpeg',
  '.ogg': 'audio/ogg',
  '.pdf': 'application/pdf',
  '.png': 'image/png',
  '.txt': 'text/plain',
  '.webp': 'image/webp',
  '.xlsx': 'application/vnd.openxmlformats-officedocument.spreadsheetml.sheet',
  '.zip': 'application/zip',
};

export type FileFamily = 'photos' | 'documents' | 'voice';

/** The bytes of uploaded files: beside the journal when there is one, else in memory. */
export class FileShelf {
  private readonly memory = new Map<string, Buffer>();
  private readonly folder: string | undefined;

  constructor(
    private readonly store: Store,
    dataFile: string | undefined,
  ) {
    this.folder = dataFile === undefined ? undefined : `${dataFile}.files`;
  }

  save(botId: number, family: FileFamily, upload: Upload): StoredFile {
    const number = this.store.next(`file:${botId}`, 0);
    const fileId = `BQAC${randomBytes(30).toString('base64url')}`;
    this.write(fileId, upload.bytes);
    const extension = /\.[a-z0-9]{1,8}$/i.exec(upload.fileName)?.[0] ?? '';
    return this.store.files.put(fileId, {
      fileId,
      botId,
      path: `${family}/file_${number}${extension}`,
      fileName: upload.fileName,
      mimeType: mimeTypeOf(upload, extension),
      size: upload.bytes.length,
    });
  }

  find(botId: number, fileId: string): StoredFile | undefined {
    const file = this.store.files.get(fileId);
    return file?.botId === botId ? file : undefined;
  }

  findByPath(botId: number, path: string): StoredFile | undefined {
    return this.store.files.inGroup(botId).find((file) => file.path === path);
  }

  bytes(file: StoredFile): Buffer | undefined {
    const path = this.folder && join(this.folder, file.fileId);
    if (path === undefined) return this.memory.get(file.fileId);
    return existsSync(path) ? readFileSync(path) : undefined;
  }

  private write(fileId: string, bytes: Buffer): void {
    if (this.folder === undefined) {
      this.memory.set(fileId, bytes);
      return;
    }
    mkdirSync(this.folder, { recursive: true });
    writeFileSync(join(this.folder, fileId), bytes);
  }
}

/** Frameworks upload everything as plain bytes; Telegram goes by the content of pictures and the name of the rest. */
function mimeTypeOf(upload: Upload, extension: string): string {
  return pictureType(upload.bytes) ?? MIME_TYPES[extension.toLowerCase()] ?? upload.mimeType;
}

function pictureType(bytes: Buffer): string | undefined {
  const start = bytes.toString('latin1', 0, 12);
  if (start.startsWith('\x89PNG')) return 'image/png';
  if (start.startsWith('\xff\xd8')) return 'image/jpeg';
  if (start.startsWith('GIF8')) return 'image/gif';
  return start.endsWith('WEBP') ? 'image/webp' : undefined;
}
