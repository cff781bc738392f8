// Pressing a wall label takes its sheet along to the product page, where the browser can do that (view transitions
// between documents). Both pages call the sheet by one name; only one element may carry it.
const NAME = "sheet";

const stage = (): HTMLElement | null => document.querySelector("[data-stage] .plate");

const carry = (element: HTMLElement | null | undefined, name: string): void => element?.style.setProperty("view-transition-name", name);

export function passage(): void {
  carry(stage(), NAME);
  document.addEventListener("click", (event) => {
    const label = (event.target as Element).closest(".label__link")?.closest(".label");
    if (!label) return;
    carry(stage(), "none");
    for (const plate of document.querySelectorAll<HTMLElement>(".label .plate")) carry(plate, "none");
    carry(label.querySelector<HTMLElement>(".plate"), NAME);
  });
}
