// The switch between paper and cyanotype. The choice is kept in a cookie that boot.ts reads before the first paint.
const YEAR = 365 * 24 * 3600;

const isDark = (): boolean => {
  const chosen = document.documentElement.dataset.theme;
  return chosen ? chosen === "cyanotype" : matchMedia("(prefers-color-scheme: dark)").matches;
};

export function theme(): void {
  for (const button of document.querySelectorAll<HTMLElement>("[data-theme-switch]")) {
    // The button names what it does, so it reads otherwise once it is done.
    const show = () => { button.textContent = (isDark() ? button.dataset.light : button.dataset.dark) ?? ""; };
    show();
    button.addEventListener("click", () => {
      const name = isDark() ? "paper" : "cyanotype";
      document.documentElement.dataset.theme = name;
      const secure = location.protocol === "https:" ? "; Secure" : "";
      document.cookie = `theme=${name}; Path=/; Max-Age=${YEAR}; SameSite=Lax${secure}`;
      show();
    });
  }
}
