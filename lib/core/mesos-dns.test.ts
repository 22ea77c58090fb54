import { expect, test } from "vitest";

import { internalNameOf } from "./mesos-dns.ts";

test("an app is called by its path in reverse, in one label, below its framework", () => {
  expect(internalNameOf("/berth/shop/review/issue-1")).toEqual({
    host: "issue-1-review-shop-berth.marathon.mesos",
    service: "_issue-1-review-shop-berth._tcp.marathon.mesos",
    isCut: false,
  });
  expect(internalNameOf("/prod/web").host).toBe("web-prod.marathon.mesos");
});

test("dots and underscores become dashes, what no host name has is left out", () => {
  expect(internalNameOf("/shop/Web_2.api").host).toBe("web-2-api-shop.marathon.mesos");
  expect(internalNameOf("/shöp/-web-").host).toBe("web--shp.marathon.mesos");
});

test("a framework keeps its dots", () => {
  expect(internalNameOf("/web", "Prod.Marathon_2").host).toBe("web.prod.marathon-2.mesos");
  expect(internalNameOf("/web", "").host).toBe("web.marathon.mesos");
});

test("a name that is too long is cut at 63 and says so", () => {
  const { host, isCut } = internalNameOf(`/berth/${"p".repeat(40)}/review/${"a".repeat(15)}`);
  expect(isCut).toBe(true);
  expect(host.split(".")[0]).toHaveLength(63);
  expect(internalNameOf(`/${"b".repeat(5)}/${"a".repeat(62)}`).host).toBe(`${"a".repeat(62)}.marathon.mesos`);
});
