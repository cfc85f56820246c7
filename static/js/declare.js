// A public form on a bad signal: keeps what is typed on this phone, and sends it again when the signal is back.
// Everything else the page does by itself; nothing is lost without this file.
(() => {
  const STORES = { "/declare/": "vaxreg-declaration", "/register/": "vaxreg-registration" };
  const STORE = STORES[location.pathname], KEEP_MS = 24 * 3600 * 1000, RETRY_MS = 15000, PATIENCE_MS = 30000;
  const form = document.querySelector("form[data-declare]"), signal = document.getElementById("signal");
  const kept = document.getElementById("kept");
  if (!form) return;
  // Changing what was sent is not kept: only what is typed on this page is sent.
  const isNew = Boolean(STORE);

  const forget = () => { try { localStorage.removeItem(STORE); } catch { /* no store, nothing kept */ } };
  const read = () => {
    try {
      const found = JSON.parse(localStorage.getItem(STORE));
      if (found && Date.now() - found.at < KEEP_MS) return found;
      forget();
    } catch { /* a store that is closed or broken is an empty one */ }
    return null;
  };
  const entries = (act) => {
    const sent = [...new FormData(form)].filter(([name]) => name !== "csrfmiddlewaretoken" && name !== "do");
    return act ? [...sent, ["do", act]] : sent;
  };
  const keep = (isWaiting) => {
    if (!isNew) return;
    try {
      localStorage.setItem(STORE, JSON.stringify({ at: Date.now(), entries: entries(), isWaiting }));
    } catch { /* a full or closed store: the page itself still holds everything */ }
  };
  const say = (word) => { signal.hidden = !word; signal.textContent = word ? signal.dataset[word] : ""; };
  const token = () => form.querySelector("[name=csrfmiddlewaretoken]").value;

  let isBusy = false, waiting = null;
  const later = (act, why = "waiting") => { waiting = act; say(why); };

  // To the browser's own sending, which shows whatever page comes back.
  const post = (list) => {
    const copy = document.createElement("form");
    copy.method = "post";
    for (const [name, value] of [...list, ["csrfmiddlewaretoken", token()]]) {
      const field = Object.assign(document.createElement("input"), { type: "hidden", name, value });
      copy.append(field);
    }
    document.body.append(copy);
    copy.submit();
  };

  // The last step is sent from here, for a lost connection must not replace the page. Sent twice it counts once:
  // the form's key sees to that.
  const send = async (list) => {
    if (isBusy) return;
    isBusy = true;
    say("sending");
    const patience = new AbortController(), timer = setTimeout(() => patience.abort(), PATIENCE_MS);
    try {
      const body = new URLSearchParams([...list, ["csrfmiddlewaretoken", token()]]);
      const answer = await fetch(location.pathname, { method: "POST", body, signal: patience.signal });
      // A site that is down or has too much to do says nothing about the answers: they wait as without a signal.
      if (answer.status >= 500 || answer.status === 429) {
        keep(true);
        later("send", "busy");
        return;
      }
      waiting = null;
      if (answer.redirected) {
        forget();
        location.assign(answer.url);
        return;
      }
      post(list);
    } catch {
      keep(true);
      later("send");
    } finally {
      clearTimeout(timer);
      isBusy = false;
    }
  };

  const go = (act) => {
    if (act === "send") return send(entries("send"));
    if (navigator.onLine) return post(entries(act));
    later(act);
  };

  form.addEventListener("input", () => keep(false));
  form.addEventListener("change", () => keep(false));
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    keep(false);
    go((event.submitter && event.submitter.value) || "send");
  });
  const retry = () => {
    if (waiting) return go(waiting);
    const found = isNew && kept && read();
    if (found && found.isWaiting) send([...found.entries, ["do", "send"]]);
  };
  addEventListener("online", retry);
  setInterval(() => waiting && retry(), RETRY_MS);

  document.querySelectorAll("[data-forget]").forEach((button) => button.addEventListener("click", () => {
    forget();
    if (kept) kept.hidden = true;
  }));
  if (kept && read()) {
    kept.hidden = false;
    kept.querySelector("[data-resume]").addEventListener("click", () => post([...read().entries, ["do", "keep"]]));
    retry();
  }
})();
