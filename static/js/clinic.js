// What a page cannot do by itself. Without JavaScript the browser's own key prints, and the statement says that it may be stale.
document.querySelectorAll("[data-print]").forEach((button) => {
  button.hidden = false;
  button.addEventListener("click", () => window.print());
});
// What Enter records is said in words; the words follow the fields.
document.querySelectorAll("[data-record]").forEach((form) => {
  const said = (name) => {
    const field = form.elements[name];
    return field.tagName === "SELECT" ? field.selectedOptions[0].text : field.value;
  };
  const say = () => {
    form.querySelectorAll("[data-says]").forEach((place) => { place.textContent = said(place.dataset.says); });
    const declined = form.elements.not_given_reason.value !== "";
    form.querySelector("[data-says-given]").hidden = declined;
    form.querySelector("[data-says-not-given]").hidden = !declined;
  };
  form.addEventListener("input", say);
});
// One way to press a key in every browser: Alt and the letter. Without JavaScript the browser's own access keys do it.
(() => {
  const keys = new Map();
  document.querySelectorAll("[accesskey]").forEach((element) => {
    keys.set(element.accessKey, element);
    element.setAttribute("aria-keyshortcuts", `Alt+${element.accessKey.toUpperCase()}`);
    element.removeAttribute("accesskey");
  });
  document.addEventListener("keydown", (event) => {
    if (!event.altKey || event.ctrlKey || event.metaKey || !event.code.startsWith("Key")) return;
    const element = keys.get(event.code[3].toLowerCase());
    if (!element) return;
    event.preventDefault();
    element.focus();
    if (!element.matches("input, select, textarea")) element.click();
  });
})();
