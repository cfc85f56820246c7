// Fetches a page with work under way every two seconds and puts its progress in place of the old one; read anew at the end.
"use strict";
(function () {
  const box = document.querySelector("[data-working]");
  if (!box) { return; }
  let failures = 0;
  async function look() {
    try {
      const answer = await fetch(location.href, { credentials: "same-origin" });
      const page = new DOMParser().parseFromString(await answer.text(), "text/html");
      const fresh = page.querySelector("[data-working]");
      if (!answer.ok || !fresh) { location.reload(); return; }
      box.replaceChildren(...fresh.childNodes);
      failures = 0;
    } catch (error) {
      // The network is away: wait longer each time, a minute at most.
      failures += 1;
    }
    setTimeout(look, Math.min(2000 * 2 ** failures, 60000));
  }
  setTimeout(look, 2000);
}());
