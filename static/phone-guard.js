"use strict";
/* On every page of a signed-in person: the app for inspectors opens that person's own store, and signing out is refused while
   something of theirs waits on this phone. What waits of somebody else is never wiped. */
(function () {
  const user = document.body.dataset.user;
  if (!user) return;
  let kept;
  try {
    localStorage.setItem("phone-user", user);
    kept = Object.keys(localStorage).filter((key) => key.startsWith("phone-waiting-") && Number(localStorage.getItem(key)));
  } catch (error) {
    return; /* no storage, so nothing can wait in it */
  }
  document.addEventListener("submit", (event) => {
    const form = event.target;
    if (form.dataset.phoneQueue === undefined || form.dataset.cleared) return;
    event.preventDefault();
    event.stopImmediatePropagation();
    kept = Object.keys(localStorage).filter((key) => key.startsWith("phone-waiting-") && Number(localStorage.getItem(key)));
    if (kept.includes(`phone-waiting-${user}`)) {
      location.assign(form.dataset.phoneQueue);
      return;
    }
    const go = () => {
      if (form.dataset.cleared) return;
      form.dataset.cleared = "1";
      form.elements.keep_storage.value = kept.length ? "1" : "";
      localStorage.removeItem("phone-user");
      form.submit();
    };
    const wiping = window.indexedDB ? indexedDB.deleteDatabase(`phone-${user}`) : {};
    wiping.onsuccess = wiping.onerror = go;
    setTimeout(go, 2000);
  }, true);
})();
