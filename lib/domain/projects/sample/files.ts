/** The sample's web shop: one small server without dependencies that shows what `shop.json` says. */
export interface Shop {
  readonly title: string;
  readonly motto: string;
  /** Any CSS colour: the visible difference between branches. */
  readonly colour: string;
  readonly products: ReadonlyArray<{ readonly name: string; readonly price: number }>;
  readonly features: readonly string[];
}

const dockerfile = `FROM berth/node:20
WORKDIR /app
COPY package.json server.js shop.json ./
EXPOSE 8080
CMD ["server.js"]
`;

const packageJson = `${JSON.stringify({ name: "sample-shop", private: true, type: "module", scripts: { start: "node server.js" } }, null, 2)}\n`;

const server = `import { createServer } from "node:http";
import { readFileSync } from "node:fs";

const shop = JSON.parse(readFileSync(new URL("./shop.json", import.meta.url), "utf8"));
const port = Number(process.env.PORT ?? 8080);
const escape = (text) => String(text).replace(/[&<>"']/g, (sign) => \`&#\${sign.charCodeAt(0)};\`);
const where = [process.env.BERTH_STAGE, process.env.BERTH_REF].filter(Boolean).join(" / ");
const commit = (process.env.BERTH_COMMIT ?? "").slice(0, 8);

const page = () => \`<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width">
<title>\${escape(shop.title)}</title>
<style>
  body { margin: 0; font: 16px/1.5 system-ui, sans-serif; color: #1b1b1f; background: #fafafa }
  header { background: \${escape(shop.colour)}; color: white; padding: 3rem 2rem }
  header h1 { margin: 0; font-size: 2.4rem } header p { margin: .3rem 0 0; opacity: .9 }
  main { display: grid; grid-template-columns: repeat(auto-fill, minmax(12rem, 1fr)); gap: 1rem; padding: 2rem }
  article { background: white; border: 1px solid #e4e4e7; border-radius: .75rem; padding: 1.25rem }
  article b { display: block; font-size: 1.1rem } button { margin-top: 1rem; border: 0; border-radius: .5rem; padding: .5rem .9rem; color: white; background: \${escape(shop.colour)} }
  footer { padding: 0 2rem 2rem; color: #71717a }
</style>
<header><h1>\${escape(shop.title)}</h1><p>\${escape(shop.motto)}</p></header>
<main>\${shop.products.map((product) => \`<article><b>\${escape(product.name)}</b>€ \${product.price.toFixed(2)}<br>\${shop.features.includes("checkout") ? "<button>Buy now</button>" : ""}</article>\`).join("")}</main>
<footer>\${escape(where)} · \${escape(commit)}\${shop.features.map((feature) => " · " + escape(feature)).join("")}</footer>
</html>\`;

const app = createServer((request, response) => {
  // Visitors come through the gateway; health checks do not, and would fill the log.
  if (request.headers["x-forwarded-host"]) console.log(new Date().toISOString(), request.method, request.url);
  if (request.url === "/api/shop") {
    response.setHeader("content-type", "application/json");
    return response.end(JSON.stringify(shop));
  }
  response.setHeader("content-type", "text/html; charset=utf-8");
  response.end(page());
});

app.listen(port, () => console.log("The shop is open on port " + port));
process.on("SIGTERM", () => app.close(() => process.exit(0)));
`;

const readme = `# Sample shop

A very small web shop that needs no internet. Change \`shop.json\`, push, and look at the preview.
`;

/** All files of the shop at one commit, by path. */
export function shopFiles(shop: Shop): Record<string, string> {
  return {
    Dockerfile: dockerfile,
    "package.json": packageJson,
    "server.js": server,
    "shop.json": `${JSON.stringify(shop, null, 2)}\n`,
    "README.md": readme,
  };
}
