// A pile of slips: each row is sent as it is left, moved through by keyboard, and filled by pasting. Without this script the
// form sends all rows at once.
"use strict";
(function () {
  const form = document.querySelector("[data-pile]");
  if (!form) { return; }
  document.querySelectorAll("[data-with-script]").forEach((part) => { part.hidden = false; });
  document.querySelectorAll("[data-without-script]").forEach((part) => { part.hidden = true; });
  const dirty = new Map();
  const sending = new Set();
  const rows = () => [...form.querySelectorAll("[data-row]")];
  const cells = (row) => [...row.querySelectorAll("input:not([type=hidden])")];
  const rowOf = (element) => element.closest("[data-row]");

  function say(row, text) {
    const place = row.querySelector("[data-state]");
    place.textContent = text;
  }

  // What was typed since stays; the row's own answer comes in beside it.
  function put(row, fresh) {
    const isInUse = row.contains(document.activeElement) && document.activeElement.matches("input");
    const isReadOnly = !fresh.querySelector("input:not([type=hidden])");
    if (isInUse && !isReadOnly || dirty.has(row.dataset.row)) {
      row.querySelector("[data-state]").replaceWith(fresh.querySelector("[data-state]"));
      row.querySelector("input[type=hidden]").value = fresh.querySelector("input[type=hidden]")?.value ?? "";
      row.className = fresh.className;
    } else {
      const hadFocus = row.contains(document.activeElement);
      row.replaceWith(fresh);
      if (hadFocus) { begin(fresh); }
    }
    count();
  }

  // The keyboard goes on in the next row that can be typed in.
  function begin(row) {
    const all = rows();
    const next = all.slice(all.indexOf(row)).find((other) => cells(other).length);
    if (next) { cells(next)[0].focus(); }
  }

  function bodyOf(row, act) {
    const data = new URLSearchParams({ fragment: "1", act: act ?? "" });
    data.append("csrfmiddlewaretoken", form.elements.csrfmiddlewaretoken.value);
    row.querySelectorAll("input").forEach((field) => data.append(field.name, field.value));
    return data;
  }

  async function send(row, act) {
    const key = row.dataset.row;
    if (sending.has(key)) { setTimeout(() => send(document.getElementById(`row-${key}`), act), 200); return; }
    const data = bodyOf(row, act);
    dirty.delete(key);
    sending.add(key);
    say(row, form.dataset.sending);
    try {
      const answer = await fetch(form.action, { method: "POST", body: data, credentials: "same-origin" });
      const table = document.createElement("table");
      table.innerHTML = answer.ok && !answer.redirected ? await answer.text() : "";
      const fresh = table.querySelector("tr");
      sending.delete(key);
      if (fresh) { put(row, fresh); } else { dirty.set(key, act); say(row, form.dataset.old); }
    } catch (error) {
      sending.delete(key);
      dirty.set(key, act);
      say(row, form.dataset.unsaved);
      setTimeout(sendAll, 4000);
    }
  }

  function sendAll() {
    for (const [key, act] of [...dirty]) {
      const row = document.getElementById(`row-${key}`);
      if (row && !row.contains(document.activeElement)) { send(row, act); }
    }
  }

  function count() {
    const numbers = [".is-recorded", ".is-faulty", ".is-tray"].map((kind) => form.querySelectorAll(kind).length);
    let place = 0;
    document.querySelectorAll("[data-counts]").forEach((line) => {
      const walker = document.createTreeWalker(line, NodeFilter.SHOW_TEXT);
      while (walker.nextNode()) {
        walker.currentNode.data = walker.currentNode.data.replace(/\d+/g, () => numbers[place++]);
      }
    });
  }

  function move(field, step) {
    const all = rows();
    const column = cells(rowOf(field)).indexOf(field);
    for (let place = all.indexOf(rowOf(field)) + step; all[place]; place += step) {
      const target = cells(all[place])[step > 0 && field.dataset.enter ? 0 : column];
      if (target) { target.focus(); target.select(); return; }
    }
    field.blur();
  }

  function set(field, text) {
    field.value = text;
    dirty.set(rowOf(field).dataset.row, "");
  }

  // Kept while somebody types, too, and as the page goes: the answer of the last one nobody hears.
  const pauses = new Map();
  form.addEventListener("input", (event) => {
    const row = rowOf(event.target);
    if (!row) { return; }
    dirty.set(row.dataset.row, "");
    clearTimeout(pauses.get(row.dataset.row));
    pauses.set(row.dataset.row, setTimeout(() => { if (dirty.has(row.dataset.row)) { send(row, ""); } }, 2000));
  });
  document.addEventListener("visibilitychange", () => {
    if (document.visibilityState !== "hidden") { return; }
    dirty.forEach((act, key) => {
      const row = document.getElementById(`row-${key}`);
      fetch(form.action, { method: "POST", body: bodyOf(row, act), credentials: "same-origin", keepalive: true }).catch(() => {});
    });
  });
  form.addEventListener("focusout", (event) => {
    const row = rowOf(event.target);
    if (row && !row.contains(event.relatedTarget) && dirty.has(row.dataset.row)) { send(row, dirty.get(row.dataset.row)); }
  });
  form.addEventListener("keydown", (event) => {
    const field = event.target;
    if (!field.matches("[data-row] input")) { return; }
    if (event.key === "Enter" || event.key === "ArrowDown" || event.key === "ArrowUp") {
      event.preventDefault();
      // Enter begins the next slip, the arrows stay in their column.
      if (event.key === "Enter") {
        field.dataset.enter = "1";
        const row = rowOf(field);
        if (cells(row).some((cell) => cell.value)) { dirty.set(row.dataset.row, `${row.dataset.row}-enter`); }
      } else {
        delete field.dataset.enter;
      }
      move(field, event.key === "ArrowUp" ? -1 : 1);
    } else if (event.ctrlKey && event.key.toLowerCase() === "d") {
      event.preventDefault();
      const above = rows()[rows().indexOf(rowOf(field)) - 1];
      const place = [...rowOf(field).children].indexOf(field.closest("td"));
      const cell = above && above.children[place];
      if (cell) { set(field, (cell.querySelector("input") ?? { value: cell.textContent.trim() }).value); }
    }
  });
  form.addEventListener("paste", (event) => {
    const field = event.target;
    const text = event.clipboardData.getData("text/plain").replace(/\r/g, "").replace(/\n+$/, "");
    if (!field.matches("[data-row] input") || !/[\t\n]/.test(text)) { return; }
    event.preventDefault();
    const column = cells(rowOf(field)).indexOf(field);
    const open = rows().slice(rows().indexOf(rowOf(field))).filter((row) => cells(row).length);
    const notice = form.querySelector("[data-said]");
    notice.hidden = text.split("\n").length <= open.length;
    notice.textContent = notice.hidden ? "" : form.dataset.room;
    if (!notice.hidden) { return; }
    text.split("\n").forEach((line, place) => {
      line.split("\t").forEach((part, right) => {
        const target = cells(open[place])[column + right];
        if (target) { set(target, part.trim()); }
      });
    });
    sendAll();
  });
  form.addEventListener("click", (event) => {
    const button = event.target.closest("[data-row] button[name=act]");
    if (!button) { return; }
    event.preventDefault();
    send(rowOf(button), button.value);
  });
  if (document.activeElement === document.body && rows().length) { begin(rows()[0]); }
  window.addEventListener("online", sendAll);
  window.addEventListener("beforeunload", (event) => {
    if (dirty.size || sending.size) { event.preventDefault(); }
  });
}());
