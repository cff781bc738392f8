// The page on which an order is paid in Stripe's form. What is typed goes to Stripe's frames, and never through here.
interface Refusal {
  message?: string;
  payment_intent?: { status?: string };
}

interface Fields {
  mount(place: HTMLElement): void;
  on(event: "loaderror", then: () => void): void;
}

interface Elements {
  create(kind: "payment"): Fields;
}

interface Provider {
  elements(options: { clientSecret: string; appearance: object }): Elements;
  confirmPayment(asked: { elements: Elements; confirmParams: { return_url: string } }): Promise<{ error?: Refusal }>;
}

declare global {
  interface Window {
    Stripe?: (key: string, options: { locale: string }) => Provider;
  }
}

// The money is taken, held or on its way, perhaps from another tab: the order's page knows more.
const DECIDED = new Set(["succeeded", "processing", "requires_capture"]);

// The frames cannot see the shop's styles, so they are told the colours that the page has at this moment.
function appearance(form: HTMLElement): object {
  const page = getComputedStyle(document.body);
  const button = form.querySelector("button");
  const [red = 255, green = 255, blue = 255] = (page.backgroundColor.match(/\d+/g) ?? []).map(Number);
  return {
    theme: red + green + blue < 384 ? "night" : "stripe",
    variables: {
      colorText: page.color,
      colorBackground: page.backgroundColor,
      ...(button && { colorPrimary: getComputedStyle(button).backgroundColor }),
      fontSizeBase: page.fontSize,
      borderRadius: "2px",
    },
  };
}

function start(form: HTMLFormElement): void {
  const { key = "", secret = "", back = "", locale = "auto" } = form.dataset;
  const problem = document.querySelector<HTMLElement>("[data-pay-problem]");
  const words = problem?.querySelector<HTMLElement>("[data-pay-words]");
  const button = form.querySelector("button");
  const unexpected = words?.textContent ?? "";
  let sent = false;

  const say = (text: string): void => {
    if (!problem || !words) return;
    words.textContent = text || unexpected;
    problem.hidden = false;
  };

  if (!window.Stripe) {
    say("");
    return;
  }
  form.hidden = false;
  const provider = window.Stripe(key, { locale });
  const elements = provider.elements({ clientSecret: secret, appearance: appearance(form) });
  const fields = elements.create("payment");
  fields.on("loaderror", () => say(""));
  fields.mount(form.querySelector<HTMLElement>("[data-pay-fields]")!);

  const confirm = async (): Promise<void> => {
    const { error } = await provider.confirmPayment({ elements, confirmParams: { return_url: back } });
    if (error && DECIDED.has(error.payment_intent?.status ?? "")) location.assign(back);
    else if (error) say(error.message ?? "");
  };

  form.addEventListener("submit", (event) => {
    event.preventDefault();
    if (sent) return;
    sent = true;
    if (problem) problem.hidden = true;
    button?.setAttribute("aria-busy", "true");
    confirm()
      .catch(() => say(""))
      .finally(() => {
        sent = false;
        button?.removeAttribute("aria-busy");
      });
  });
}

const form = document.querySelector<HTMLFormElement>("[data-pay-form]");
if (form) start(form);

export {};
