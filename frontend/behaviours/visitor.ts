// The personal parts of a page that is the same for everybody: cart count, greeting, kept products.
interface Visitor {
  cart: { count: number };
  account: { name: string } | null;
  wishlist: (number | string)[];
}

async function ask(): Promise<Visitor | null> {
  const url = document.body.dataset.visitor;
  if (!url) return null;
  try {
    const answer = await fetch(url, { credentials: "same-origin", headers: { Accept: "application/json" } });
    return answer.ok ? ((await answer.json()) as Visitor) : null;
  } catch {
    return null; // Without it the page still works; it only does not greet.
  }
}

function show(visitor: Visitor): void {
  for (const badge of document.querySelectorAll<HTMLElement>("[data-cart-count]")) {
    badge.textContent = String(visitor.cart.count);
    badge.hidden = visitor.cart.count === 0;
  }
  for (const words of document.querySelectorAll<HTMLElement>("[data-cart-words]")) words.hidden = visitor.cart.count === 0;
  if (visitor.account) {
    const first = visitor.account.name.trim().split(/\s+/)[0] ?? "";
    for (const name of document.querySelectorAll("[data-account-name]")) name.textContent = first;
  }
  markKept(visitor.wishlist);
}

/** Press the hearts of the products that are kept already. */
function markKept(ids: (number | string)[]): void {
  const kept = new Set(ids.map(String));
  for (const form of document.querySelectorAll<HTMLFormElement>("form[data-wish]")) {
    form.querySelector("button")?.setAttribute("aria-pressed", String(kept.has(form.dataset.wish ?? "")));
  }
}

export async function greet(): Promise<void> {
  const visitor = await ask();
  if (visitor) show(visitor);
}

export function visitor(): void {
  void greet();
  document.addEventListener("vitrina:cart", () => void greet());
  document.addEventListener("vitrina:replaced", () => void greet());
  window.addEventListener("pageshow", (event) => { if (event.persisted) void greet(); });
}
