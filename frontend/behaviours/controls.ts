// Small manners of the controls: number steps, menus that close, and focus on a page's mistakes.

function steps(): void {
  document.addEventListener("click", (event) => {
    const button = (event.target as Element).closest<HTMLButtonElement>("[data-step]");
    const input = button?.closest("[data-quantity]")?.querySelector("input");
    if (!button || !input) return;
    const before = input.value;
    if (button.dataset.step === "1") input.stepUp();
    else input.stepDown();
    if (input.value !== before) input.dispatchEvent(new Event("change", { bubbles: true }));
  });
}

function dismissals(): void {
  // "wide": a panel over the page on wide screens, a part of the page on phones.
  const opened = () => {
    const isWide = matchMedia("(min-width: 48rem)").matches;
    const menus = [...document.querySelectorAll<HTMLDetailsElement>("details[data-dismiss][open]")];
    return menus.filter((menu) => menu.dataset.dismiss !== "wide" || isWide);
  };
  document.addEventListener("click", (event) => {
    for (const menu of opened()) if (!menu.contains(event.target as Node)) menu.open = false;
  });
  document.addEventListener("keydown", (event) => {
    if (event.key !== "Escape") return;
    for (const menu of opened()) {
      menu.open = false;
      menu.querySelector("summary")?.focus();
    }
  });
}

function mistakes(): void {
  document.querySelector<HTMLElement>("[data-focus]")?.focus();
}

export function controls(): void {
  steps();
  dismissals();
  mistakes();
}
