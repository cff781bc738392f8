// Small things that every island and behaviour needs of the page.

/** Say something in the page's live region, and show it for `seconds`; with `action`, beside a button. */
export function toast(text: string, options: { kind?: "error"; seconds?: number; action?: [string, () => void] } = {}): void {
  const region = document.querySelector("[data-toasts]");
  if (!region || !text) return;
  const box = document.createElement("div");
  box.className = options.kind ? `toast toast--${options.kind}` : "toast";
  const words = document.createElement("span");
  words.textContent = text;
  box.append(words);
  if (options.action) {
    const [label, act] = options.action;
    const button = document.createElement("button");
    button.type = "button";
    button.className = "button button--link";
    button.textContent = label;
    button.addEventListener("click", () => {
      box.remove();
      act();
    });
    box.append(button);
  }
  region.append(box);
  stayWhileUsed(box, options.seconds ?? (options.action ? 12 : 5));
}

// A toast does not vanish from under a pointer or a focus.
function stayWhileUsed(box: HTMLElement, seconds: number): void {
  let timer = 0;
  const start = () => { timer = window.setTimeout(() => box.remove(), seconds * 1000); };
  const stop = () => window.clearTimeout(timer);
  box.addEventListener("pointerenter", stop);
  box.addEventListener("focusin", stop);
  box.addEventListener("pointerleave", start);
  box.addEventListener("focusout", start);
  start();
}

/** Say something to screen readers only. */
export function announce(text: string): void {
  let region = document.querySelector<HTMLElement>("[data-announcer]");
  if (!region) {
    region = document.createElement("div");
    region.className = "hidden-visually";
    region.dataset.announcer = "";
    region.setAttribute("role", "status");
    document.body.append(region);
  }
  const line = document.createElement("p");
  line.textContent = text;
  region.replaceChildren(line);
}

/** Fetch a page of the shop and parse it. Throws when the answer is not a page. */
export async function page(url: string, init: RequestInit = {}): Promise<Document> {
  const answer = await fetch(url, { credentials: "same-origin", ...init, headers: { Accept: "text/html", ...init.headers } });
  if (!answer.headers.get("Content-Type")?.includes("text/html") || answer.status >= 500) {
    throw new Error(`${url} answered ${answer.status}`);
  }
  return new DOMParser().parseFromString(await answer.text(), "text/html");
}

export interface Answer {
  ok: boolean;
  status: number;
  body: Record<string, unknown>;
  redirected: string | null;
}

/** Where a form goes when this button sends it. (The properties lie: `formAction` is never empty.) */
export function target(form: HTMLFormElement, button?: HTMLElement | null): string {
  return button?.getAttribute("formaction") || form.getAttribute("action") || location.href;
}

/** Send a form as the browser would, asking for JSON. `redirected` is set when a page came instead. */
export async function send(form: HTMLFormElement, submitter?: HTMLElement | null): Promise<Answer> {
  const button = submitter instanceof HTMLButtonElement ? submitter : undefined;
  const answer = await fetch(target(form, button), {
    method: "POST",
    body: new FormData(form, button),
    credentials: "same-origin",
    headers: { Accept: "application/json" },
  });
  const isJson = answer.headers.get("Content-Type")?.includes("json") ?? false;
  return {
    ok: answer.ok,
    status: answer.status,
    body: isJson ? ((await answer.json()) as Record<string, unknown>) : {},
    redirected: isJson ? null : answer.url,
  };
}

/** Put the inside of the same-named element of another document in place, keeping focus where it was. */
export function replaceInside(target: Element, source: Element): void {
  const active = document.activeElement;
  const kept = active instanceof HTMLElement && target.contains(active) ? active.id : "";
  target.replaceChildren(...Array.from(source.childNodes, (node) => document.importNode(node, true)));
  if (kept) document.getElementById(kept)?.focus();
  document.dispatchEvent(new CustomEvent("vitrina:replaced", { detail: target }));
}

/** Mark a button as waiting for an answer, or done with it. */
export function busy(button: Element | null | undefined, waiting: boolean): void {
  if (waiting) button?.setAttribute("aria-busy", "true");
  else button?.removeAttribute("aria-busy");
}

export const isModified = (event: MouseEvent): boolean =>
  event.metaKey || event.ctrlKey || event.shiftKey || event.altKey || event.button !== 0;
