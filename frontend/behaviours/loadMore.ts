// "Show more": the next page's items join the list; the address and the browser's Back remember how far one was.
import { announce, busy, isModified, page } from "../lib/page";
import { counted } from "../lib/words";

async function more(link: HTMLAnchorElement, list: Element): Promise<void> {
  const before = list.children.length;
  const next = await page(link.href);
  const items = next.getElementById(list.id)?.children ?? [];
  list.append(...Array.from(items, (item) => document.importNode(item, true)));
  const pages = next.getElementById("pagination");
  const current = document.getElementById("pagination");
  pages?.querySelector("[rel=prev]")?.remove(); // Its items are above already.
  if (pages && current) current.replaceWith(document.importNode(pages, true));
  history.replaceState(history.state, "", link.href);
  list.children[before]?.querySelector("a")?.focus({ preventScroll: true });
  announce(counted("more", list.children.length - before));
  document.dispatchEvent(new CustomEvent("vitrina:replaced", { detail: list }));
}

export function loadMore(): void {
  document.addEventListener("click", (event) => {
    const link = (event.target as Element).closest<HTMLAnchorElement>("a[data-load-more]");
    const list = link && document.getElementById(link.dataset.loadMore ?? "");
    if (!link || !list || isModified(event) || link.hasAttribute("aria-busy")) return;
    event.preventDefault();
    busy(link, true);
    more(link, list).catch(() => location.assign(link.href));
  });
}
