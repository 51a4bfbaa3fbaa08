// A page that fails the test which it belongs to as soon as it breaks the policy or throws.
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";

const AXE = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");
const RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"];

/** What pages complained of since the last look. */
const complaints = [];

export async function open(browser, { size = [1366, 768], ...rest } = {}) {
  const context = await browser.newContext({ viewport: { width: size[0], height: size[1] }, locale: "id-ID", timezoneId: "America/New_York", ...rest });
  const page = await context.newPage();
  page.on("pageerror", (error) => complaints.push(String(error)));
  page.on("console", (message) => {
    // A refused request is often what a test is about; everything else that is red is not.
    if (message.type() === "error" && !/Failed to load resource|WebSocket connection/.test(message.text())) complaints.push(message.text());
  });
  await page.addInitScript(() => document.addEventListener("securitypolicyviolation", (event) => console.error(`policy: ${event.violatedDirective} ${event.blockedURI}`)));
  return page;
}

export function takeComplaints() {
  return complaints.splice(0);
}

/** Carries a session over, as the same person at another screen. */
export async function sameSession(browser, page, options) {
  return open(browser, { ...options, storageState: await page.context().storageState() });
}

/** What axe finds, as short lines. The policy forbids its script, so it goes in past the policy. */
export async function faults(page) {
  const session = await page.context().newCDPSession(page);
  await session.send("Page.setBypassCSP", { enabled: true });
  await session.send("Runtime.evaluate", { expression: AXE });
  const found = await page.evaluate((rules) => globalThis.axe.run(document, { runOnly: rules }), RULES);
  await session.send("Page.setBypassCSP", { enabled: false });
  return found.violations.flatMap((violation) => violation.nodes.map((node) => `${violation.id}: ${node.html.slice(0, 120)}`));
}

/** What a thumb would miss. */
export function tooLow(page) {
  return page.locator("button:visible, a:visible, select:visible").evaluateAll((all) => all.filter((one) => !one.matches(".skip") && one.getBoundingClientRect().height < 44).map((one) => one.outerHTML.slice(0, 80)));
}

/** How far the page is wider and higher than its window. */
export function overflow(page) {
  return page.evaluate(() => ({
    wide: Math.max(0, document.documentElement.scrollWidth - window.innerWidth),
    high: Math.max(0, document.documentElement.scrollHeight - window.innerHeight),
  }));
}
