// Reads the HTML of a message, and tells what each family of mail programs does not show as written.
import { caniemail, rawData } from "caniemail";
import { readFileSync } from "node:fs";
import { clientNames } from "./node_modules/caniemail/dist/clients.js";

const FAMILIES = ["outlook", "orange", "sfr", "laposte", "gmail"];
const WORDS = { errors: "ignored", warnings: "partial" };
const clients = clientNames.filter((name) => FAMILIES.includes(name.split(".")[0]));
const html = readFileSync(0, "utf8");

// What nobody has tried on a program is no news; without a line for it, nothing would be read.
const untried = new Set();
for (const { title, stats } of rawData.data) {
  for (const client of clients) {
    const [family, platform] = client.split(".");
    const known = ((stats[family] ??= {})[platform] ??= { 0: "u" });
    if (Object.values(known).at(-1).startsWith("u")) untried.add(`${client} ${title}`);
  }
}

const found = {};
for (const client of clients) {
  for (const [severity, issues] of Object.entries(caniemail({ clients: [client], html }).issues)) {
    for (const { title } of [...issues.values()].flat()) {
      if (untried.has(`${client} ${title}`)) continue;
      (found[`${WORDS[severity]}: ${title}`] ??= new Set()).add(client);
    }
  }
}
const lines = Object.keys(found).sort().map((what) => [what, [...found[what]].sort()]);
process.stdout.write(`${JSON.stringify(Object.fromEntries(lines), null, 2)}\n`);
