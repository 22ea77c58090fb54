import { type Shop, shopFiles } from "./files.ts";

interface Commit {
  /** refs/heads/…: the branch it is added to. */
  readonly ref: string;
  readonly subject: string;
  readonly shop: Shop;
  /** The branch it starts from; left out, it follows the branch's last commit. */
  readonly from?: string;
  readonly tag?: string;
}

const opening: Shop = {
  title: "Harbour Shop",
  motto: "Everything for the quay.",
  colour: "#0f766e",
  products: [
    { name: "Rope, 20 m", price: 24.9 },
    { name: "Fender", price: 39 },
    { name: "Lantern", price: 54.5 },
  ],
  features: [],
};
const second: Shop = {
  ...opening,
  motto: "Everything for the quay, and a compass.",
  products: [...opening.products, { name: "Compass", price: 89 }],
};

const commits: readonly Commit[] = [
  { ref: "refs/heads/master", subject: "Open the shop", shop: opening, tag: "v1.0" },
  { ref: "refs/heads/master", subject: "Sell compasses", shop: second, tag: "v1.1" },
  {
    ref: "refs/heads/issue-1",
    from: "refs/heads/master",
    subject: "Make the shop blue",
    shop: { ...second, title: "Harbour Shop in blue", colour: "#1d4ed8", features: ["issue-1"] },
  },
  {
    ref: "refs/heads/issue-2",
    from: "refs/heads/master",
    subject: "Autumn sale: everything a fifth off",
    shop: {
      ...second,
      title: "Autumn sale",
      motto: "Everything a fifth off.",
      colour: "#c2410c",
      products: second.products.map((product) => ({ ...product, price: product.price * 0.8 })),
      features: ["issue-2"],
    },
  },
  {
    ref: "refs/heads/feature/checkout",
    from: "refs/heads/master",
    subject: "Let people buy",
    shop: { ...second, title: "Harbour Shop with checkout", colour: "#7e22ce", features: ["checkout"] },
  },
];

/** The sample's whole history as a stream for `git fast-import`: the same input always gives the same commits. */
export function sampleHistory(): string {
  const start = Date.UTC(2026, 0, 5, 9) / 1000;
  return `${commits.map((commit, position) => importCommit(commit, position + 1, start + position * 3600)).join("")}done\n`;
}

function importCommit(commit: Commit, mark: number, seconds: number): string {
  const person = `Sam Sample <sam@sample.invalid> ${seconds} +0000`;
  const files = Object.entries(shopFiles(commit.shop)).map(([path, text]) => `M 100644 inline ${path}\n${data(text)}\n`);
  const parent = commits.slice(0, mark - 1).findLastIndex((candidate) => candidate.ref === (commit.from ?? commit.ref)) + 1;
  const from = parent === 0 ? "" : `from :${parent}\n`;
  const tag = commit.tag === undefined ? "" : `tag ${commit.tag}\nfrom :${mark}\ntagger ${person}\n${data(`Release ${commit.tag}`)}\n`;
  return `commit ${commit.ref}\nmark :${mark}\nauthor ${person}\ncommitter ${person}\n${data(commit.subject)}\n${from}deleteall\n${files.join("")}\n${tag}`;
}

function data(text: string): string {
  return `data ${Buffer.byteLength(text)}\n${text}`;
}
