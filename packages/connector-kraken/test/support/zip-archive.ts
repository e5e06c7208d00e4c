import { crc32, deflateRawSync } from "node:zlib";

/** A file of an archive, and what the archive says of it where that is not the truth. */
export interface ArchivedFile {
  readonly name: string;
  readonly data: Uint8Array;
  readonly size?: number;
  readonly crc?: number;
  /** 0 stored, 8 deflated. @defaultValue 8 */
  readonly method?: number;
  /** 1 encrypted. @defaultValue 0 */
  readonly flags?: number;
  /** Lies where the file before it lies. */
  readonly overlaps?: boolean;
}

/** A ZIP archive of several files. */
export function zipArchive(files: readonly ArchivedFile[]): Buffer {
  const parts: Buffer[] = [];
  const entries: Buffer[] = [];
  let [end, start] = [0, 0];
  for (const file of files) {
    const { name, data, method = 8, flags = 0, size = data.length, crc = crc32(data) } = file;
    const body = method === 8 ? deflateRawSync(data) : Buffer.from(data);
    const fields = [u16(flags), u16(method), u16(0), u16(33), u32(crc), u32(body.length), u32(size), u16(name.length)];
    if (file.overlaps !== true) {
      start = end;
      const local = Buffer.concat([u32(0x04034b50), u16(20), ...fields, u16(0), Buffer.from(name), body]);
      parts.push(local);
      end += local.length;
    }
    const head = [u32(0x02014b50), u16(20), u16(20), ...fields, u16(0), u16(0), u16(0), u16(0), u32(0), u32(start)];
    entries.push(Buffer.concat([...head, Buffer.from(name)]));
  }
  const directory = Buffer.concat(entries);
  const counts = [u16(files.length), u16(files.length), u32(directory.length), u32(end), u16(0)];
  return Buffer.concat([...parts, directory, u32(0x06054b50), u16(0), u16(0), ...counts]);
}

function u16(value: number): Buffer {
  const bytes = Buffer.alloc(2);
  bytes.writeUInt16LE(value);
  return bytes;
}

function u32(value: number): Buffer {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32LE(value >>> 0);
  return bytes;
}
