/* Keeps static files (their addresses carry a hash) and the page for being offline. Never a page, a part or a price:
   whatever else is asked for goes to the network as if nothing stood between. */
const KEPT = "portal-{{ version }}";
const OFFLINE = "/offline";

addEventListener("install", (event) => {
  const files = {{ files|tojson }};
  const fresh = new Request(OFFLINE, { cache: "reload" });
  event.waitUntil(caches.open(KEPT).then((kept) => kept.addAll([fresh, ...files])).then(() => skipWaiting()));
});

addEventListener("activate", (event) => {
  const tidy = async () => {
    for (const name of await caches.keys()) if (name !== KEPT) await caches.delete(name);
    // The page is asked for while this worker is still waking up.
    if (registration.navigationPreload) await registration.navigationPreload.enable();
    await clients.claim();
  };
  event.waitUntil(tidy());
});

const fileOf = async (request) => {
  const kept = await caches.open(KEPT);
  const found = await kept.match(request);
  if (found) return found;
  const answer = await fetch(request);
  if (answer.status === 200) await kept.put(request, answer.clone());
  return answer;
};

const pageOf = async (event) => {
  try {
    return (await event.preloadResponse) || (await fetch(event.request));
  } catch (fault) {
    const page = await caches.match(OFFLINE, { ignoreVary: true });
    if (!page) throw fault;
    return page;
  }
};

addEventListener("fetch", (event) => {
  const { request } = event;
  const { origin, pathname } = new URL(request.url);
  if (request.method !== "GET" || origin !== location.origin) return;
  if (pathname.startsWith("/static/")) event.respondWith(fileOf(request));
  else if (request.mode === "navigate") event.respondWith(pageOf(event));
});
