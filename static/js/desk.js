// A scanner types into whatever has the focus. With an answer on the screen that is a button, and the line end after
// the next card would press it: what is typed outside a text field goes into the box instead. The space bar, which
// people press to scroll, lets nobody pass.
(() => {
  const box = document.querySelector("[data-scan-box]");
  document.addEventListener("keydown", (event) => {
    const target = event.target;
    if (event.key === " " && target.matches("[name=outcome]")) event.preventDefault();
    if (event.ctrlKey || event.altKey || event.metaKey || event.key.length !== 1 || event.key === " ") return;
    if (target.matches("input:not([type=hidden]), textarea, select")) return;
    box.value = "";
    box.focus();
  });
})();
