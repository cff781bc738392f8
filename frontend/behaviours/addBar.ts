// The bar with the price and the button rises when the form's own button has left the screen upwards, and lies down
// again over the footer, so that it never hides what has the focus there.
export function addBar(): void {
  const bar = document.querySelector<HTMLElement>("[data-add-bar]");
  const button = document.querySelector(`#${bar?.dataset.form ?? "_"} .button--primary`);
  const footer = document.querySelector(".footer");
  if (!bar || !button || !footer) return;
  let isAhead = true;
  let isFooter = false;
  const show = () => { bar.hidden = isAhead || isFooter; };
  // Everything below the screen counts as seen, so only a button above it is "passed".
  new IntersectionObserver(([entry]) => {
    isAhead = entry?.isIntersecting ?? true;
    show();
  }, { rootMargin: "0px 0px 1000000px 0px" }).observe(button);
  new IntersectionObserver(([entry]) => {
    isFooter = entry?.isIntersecting ?? false;
    show();
  }).observe(footer);
}
