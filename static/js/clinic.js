// What a page cannot do by itself. Without JavaScript the browser's own key prints, and the statement says that it may be stale.
document.querySelectorAll("[data-print]").forEach((button) => {
  button.hidden = false;
  button.addEventListener("click", () => window.print());
});
// What Enter records is said in words; the words follow the fields.
document.querySelectorAll("[data-record]:has([data-says])").forEach((form) => {
  const said = (name) => {
    const field = form.elements[name];
    return field.tagName === "SELECT" ? field.selectedOptions[0].text : field.value;
  };
  const say = () => {
    form.querySelectorAll("[data-says]").forEach((place) => { place.textContent = said(place.dataset.says); });
    const declined = form.elements.not_given_reason.value !== "";
    const noted = form.querySelector(".screening input[value=yes]:checked, .screening input[value=no]:checked") !== null
      || [...form.querySelectorAll(".vitals input")].some((field) => field.value !== "");
    form.querySelectorAll("[data-says-screening]").forEach((place) => {
      place.textContent = noted ? place.dataset.noted : place.dataset.silent;
      form.querySelector("[data-screened]").textContent = place.textContent;
    });
    const consent = form.querySelector(".consent input:checked");
    form.querySelectorAll("[data-says-consent]").forEach((place) => {
      place.textContent = consent ? consent.parentElement.textContent.trim() : place.dataset.none;
    });
    form.querySelector("[data-says-given]").hidden = declined;
    form.querySelector("[data-says-not-given]").hidden = !declined;
  };
  form.addEventListener("input", say);
});
// Who opens the screening or the reasons by key types there next.
document.querySelectorAll("[data-record] details").forEach((part) => {
  part.addEventListener("toggle", () => {
    if (part.open && document.activeElement === part.querySelector("summary")) part.querySelector("input, select").focus();
  });
});
