/* Counts down to the cutoff. The server said how many seconds were left; the phone's clock is never asked what time it is, only
   how long ago that was. When the time is up, the server is asked for the new text. */
(() => {
  "use strict";

  const TICK_MILLISECONDS = 1000;
  const AWAY_MILLISECONDS = 60_000;
  /* Everybody's time is up at once: they do not all ask in the same second. */
  const SPREAD_MILLISECONDS = 4000;
  const AGAIN_MILLISECONDS = 30_000;

  /* When the text of each note began to hold, on the clock that only runs forward. */
  const since = new WeakMap();
  const asked = new WeakSet();

  const [arrival] = performance.getEntriesByType("navigation");
  let first = true;

  const began = (note) => {
    if (!since.has(note)) since.set(note, first && arrival ? arrival.responseStart : performance.now());
    return since.get(note);
  };

  const ask = (note) => {
    if (asked.has(note)) return;
    asked.add(note);
    // No answer: ask again, until there is one.
    setTimeout(() => asked.delete(note), AGAIN_MILLISECONDS);
    setTimeout(() => note.isConnected && window.htmx && window.htmx.trigger(note, "cutoff"), Math.random() * SPREAD_MILLISECONDS);
  };

  const words = (note, seconds) => {
    const minutes = Math.floor(seconds / 60);
    if (minutes < 1) return note.dataset.moment;
    const pattern = minutes < 60 ? note.dataset.minutes : note.dataset.hours;
    return pattern.replace("{h}", Math.floor(minutes / 60)).replace("{m}", minutes % 60);
  };

  const tick = () => {
    for (const note of document.querySelectorAll("[data-countdown]")) {
      const seconds = Number(note.dataset.countdown) - (performance.now() - began(note)) / 1000;
      const text = words(note, seconds);
      const left = note.querySelector("[data-left]");
      if (left.textContent !== text) left.textContent = text;
      if (seconds <= 0) ask(note);
    }
    first = false;
  };

  /* A phone that slept may have stopped its own count: what it shows is not trusted. Either clock may say that it slept. */
  const clocks = () => [performance.now(), Date.now()];
  let left = clocks();
  document.addEventListener("visibilitychange", () => {
    const away = clocks().some((now, index) => Math.abs(now - left[index]) > AWAY_MILLISECONDS);
    if (document.hidden) left = clocks();
    else if (away) document.querySelectorAll("[data-countdown]").forEach(ask);
  });

  document.addEventListener("DOMContentLoaded", tick);
  setInterval(tick, TICK_MILLISECONDS);
})();
