import { expect, test } from "vitest";

import { subnetsIn } from "./routes.ts";

const head = "Iface\tDestination\tGateway \tFlags\tRefCnt\tUse\tMetric\tMask\t\tMTU\tWindow\tIRTT\n";

test("a network that another engine left on the machine is known, also while nobody is in it; the way to everywhere is none", () => {
  const routes = [
    "eth0\t00000000\t010200C0\t0003\t0\t0\t0\t00000000\t0\t0\t0  ",
    "br-ae928d1c1712\t000B13C6\t00000000\t0001\t0\t0\t0\tC0FFFFFF\t0\t0\t0  ",
    "docker0\t000011AC\t00000000\t0001\t0\t0\t0\t0000FFFF\t0\t0\t0  ",
  ];
  expect(subnetsIn(`${head}${routes.join("\n")}\n`)).toEqual(["198.19.11.0/26", "172.17.0.0/16"]);
});

test("what is no table of routes tells nothing", () => {
  expect([subnetsIn(""), subnetsIn("a\nb\tc"), subnetsIn(`${head}x\tzzzzzzzz\t0\t0\t0\t0\t0\t00000000`)]).toEqual([[], [], []]);
});
