// Prints what a first visit to each kind of page downloads (gzip), and fails when a budget is exceeded.
import { readFileSync } from "node:fs";
import { gzipSync } from "node:zlib";

const dist = new URL("../../vitrina/web/static/dist/", import.meta.url);
const manifest = JSON.parse(readFileSync(new URL("manifest.json", dist), "utf8"));
const island = (name) => `islands/${name}.vue`;
const SEARCH = island("SearchBox");

const pages = [
  { page: "home, content, order", script: [], css: "storefront", budget: 10 },
  { page: "listing, search", script: [island("Filters"), SEARCH], css: "storefront", budget: 45 },
  { page: "product", script: [island("AddToCart"), island("Gallery"), SEARCH], css: "storefront", budget: 50 },
  { page: "cart", script: [island("CartLines"), SEARCH], css: "storefront", budget: 50 },
  { page: "checkout", script: [island("Checkout"), SEARCH], css: "storefront", budget: 60 },
];
const CSS_BUDGET = { storefront: 20, admin: 40 };

function withImports(keys, seen = new Set()) {
  for (const key of keys) {
    if (seen.has(key)) continue;
    seen.add(key);
    withImports(manifest[key].imports ?? [], seen);
  }
  return seen;
}

const kilobytes = (files) =>
  files.reduce((sum, file) => sum + gzipSync(readFileSync(new URL(file, dist)), { level: 6 }).length, 0) / 1000;
const filesOf = (keys) => [...withImports(keys)].map((key) => manifest[key].file);

let over = false;
function line(name, size, budget) {
  over ||= size > budget;
  console.log(`${name.padEnd(28)}${size.toFixed(1).padStart(7)} KB of ${budget}${size > budget ? "  OVER" : ""}`);
}

for (const { page, script, budget } of pages) {
  const keys = ["boot.ts", "main.ts", ...script, ...(script.length ? ["lib/mount.ts"] : [])];
  line(`script: ${page}`, kilobytes(filesOf(keys)), budget);
}
for (const [name, budget] of Object.entries(CSS_BUDGET)) {
  line(`style: ${name}`, kilobytes([manifest[`styles/${name}.scss`].file]), budget);
}
process.exit(over ? 1 : 0);
