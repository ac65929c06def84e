/* Paying: the sum follows the amounts as they are typed, and what a bank's form asks for is copied by one tap. Amounts
   are summed in the currency's smallest unit, as whole numbers; for what cannot be read stands a dash, as the
   server has it. */
(() => {
  "use strict";

  const form = document.querySelector("[data-pay]");
  const total = document.querySelector("[data-pay-total]");

  if (form && total && form.querySelector("[name=amount], [name=credit_first]")) {
    const money = new Intl.NumberFormat(document.documentElement.lang, { style: "currency", currency: form.dataset.currency });
    const digits = money.resolvedOptions().maximumFractionDigits;
    const plain = (text) => Number(text.replace(".", ""));
    const minor = (typed) => {
      const text = typed.normalize("NFKC").replace(/krw|jpy|usd|cad|[₩¥$원円]/gi, "").trim().replace(/\s/g, " ");
      // The last point or comma is the decimal sign, as on the server, unless three digits follow: then it groups.
      const at = Math.max(text.lastIndexOf("."), text.lastIndexOf(","));
      const has = at >= 0 && text.length - at !== 4;
      if (has && at === text.length - 1) return null;
      const [whole, last] = has ? [text.slice(0, at) || "0", text.slice(at + 1)] : [text, ""];
      const rest = last.slice(0, digits) + last.slice(digits).replace(/0+$/, "");
      if (!/^(\d{1,12}|\d{1,3}([,. '])\d{3}(\2\d{3})*)$/.test(whole) || !/^\d*$/.test(rest) || rest.length > digits) return null;
      return Number(whole.replace(/\D/g, "") + rest.padEnd(digits, "0"));
    };
    const show = () => {
      const order = form.querySelector("[data-order]");
      let sum = order ? plain(order.dataset.amount) : 0;
      for (const row of form.querySelectorAll("[data-invoice]")) {
        const text = row.querySelector("[name=amount]").value;
        const amount = text.trim() ? minor(text) : 0;
        if (amount === null) {
          total.textContent = "–";
          return;
        }
        const due = plain(row.dataset.due);
        // Who pays all of it pays what the early discount leaves.
        sum += amount > due && amount <= plain(row.dataset.open) ? due : amount;
      }
      const credit = form.querySelector("[name=credit_first]");
      if (credit && credit.checked) sum = Math.max(sum - plain(form.dataset.credit), 0);
      total.textContent = money.format(sum / 10 ** digits);
    };
    form.addEventListener("input", show);
    form.addEventListener("change", show);
    addEventListener("pageshow", show);
  }

  document.addEventListener("click", async (event) => {
    const button = event.target.closest("[data-copy]");
    if (!button) return;
    const source = document.getElementById(button.dataset.copy);
    try {
      await navigator.clipboard.writeText(source.textContent.trim());
      button.classList.add("is-copied");
      document.getElementById("live").textContent = `${button.textContent.trim()} ✓`;
    } catch {
      // Without the right to write to the clipboard the text is selected, ready to be copied by hand.
      getSelection().selectAllChildren(source);
    }
  });
})();
