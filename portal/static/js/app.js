/* What the pages do beyond links and forms. Every listener sits on the document, so parts that htmx swaps in need no
   setting up. Nothing here is needed to order: without it each form has a field and a button. */
(() => {
  "use strict";

  const root = document;
  const AUTOSUBMIT_MILLISECONDS = 450;
  const byId = (id) => root.getElementById(id);

  /* --- Quantities: the buttons beside a number field ------------------------------------------------------------- */

  /* What can be ordered: multiples of the step, from the minimum on. */
  const limits = (field) => {
    const step = Math.max(1, Number(field.dataset.step || field.step || 1));
    const minimum = Math.ceil(Math.max(1, Number(field.dataset.min || field.min || 1)) / step) * step;
    const maximum = field.max ? Math.floor(Number(field.max) / step) * step : Infinity;
    return { minimum, step, maximum };
  };

  /* The next quantity in a direction; a typed one off the step goes to its neighbour. */
  const moved = (value, direction, { minimum, step, maximum }) => {
    if (!Number.isFinite(value)) return minimum;
    const next = direction > 0 ? Math.floor(value / step) + 1 : Math.ceil(value / step) - 1;
    return Math.max(minimum, Math.min(next * step, maximum));
  };

  const showLimits = (field) => {
    const { minimum, step, maximum } = limits(field);
    const value = Number(field.value);
    for (const button of field.parentElement.querySelectorAll("[data-move]")) {
      const atEnd = Number(button.dataset.move) < 0 ? value <= minimum : value + step > maximum;
      // A focused button that is disabled loses the focus of the keyboard, so only its look and meaning change.
      button.disabled = atEnd && button !== root.activeElement;
    }
  };

  const waiting = new WeakMap();

  /* An answer that is still on its way belongs to an older quantity: shown now, it would take the newer one back. */
  const overtake = (form) => window.htmx && window.htmx.trigger(form, "htmx:abort");

  const submitSoon = (form) => {
    clearTimeout(waiting.get(form));
    overtake(form);
    const send = () => {
      waiting.delete(form);
      if (form.isConnected) form.requestSubmit();
    };
    waiting.set(form, setTimeout(send, AUTOSUBMIT_MILLISECONDS));
  };

  /* An answer to an earlier tap must not wipe out a later one that is about to be sent: its own answer follows. */
  const keepNewerTaps = (event) => {
    const { target } = event.detail;
    if (!(target instanceof Element)) return;
    const forms = [target, ...target.querySelectorAll("form[data-autosubmit]")];
    if (forms.some((form) => waiting.has(form))) event.detail.shouldSwap = false;
  };
  root.addEventListener("htmx:beforeSwap", keepNewerTaps);
  root.addEventListener("htmx:oobBeforeSwap", keepNewerTaps);

  const stepped = (button) => {
    const field = button.parentElement.querySelector("input");
    const before = field.value;
    field.value = moved(field.value === "" ? NaN : Number(field.value), Number(button.dataset.move), limits(field));
    showLimits(field);
    if (field.value !== before) field.dispatchEvent(new Event("change", { bubbles: true }));
  };

  root.addEventListener("input", (event) => {
    const form = event.target.form;
    if (form && form.matches("[data-autosubmit]")) overtake(form);
  });

  root.addEventListener("change", (event) => {
    const field = event.target;
    if (field.closest("[data-stepper]")) showLimits(field);
    const form = field.form;
    if (form && form.matches("[data-autosubmit]")) submitSoon(form);
  });

  /* --- Taps ------------------------------------------------------------------------------------------------------ */

  root.addEventListener("click", (event) => {
    const target = event.target;
    if (!(target instanceof Element)) return;

    const move = target.closest("[data-move]");
    if (move) return stepped(move);

    const open = target.closest("[data-open]");
    const sheet = open && byId(open.dataset.open);
    if (sheet) {
      event.preventDefault();
      return sheet.showModal();
    }
    // A tap beside a sheet lands on the dialog element itself.
    if (target.closest("[data-close]") || target.matches("dialog[open]")) return target.closest("dialog").close();

    const dismiss = target.closest("[data-dismiss]");
    if (dismiss) byId(dismiss.dataset.dismiss).hidden = true;
    if (target.closest("[data-retry]")) retry();

    for (const menu of root.querySelectorAll("details[data-menu][open]")) if (!menu.contains(target)) menu.open = false;
  });

  root.addEventListener("keydown", (event) => {
    // While a syllable is being composed, these keys belong to the input method.
    if (event.isComposing) return;
    if (event.key !== "Escape") return;
    const menu = root.querySelector("details[data-menu][open]");
    if (!menu) return;
    menu.open = false;
    menu.querySelector("summary").focus();
  });

  /* --- A form is sent once --------------------------------------------------------------------------------------- */

  /* The second tap of a double one is no second wish, also where the answer was quicker than the finger. */
  const DOUBLE_TAP_MILLISECONDS = 400;
  const tapped = new WeakMap();
  const dropDoubleTap = (event) => {
    const { submitter, target, timeStamp } = event;
    if (!submitter || target.method !== "post") return;
    if (timeStamp - (tapped.get(submitter) ?? -Infinity) < DOUBLE_TAP_MILLISECONDS) {
      event.preventDefault();
      event.stopImmediatePropagation();
    } else tapped.set(submitter, timeStamp);
  };
  root.addEventListener("submit", dropDoubleTap, true);

  /* Once an add is answered, the next tap is a new wish. One without an answer goes again as it was, and counts once. */
  root.addEventListener("htmx:afterRequest", ({ detail: { elt, xhr } }) => {
    const key = xhr.status && xhr.status < 500 && elt.elements?.submit_key;
    if (!key) return;
    const [page, count = 0] = key.value.split("~");
    key.value = `${page}~${Number(count) + 1}`;
  });

  const sent = new Set();

  const release = () => {
    for (const button of sent) {
      button.disabled = false;
      button.classList.remove("is-busy");
    }
    sent.clear();
    for (const form of root.querySelectorAll("form[data-sent]")) delete form.dataset.sent;
  };

  root.addEventListener("submit", (event) => {
    const form = event.target;
    clearTimeout(waiting.get(form));
    waiting.delete(form);
    // Filters have led on since the page came.
    if (form.dataset.keepsTyped === "GET") form.elements.next.value = location.pathname + location.search;
    if (/^\/(logout|account\/sign-out-everywhere)$/.test(form.getAttribute("action"))) forget();
    // htmx takes its own forms over and guards them; a search or a download may be sent again.
    if (event.defaultPrevented || form.method !== "post" || form.matches("[data-hx-post], [data-download]")) return;
    if (form.dataset.sent) return event.preventDefault();
    if (!navigator.onLine && !reached.has(form)) {
      event.preventDefault();
      return reachFirst(form, event.submitter);
    }
    form.dataset.sent = "1";
    // Later, because a disabled button does not send its own name and value.
    setTimeout(() => {
      for (const button of form.querySelectorAll("button:not([type=button]):not(:disabled)")) {
        sent.add(button);
        button.disabled = true;
      }
      (event.submitter || form).classList.add("is-busy");
    });
  });

  /* A page out of the back/forward cache shows old prices, stock and counts: fetch it anew. */
  addEventListener("pageshow", (event) => {
    release();
    if (event.persisted) location.reload();
  });

  /* --- Words for those who do not see the change ----------------------------------------------------------------- */

  const announce = (message) => {
    const live = byId("live");
    if (!live || !message) return;
    live.textContent = "";
    // An empty moment in between, so that the same words twice are read out twice.
    setTimeout(() => (live.textContent = message), 50);
  };

  root.addEventListener("announce", (event) => announce(event.detail && (event.detail.message || event.detail.value)));

  /* --- Failures: one bar, and what was typed stays --------------------------------------------------------------- */

  let failed = null;

  const showFailure = (kind, element) => {
    const bar = byId("retry-bar");
    if (!bar) return;
    failed = element;
    bar.querySelector("p").textContent = bar.dataset[`text${kind}`];
    bar.querySelector("[data-retry]").hidden = /Refused|Ended/.test(kind);
    bar.querySelector("a").hidden = kind !== "Ended";
    bar.hidden = false;
  };

  /* The session has ended. The page stays with all that was typed, and says so: once to what asks by itself. */
  const showEnded = (element, address) => {
    if (failed === element && isQuiet(element)) return;
    showFailure("Ended", element);
    byId("retry-bar").querySelector("a").href = address;
  };
  root.addEventListener("signed-out", ({ target, detail }) => showEnded(target, detail));

  const retry = () => {
    byId("retry-bar").hidden = true;
    const element = failed;
    failed = null;
    if (!element || !element.isConnected) return location.reload();
    if (element.matches("form")) return element.requestSubmit();
    if (element.matches("input, select, textarea")) return element.dispatchEvent(new Event("change", { bubbles: true }));
    element.click();
  };

  /* Looking again and taking notes happen by themselves: nobody has asked, so nobody is told that they failed. */
  const isQuiet = (element) => element.matches("[data-poll], [data-quiet]");

  const isSilent = (detail) => isQuiet(detail.elt) || keepChanges(detail);
  root.addEventListener("htmx:sendError", ({ detail }) => isSilent(detail) || showFailure("Network", detail.elt));
  root.addEventListener("htmx:timeout", ({ detail }) => isSilent(detail) || showFailure("Timeout", detail.elt));
  root.addEventListener("htmx:responseError", (event) => {
    const { xhr, elt } = event.detail;
    if (isQuiet(elt)) return;
    // The way to sign in has begun, or is shown.
    if (xhr.status === 401) return;
    showFailure(xhr.status >= 500 || xhr.status === 429 ? "Server" : "Refused", elt);
  });
  /* Then a form goes again as it would without scripts: the sign-in page keeps what was typed. */
  root.addEventListener("htmx:beforeOnLoad", (event) => {
    const { elt, xhr, requestConfig } = event.detail;
    if (xhr.status !== 401) return;
    event.preventDefault();
    if (requestConfig.verb !== "post" || isQuiet(elt)) return showEnded(elt, xhr.getResponseHeader("HX-Redirect"));
    typed().then(({ sendAsPage }) => (sendAsPage ? sendAsPage(requestConfig) : showFailure("Network", elt)));
  });
  root.addEventListener("htmx:afterRequest", (event) => {
    if (event.detail.successful && event.detail.elt === failed) byId("retry-bar").hidden = true;
  });

  /* --- Without a network ------------------------------------------------------------------------------------------- */

  /* Quantities of the cart and of lists that could not be sent are kept on this phone, for this person at this account;
     merge.js sends them by the same forms when the network is back. They hold no price, and nothing else is kept: no order. */
  const KEPT = "portal-kept:";
  const LINE = /^\/cart\/lines\/\d+$/;
  const LIST = /^\/lists\/\d+\/lines$/;
  const FIRST_WAIT_MILLISECONDS = 5000;
  const LONGEST_WAIT_MILLISECONDS = 60000;
  const { who } = root.body.dataset;
  let isAway = false;
  let next = 0;
  let wait = FIRST_WAIT_MILLISECONDS;

  const kept = () => {
    try {
      return (who && JSON.parse(localStorage.getItem(KEPT + who))) || {};
    } catch {
      return {};
    }
  };

  const keep = (changes) => {
    try {
      if (Object.keys(changes).length) localStorage.setItem(KEPT + who, JSON.stringify(changes));
      else localStorage.removeItem(KEPT + who);
    } catch {
      // A browser that keeps nothing still shows what was typed.
    }
    showConnection();
  };

  /* Leaves nothing of anybody, or nothing of anybody else. */
  const forget = (mine = "-") => {
    try {
      for (const key of Object.keys(localStorage)) if (key.startsWith(KEPT) && !key.startsWith(KEPT + mine)) localStorage.removeItem(key);
    } catch {
      // There is nothing to forget where nothing may be kept.
    }
  };

  const without = (path) => Object.fromEntries(Object.entries(kept()).filter(([, change]) => change.path !== path));

  const changeOf = (path, field, was) => {
    const name = field.closest("li")?.querySelector(".line__name, .again__name")?.textContent.trim() ?? "";
    return { path, field: field.name, was, wanted: field.value, name };
  };

  const listFields = () => [...root.querySelectorAll('#list-form [name^="quantity-"]')];

  /* What a request that found no network would have changed; null for what is not kept. */
  const changesOf = (element, path) => {
    if (LINE.test(path) && element.elements?.was) return [changeOf(path, element.elements.quantity, element.elements.was.value)];
    if (!LIST.test(path)) return null;
    const changed = listFields().filter((field) => field.value !== field.defaultValue);
    return changed.map((field) => changeOf(path, field, field.defaultValue));
  };

  const showConnection = () => {
    const bar = byId("offline-bar");
    if (!bar) return;
    const count = Object.keys(kept()).length;
    bar.hidden = navigator.onLine && !(isAway && count);
    bar.querySelector("p").textContent = count ? bar.dataset.textKept.replace("{count}", count) : bar.dataset.text;
  };

  const connection = {
    kept,
    keep,
    announce,
    /* A newer tap on this line is on its way, and says more. */
    isBusy: (form) => waiting.has(form) || form.matches(".htmx-request"),
    back: () => {
      isAway = false;
      wait = FIRST_WAIT_MILLISECONDS;
    },
    later: () => {
      isAway = true;
      clearTimeout(next);
      next = setTimeout(merge, wait);
      wait = Math.min(2 * wait, LONGEST_WAIT_MILLISECONDS);
      showConnection();
    },
  };

  const merge = () => {
    clearTimeout(next);
    if (!byId("merged-bar") || !(Object.keys(kept()).length || sessionStorage.getItem("portal-merged"))) return;
    import(byId("merged-bar").dataset.script).then(({ merge }) => merge(connection), connection.later);
  };

  const keepChanges = ({ elt, requestConfig: { path } }) => {
    const changes = who && changesOf(elt, path);
    if (!changes) return false;
    const all = without(path);
    for (const change of changes) all[`${path} ${change.field}`] = change;
    keep(all);
    connection.later();
    announce(byId("offline-bar").querySelector("p").textContent);
    return true;
  };

  /* Once the server has answered the page's own form, nothing of it waits any more. */
  root.addEventListener("htmx:afterRequest", ({ detail: { xhr, requestConfig } }) => {
    const { path, parameters } = requestConfig;
    if (!xhr.status || xhr.status >= 500 || xhr.status === 401 || !(LINE.test(path) || LIST.test(path))) return;
    if (Object.values(kept()).some((change) => change.path === path)) keep(without(path));
    if (LIST.test(path)) for (const field of listFields()) if (parameters[field.name]) field.defaultValue = parameters[field.name];
  });

  /* A form sent without a network would leave the page with all that was typed. Some browsers believe that there is none
     although the portal can be reached, so it is asked first. */
  const reach = () => fetch("/healthz", { cache: "no-store" });
  const reached = new Set();
  const reachFirst = (form, submitter) => {
    const send = () => {
      reached.add(form);
      form.requestSubmit(submitter);
      reached.delete(form);
    };
    const stay = () => {
      const bar = byId("offline-bar");
      if (!bar) return;
      bar.querySelector("p").textContent = bar.dataset.textUnsent;
      bar.hidden = false;
      announce(bar.dataset.textUnsent);
    };
    reach().then(send, stay);
  };

  addEventListener("online", () => {
    connection.back();
    showConnection();
    merge();
  });
  addEventListener("offline", showConnection);

  const startConnection = () => {
    showConnection();
    if (who) forget(who.replace(/\d+$/, ""));
    merge();
    // The page in place of the one that was wanted gives way to it.
    const look = () => reach().then(({ ok }) => ok && location.reload(), () => {});
    if (root.body.hasAttribute("data-reload-online")) setInterval(look, FIRST_WAIT_MILLISECONDS);
  };

  // A browser that must not keep anything goes on without.
  addEventListener("load", () => navigator.serviceWorker?.register("/sw.js").catch(() => {}));

  /* --- What is typed outlives a change of language and signing in again ---------------------------------------------- */

  const typed = () => import(root.body.dataset.typed).catch(() => ({}));
  const remember = ({ target }) => target.form?.method === "post" && typed().then(({ touch }) => touch?.(target));
  root.addEventListener("input", remember);
  root.addEventListener("change", remember);

  /* --- Focus ----------------------------------------------------------------------------------------------------- */

  /* A button that was disabled meanwhile, or replaced by its own new copy, gets the focus back: never lost to the body. */
  let held = null;
  root.addEventListener("htmx:beforeRequest", (event) => {
    // A page that nobody looks at does not ask again.
    if (root.hidden && event.detail.elt.matches("[data-poll]")) return event.preventDefault();
    if (root.activeElement !== root.body) held = root.activeElement;
  });
  const successor = (gone) => {
    if (gone.id) return byId(gone.id);
    const form = gone.closest("form");
    const same = form && root.querySelector(`form[action="${CSS.escape(form.getAttribute("action"))}"]`);
    if (!same) return null;
    return same.querySelector(gone.dataset.move ? `[data-move="${gone.dataset.move}"]` : "[type=submit]");
  };
  const giveBack = () =>
    requestAnimationFrame(() => {
      if (!held || root.activeElement !== root.body) return;
      const element = held.isConnected ? held : successor(held) || byId("main");
      if (element) element.focus({ preventScroll: true });
    });
  root.addEventListener("htmx:afterRequest", giveBack);

  root.addEventListener("htmx:afterSettle", (event) => {
    giveBack();
    const element = event.target;
    if (!(element instanceof Element)) return;
    const first = element.matches("[data-focus]") ? element : element.querySelector("[data-focus]");
    if (first) first.focus();
  });

  const start = () => {
    startConnection();
    if (sessionStorage.getItem("portal-typed") || root.querySelector("[data-keeps-typed=POST]")) typed();
    const wrong = root.querySelector("main [data-focus]");
    if (wrong) wrong.focus();
  };
  if (root.readyState === "loading") root.addEventListener("DOMContentLoaded", start);
  else start();
})();
