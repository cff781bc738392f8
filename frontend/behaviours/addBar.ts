// The bar with the price and the button rises when the form's own button has left the screen upwards, and lies down
// again over the footer, so that it never hides what has the focus there.
export function addBar(): void {
  const bar = document.querySelector<HTMLElement>("[data-add-bar]");
  const button = document.querySelector(`#${bar?.dataset.form ?? "_"} .button--primary`);
  const footer = document.querySelector(".footer");
  if (!bar || !button || !footer) return;
  const seen = new Map<Element, boolean>([[button, true], [footer, false]]);
  const watch = new IntersectionObserver((entries) => {
    for (const entry of entries) {
      const passed = entry.isIntersecting || entry.boundingClientRect.top > 0;
      seen.set(entry.target, entry.target === button ? passed : entry.isIntersecting);
    }
    bar.hidden = (seen.get(button) ?? true) || (seen.get(footer) ?? false);
  });
  watch.observe(button);
  watch.observe(footer);
}
