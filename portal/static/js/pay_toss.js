/* Opens the window of Toss Payments. It brings people back to this payment's page with a key, which proves nothing until the
   server has confirmed it with Toss for the amount it asked for. */
(() => {
  "use strict";

  const box = document.querySelector('#provider[data-provider="toss"]');
  if (!box) return;

  const told = box.dataset;
  const button = box.querySelector("[data-provider-pay]");
  const problem = box.querySelector("[data-provider-error]");
  /* Closed by the person: nothing went wrong. */
  const CLOSED = new Set(["USER_CANCEL", "PAY_PROCESS_CANCELED"]);

  const say = (text) => {
    problem.textContent = text || "";
    problem.hidden = !text;
  };

  const busy = (on) => {
    button.disabled = on;
    button.setAttribute("aria-busy", String(on));
  };

  const request = () => {
    const wanted = {
      method: told.clientMethod,
      amount: { currency: "KRW", value: Number(told.clientAmount) },
      orderId: told.clientOrder,
      orderName: told.clientName,
      successUrl: told.clientSuccess,
      failUrl: told.clientFail,
    };
    if (told.clientCustomer) wanted.customerName = told.clientCustomer;
    if (told.clientEmail) wanted.customerEmail = told.clientEmail;
    if (told.clientMethod === "VIRTUAL_ACCOUNT") {
      wanted.virtualAccount = { cashReceipt: { type: "지출증빙" }, useEscrow: false };
      if (told.clientDue) wanted.virtualAccount.dueDate = told.clientDue;
    } else {
      wanted.card = { useEscrow: false, flowMode: "DEFAULT", useCardPoint: false, useAppCardOnly: false };
    }
    return wanted;
  };

  const open = () => {
    const payment = window.TossPayments(told.clientKey).payment({ customerKey: window.TossPayments.ANONYMOUS });
    busy(false);
    button.addEventListener("click", async () => {
      busy(true);
      say("");
      try {
        await payment.requestPayment(request());
      } catch (error) {
        if (!CLOSED.has(error.code)) say(error.message || told.wordAway);
      }
      busy(false);
    });
  };

  /* Fetched from here and not by the page: while Toss is slow, the rest of the page works. */
  const script = document.createElement("script");
  script.src = told.clientScript;
  script.addEventListener("load", open);
  script.addEventListener("error", () => say(told.wordAway));
  document.head.append(script);
})();
