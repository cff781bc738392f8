// Finds `data-island="Name"` and loads `islands/Name.vue` when the browser is idle or the visitor reaches for it.
import type { Component } from "vue";

const files = import.meta.glob<{ default: Component }>("../islands/*.vue");
const started = new WeakSet<Element>();

// These are of no use before they are touched, so they wait for it: their code may never be needed.
const WAIT_FOR_TOUCH = new Set(["SearchBox"]);

async function start(host: HTMLElement): Promise<void> {
  if (started.has(host)) return;
  started.add(host);
  const load = files[`../islands/${host.dataset.island}.vue`];
  if (!load) return;
  const [{ mount }, island] = await Promise.all([import("./mount"), load()]);
  if (host.isConnected) mount(island.default, host);
}

const idle = (then: () => void): void => {
  if ("requestIdleCallback" in window) requestIdleCallback(then, { timeout: 2000 });
  else setTimeout(then, 200);
};

/** Arm every island inside `root`. Safe to call again after a part of the page was replaced. */
export function armIslands(root: ParentNode = document): void {
  for (const host of root.querySelectorAll<HTMLElement>("[data-island]")) {
    const now = () => void start(host);
    host.addEventListener("focusin", now, { once: true });
    host.addEventListener("pointerdown", now, { once: true, passive: true });
    if (!WAIT_FOR_TOUCH.has(host.dataset.island ?? "")) idle(now);
  }
}
