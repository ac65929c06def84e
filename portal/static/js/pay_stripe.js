/* The card's fields of Stripe, in Stripe's own frame. What is typed there never reaches this page, and what comes of it is asked
   of Stripe by the server: this script only says which page to come back to. */
(() => {
  "use strict";

  const box = document.querySelector('#provider[data-provider="stripe"]');
  if (!box) return;

  const told = box.dataset;
  const fields = box.querySelector("[data-provider-form]");
  const button = box.querySelector("[data-provider-pay]");
  const problem = box.querySelector("[data-provider-error]");

  const say = (text) => {
    problem.textContent = text || "";
    problem.hidden = !text;
  };

  const busy = (on) => {
    button.disabled = on;
    button.setAttribute("aria-busy", String(on));
  };

  const open = () => {
    const stripe = window.Stripe(told.clientKey, { locale: told.clientLocale || "auto" });
    const elements = stripe.elements({ clientSecret: told.clientSecret });
    const element = elements.create("payment");
    element.on("ready", () => busy(false));
    element.on("loaderror", () => say(told.wordAway));
    element.mount(fields);
    button.addEventListener("click", async () => {
      busy(true);
      say("");
      try {
        // Only what goes wrong comes back here; everything else leaves the page.
        const { error } = await stripe.confirmPayment({ elements, confirmParams: { return_url: told.return } });
        say(error.message || told.wordAway);
      } catch {
        say(told.wordAway);
      }
      busy(false);
    });
  };

  /* Fetched from here and not by the page: while Stripe is slow, the rest of the page works. */
  const script = document.createElement("script");
  script.src = told.clientScript;
  script.addEventListener("load", open);
  script.addEventListener("error", () => say(told.wordAway));
  document.head.append(script);
})();
