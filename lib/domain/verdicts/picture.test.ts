import { deflateSync, crc32 } from "node:zlib";

import { describe, expect, it } from "vitest";

import { pictureMaxBytes, pictureOf } from "./picture.ts";

function chunk(type: string, data: Buffer): Buffer {
  const body = Buffer.concat([Buffer.from(type, "latin1"), data]);
  const [length, sum] = [Buffer.alloc(4), Buffer.alloc(4)];
  length.writeUInt32BE(data.length);
  sum.writeUInt32BE(crc32(body));
  return Buffer.concat([length, body, sum]);
}

function png(width: number, height: number): Buffer {
  const head = Buffer.alloc(13);
  head.writeUInt32BE(width, 0);
  head.writeUInt32BE(height, 4);
  head.set([8, 2, 0, 0, 0], 8);
  const magic = Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]);
  return Buffer.concat([magic, chunk("IHDR", head), chunk("IDAT", deflateSync(Buffer.alloc(4))), chunk("IEND", Buffer.alloc(0))]);
}

function jpeg(width: number, height: number): Buffer {
  const frame = Buffer.from([0xff, 0xc0, 0, 11, 8, height >> 8, height & 255, width >> 8, width & 255, 1, 1, 0x11, 0]);
  const scan = Buffer.from([0xff, 0xda, 0, 8, 1, 1, 0, 0, 0x3f, 0, 0x12, 0x34]);
  return Buffer.concat([Buffer.from([0xff, 0xd8, 0xff, 0xe0, 0, 4, 0, 0]), frame, scan, Buffer.from([0xff, 0xd9])]);
}

function webp(width: number, height: number): Buffer {
  const data = Buffer.alloc(30);
  data.write("RIFF", 0, "latin1");
  data.writeUInt32LE(22, 4);
  data.write("WEBPVP8X", 8, "latin1");
  data.writeUInt32LE(10, 16);
  data.writeUIntLE(width - 1, 24, 3);
  data.writeUIntLE(height - 1, 27, 3);
  return data;
}

describe("a picture", () => {
  it.each([
    ["image/png", png(640, 480)],
    ["image/jpeg", jpeg(640, 480)],
    ["image/webp", webp(640, 480)],
  ])("is known as %s by its bytes, with its size", (type, bytes) => {
    expect(pictureOf(bytes)).toEqual({ type, width: 640, height: 480 });
  });

  it.each([
    ["nothing", Buffer.alloc(0)],
    ["an SVG", Buffer.from('<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>'.padEnd(200))],
    ["HTML", Buffer.from("<!doctype html><script>alert(1)</script>".padEnd(200))],
    ["a GIF", Buffer.from("GIF89a".padEnd(100, "\0"), "latin1")],
    ["a PDF", Buffer.from("%PDF-1.7\n".padEnd(100), "latin1")],
    ["a PNG with HTML behind its end", Buffer.concat([png(8, 8), Buffer.from("<script>alert(1)</script>")])],
    ["a JPEG with a ZIP behind its end", Buffer.concat([jpeg(8, 8), Buffer.from("PK\u0003\u0004aaaa", "latin1")])],
    ["a WebP with more behind it than it says", Buffer.concat([webp(8, 8), Buffer.from("<script>")])],
    ["a PNG that breaks off", png(8, 8).subarray(0, 50)],
    ["a PNG without an end", png(8, 8).subarray(0, -12)],
    ["a PNG with chunks that lead in a circle", Buffer.concat([png(8, 8).subarray(0, 33), Buffer.alloc(64)])],
    ["a picture of more pixels than a browser should unpack", png(16_000, 16_000)],
    ["a picture without extent", png(0, 10)],
    ["20 MB", Buffer.concat([png(8, 8), Buffer.alloc(20 * 1024 * 1024)])],
  ])("is not %s", (_what, bytes) => {
    expect(pictureOf(bytes)).toBeNull();
  });

  it("is at most 5 MB", () => {
    const filler = chunk("IDAT", Buffer.alloc(pictureMaxBytes));
    const whole = png(8, 8);
    expect(pictureOf(Buffer.concat([whole.subarray(0, -12), filler, whole.subarray(-12)]))).toBeNull();
  });
});
