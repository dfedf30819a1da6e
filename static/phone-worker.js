"use strict";
/* Serves the shell of the inspectors' app without a network. RELEASE and SHELL stand above, written by the portal. It keeps nothing but
   the shell: no page, no answer, nothing of any person. */
const CACHE = `phone-${RELEASE}`;

self.addEventListener("install", (event) => {
  const whole = caches.open(CACHE).then((cache) => cache.addAll(SHELL.map((url) => new Request(url, { cache: "reload", credentials: "omit" }))));
  event.waitUntil(whole.then(() => self.skipWaiting()));
});
self.addEventListener("activate", (event) => {
  const former = caches.keys().then((names) => Promise.all(names.filter((name) => name.startsWith("phone-") && name !== CACHE).map((name) => caches.delete(name))));
  event.waitUntil(former.then(() => self.clients.claim()));
});
self.addEventListener("fetch", (event) => {
  const url = new URL(event.request.url);
  if (event.request.method !== "GET" || url.origin !== self.location.origin || !SHELL.includes(url.pathname)) return;
  event.respondWith(caches.open(CACHE).then((cache) => cache.match(url.pathname, { ignoreVary: true })).then((kept) => kept || fetch(event.request)));
});
