export const pictureTypes = ["image/png", "image/jpeg", "image/webp"] as const;
export type PictureType = (typeof pictureTypes)[number];

export const pictureMaxBytes = 5 * 1024 * 1024;
/** What a browser has to unpack is bounded, too: a small file can hold a very large picture. */
const pixelsMax = 50_000_000;
const sideMax = 16_384;

export interface Picture {
  readonly type: PictureType;
  readonly width: number;
  readonly height: number;
}

/**
 * What bytes are, by what they say themselves and never by a name: a whole PNG, JPEG or WebP with nothing behind its end, or null. Pure.
 */
export function pictureOf(bytes: Uint8Array): Picture | null {
  if (bytes.byteLength > pictureMaxBytes) return null;
  const data = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const picture = pngOf(data) ?? jpegOf(data) ?? webpOf(data);
  if (picture === null || picture.width < 1 || picture.height < 1) return null;
  if (picture.width > sideMax || picture.height > sideMax || picture.width * picture.height > pixelsMax) return null;
  return picture;
}

const pngMagic = Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]);

/** Chunk by chunk: the head comes first, the end last, and that is the end of the file. */
function pngOf(data: Buffer): Picture | null {
  if (data.length < 45 || !data.subarray(0, 8).equals(pngMagic) || data.toString("latin1", 12, 16) !== "IHDR") return null;
  for (let at = 8; at + 12 <= data.length;) {
    const next = at + 12 + data.readUInt32BE(at);
    if (data.toString("latin1", at + 4, at + 8) === "IEND")
      return next === data.length ? { type: "image/png", width: data.readUInt32BE(16), height: data.readUInt32BE(20) } : null;
    at = next;
  }
  return null;
}

/** The markers that begin a frame, and so say its size. */
const isFrame = (marker: number) => marker >= 0xc0 && marker <= 0xcf && ![0xc4, 0xc8, 0xcc].includes(marker);

/** Segment by segment to the first scan; behind the scans there is the end marker and nothing else. */
function jpegOf(data: Buffer): Picture | null {
  if (data.length < 20 || data.readUInt32BE(0) >>> 8 !== 0xffd8ff || data.readUInt16BE(data.length - 2) !== 0xffd9) return null;
  let size: { width: number; height: number } | null = null;
  for (let at = 2; at + 9 <= data.length;) {
    if (data[at] !== 0xff) return null;
    const marker = data[at + 1] ?? 0;
    if (marker === 0xda) return size === null ? null : { type: "image/jpeg", ...size };
    if (isFrame(marker)) size ??= { width: data.readUInt16BE(at + 7), height: data.readUInt16BE(at + 5) };
    at += 2 + data.readUInt16BE(at + 2);
  }
  return null;
}

function webpOf(data: Buffer): Picture | null {
  if (data.length < 30 || data.toString("latin1", 0, 4) !== "RIFF" || data.toString("latin1", 8, 12) !== "WEBP") return null;
  // A RIFF file says how long it is; an odd length is filled up by one byte.
  const length = data.readUInt32LE(4) + 8;
  if (length + (length % 2) !== data.length && length !== data.length) return null;
  const type = "image/webp" as const;
  switch (data.toString("latin1", 12, 16)) {
    case "VP8X":
      return { type, width: data.readUIntLE(24, 3) + 1, height: data.readUIntLE(27, 3) + 1 };
    case "VP8L": {
      if (data[20] !== 0x2f) return null;
      const bits = data.readUInt32LE(21);
      return { type, width: (bits & 0x3fff) + 1, height: ((bits >>> 14) & 0x3fff) + 1 };
    }
    case "VP8 ":
      return data.readUIntBE(23, 3) === 0x9d012a
        ? { type, width: data.readUInt16LE(26) & 0x3fff, height: data.readUInt16LE(28) & 0x3fff }
        : null;
    default:
      return null;
  }
}
