import { describe, expect, it } from "vitest";

import { addressHash, addressSigningKey, openWithAddress, sealToAddress, signAddress } from "./address-sealing.ts";

const key = addressSigningKey(Buffer.alloc(32, 7), "test");
const address = signAddress(key, "release-1");
const sealed = sealToAddress(address, "release-1", Buffer.from("a secret"));

describe("a value sealed to an address", () => {
  it("opens with the address it was sealed to, which is the same every time", () => {
    expect(openWithAddress(signAddress(key, "release-1"), "release-1", sealed).toString()).toBe("a secret");
    expect(address).toMatch(/^[\w-]{43}$/);
  });

  it("opens with no other address and for no other subject", () => {
    expect(() => openWithAddress(signAddress(key, "release-2"), "release-1", sealed)).toThrow();
    expect(() => openWithAddress(address, "release-2", sealed)).toThrow();
    expect(() => openWithAddress(addressHash(address), "release-1", sealed)).toThrow();
  });

  it("does not open when a bit of it was changed or a part is missing", () => {
    const changed = Uint8Array.from(sealed, (byte, index) => (index === 20 ? byte ^ 1 : byte));
    expect(() => openWithAddress(address, "release-1", changed)).toThrow();
    expect(() => openWithAddress(address, "release-1", sealed.subarray(0, 10))).toThrow();
  });

  it("has another address under another signing key", () => {
    expect(signAddress(addressSigningKey(Buffer.alloc(32, 8), "test"), "release-1")).not.toBe(address);
    expect(signAddress(addressSigningKey(Buffer.alloc(32, 7), "other"), "release-1")).not.toBe(address);
  });
});
