import { describe, expect, it } from "vitest";

import { isNeverAllowed, isPublicAddress } from "./address-policy.ts";

describe("an address is on the public internet", () => {
  it.each([
    "93.184.215.14",
    "1.1.1.1",
    "172.15.255.255",
    "172.32.0.1",
    "100.63.255.255",
    "100.128.0.1",
    "192.0.3.1",
    "198.17.0.1",
    "223.255.255.255",
    "2606:4700::1111",
    "2a00:1450:4001::1",
  ])("%s", (address) => {
    expect(isPublicAddress(address)).toBe(true);
  });

  it.each([
    [
      "0.0.0.0",
      "10.1.2.3",
      "100.64.0.1",
      "127.255.0.1",
      "169.254.169.254",
      "172.16.0.1",
      "172.31.255.255",
      "192.0.0.1",
      "192.0.2.1",
      "192.88.99.1",
    ],
    [
      "192.168.0.1",
      "198.18.0.1",
      "198.19.255.255",
      "198.51.100.1",
      "203.0.113.1",
      "224.0.0.1",
      "239.1.1.1",
      "240.0.0.1",
      "255.255.255.255",
    ],
    [
      "::",
      "::1",
      "::ffff:10.0.0.1",
      "::ffff:8.8.8.8",
      "64:ff9b::8.8.8.8",
      "64:ff9b:1::1",
      "100::1",
      "fc00::1",
      "fd12::1",
      "fe80::1",
      "fe80::1%eth0",
      "fec0::1",
      "ff02::1",
    ],
    ["2001::1", "2001:10::1", "2001:db8::1", "2002:7f00:1::", "3fff::1", "4000::1", "", "localhost", "1.2.3", "::1::"],
  ])("or it is not: %s …", (...addresses) => {
    for (const address of addresses) expect([address, isPublicAddress(address)]).toEqual([address, false]);
  });

  it("and link-local ones are never allowed, in whatever form", () => {
    for (const address of [
      "169.254.0.1",
      "fe80::1",
      "fe80::1%lo",
      "::ffff:169.254.169.254",
      "64:ff9b::169.254.169.254",
      "::169.254.169.254",
      "fd00:ec2::254",
      "nonsense",
    ])
      expect([address, isNeverAllowed(address)]).toEqual([address, true]);
    for (const address of ["10.0.0.1", "127.0.0.1", "fd00::1", "::ffff:10.0.0.1", "::1"])
      expect([address, isNeverAllowed(address)]).toEqual([address, false]);
  });
});
