// The keys shown beside buttons, links and fields: Alt and a letter or digit, in every browser. The attribute alone means
// Alt+Shift in one and Control+Option in another; it is taken away here, lest both act, and serves where this does not run.
(() => {
  const keys = new Map();
  document.querySelectorAll("[accesskey]").forEach((element) => {
    const letter = element.getAttribute("accesskey");
    keys.set(letter, element);
    element.removeAttribute("accesskey");
    element.setAttribute("aria-keyshortcuts", `Alt+${letter.toUpperCase()}`);
  });
  document.addEventListener("keydown", (event) => {
    if (!event.altKey || event.ctrlKey || event.metaKey || event.shiftKey || event.repeat) return;
    // With Alt held some keyboards write another sign: then the place of the key counts.
    const letter = /^[a-z0-9]$/i.test(event.key) ? event.key : event.code.replace(/Key|Digit/, "");
    const element = keys.get(letter.toLowerCase());
    if (!element) return;
    event.preventDefault();
    // What opens keeps the focus: the next Tab leads into it.
    element.focus();
    if (!element.matches("input, select, textarea")) element.click();
  });
})();
