// Evaluated inside a page, with a button that is about to be tapped: notes when a person sees that the tap was felt, and
// when they see what it did. Times are in milliseconds from the finger's touch until the frame that shows it is painted.
([button, scope, result, patience]) => {
  const box = button.closest(scope);
  const form = button.closest("form") || button;
  const noted = { reaction: null, result: null };
  let done;
  window.__deed = new Promise((resolve, reject) => {
    done = resolve;
    const missing = () => Object.keys(noted).filter((key) => !noted[key]).join(" and ");
    setTimeout(() => reject(new Error(`no ${missing()} within ${patience} ms`)), patience);
  });

  // An answer may put a new copy in the place of the box.
  const place = () => (box.id && document.getElementById(box.id)) || box;
  const words = () => (place().querySelector(result) || { textContent: "" }).textContent.trim();
  const look = () =>
    [...new Set([button, ...form.querySelectorAll("button, input:not([type=hidden])")])]
      .map((element) => {
        const { opacity, backgroundColor, transform, display } = getComputedStyle(element);
        return [element.disabled, element.value, opacity, backgroundColor, transform, display].join();
      })
      .join("|");

  const before = { look: look(), words: words() };
  let touched = 0;
  // A message comes after the frame that is being made has been handed over.
  const painted = (key) => {
    const channel = new MessageChannel();
    channel.port1.onmessage = () => {
      noted[key] = performance.now() - touched;
      if (noted.reaction && noted.result) done(noted);
    };
    channel.port2.postMessage(null);
    noted[key] = 0;
  };
  const frame = () => {
    if (noted.reaction === null && look() !== before.look) painted("reaction");
    if (noted.result === null && words() && words() !== before.words) painted("result");
    if (noted.reaction === null || noted.result === null) requestAnimationFrame(frame);
  };
  document.addEventListener(
    "pointerdown",
    (event) => {
      touched = event.timeStamp;
      requestAnimationFrame(frame);
    },
    { capture: true, once: true },
  );
}
