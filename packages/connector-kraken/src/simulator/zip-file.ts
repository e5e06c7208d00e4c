import { crc32, deflateRawSync } from "node:zlib";

/** How the archive is written. */
export interface ZipOptions {
  /** Sizes and checksum stand behind the data, as programs write them that stream. */
  readonly dataDescriptor: boolean;
}

/** A ZIP archive with one compressed file. */
export function zipFile(name: string, content: Buffer, { dataDescriptor }: ZipOptions): Buffer {
  const data = deflateRawSync(content);
  const sums = { crc: crc32(content), packed: data.length, size: content.length };
  const flags = dataDescriptor ? 8 : 0;
  const fileName = Buffer.from(name);
  const local = Buffer.concat([
    u32(0x04034b50),
    header(flags, dataDescriptor ? { crc: 0, packed: 0, size: 0 } : sums),
    u16(fileName.length),
    u16(0),
    fileName,
  ]);
  const descriptor = dataDescriptor ? Buffer.concat([u32(0x08074b50), sizes(sums)]) : Buffer.alloc(0);
  const central = Buffer.concat([
    ...[u32(0x02014b50), u16(20), header(flags, sums), u16(fileName.length), u16(0), u16(0), u16(0), u16(0)],
    ...[u32(0), u32(0), fileName],
  ]);
  const start = local.length + data.length + descriptor.length;
  const end = [u32(0x06054b50), u16(0), u16(0), u16(1), u16(1), u32(central.length), u32(start), u16(0)];
  return Buffer.concat([local, data, descriptor, central, ...end]);
}

interface Sums {
  readonly crc: number;
  readonly packed: number;
  readonly size: number;
}

/** Version, flags, deflate, no time, checksum and sizes: what both headers share. */
function header(flags: number, sums: Sums): Buffer {
  return Buffer.concat([u16(20), u16(flags), u16(8), u16(0), u16(33), sizes(sums)]);
}

function sizes({ crc, packed, size }: Sums): Buffer {
  return Buffer.concat([u32(crc), u32(packed), u32(size)]);
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
