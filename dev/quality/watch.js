// Put into every page before its own scripts: notes what web.dev calls the vitals, and what kept the processor busy.
(() => {
  if (window !== top) return;
  const noted = (window.__quality = { lcp: 0, cls: 0, inp: 0, blocked: 0, refused: [] });
  const all = { reportAllChanges: true };
  webVitals.onLCP((metric) => { noted.lcp = metric.value; }, all);
  webVitals.onCLS((metric) => { noted.cls = metric.value; }, all);
  webVitals.onINP((metric) => { noted.inp = metric.value; }, { ...all, durationThreshold: 16 });
  // What of a task is beyond 50 ms a tap would have had to wait for.
  new PerformanceObserver((list) => {
    for (const task of list.getEntries()) noted.blocked += Math.max(0, task.duration - 50);
  }).observe({ type: "longtask", buffered: true });
  document.addEventListener("securitypolicyviolation", (event) => {
    noted.refused.push(`${event.violatedDirective} ${event.blockedURI}`);
  });
})();
