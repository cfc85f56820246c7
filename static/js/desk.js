// A scanner types into whatever has the focus. With an answer on the screen that is a button, and the line end after
// the next card would press it: what is typed outside a text field goes into the box instead. The space bar, which
// people press to scroll, lets nobody pass.
(() => {
  const box = document.querySelector("[data-scan-box]");
  // What could not be read stays to be looked at; the next scan takes its place.
  if (box && box.value) box.select();
  document.addEventListener("keydown", (event) => {
    const target = event.target;
    if (event.key === " " && target.matches("[name=outcome]")) event.preventDefault();
    if (!box || event.ctrlKey || event.altKey || event.metaKey || event.key.length !== 1 || event.key === " ") return;
    if (target.matches("input:not([type=hidden], [type=radio], [type=checkbox]), textarea")) return;
    // A letter chooses in a list; no choice begins with a digit, and most scans do.
    if (target.matches("select") && !/[0-9]/.test(event.key)) return;
    box.value = "";
    box.focus();
  });
})();
// On a phone the camera reads codes where the browser itself can; elsewhere the button stays hidden.
(() => {
  const button = document.querySelector("[data-camera]");
  if (!button || !("BarcodeDetector" in window) || !navigator.mediaDevices) return;
  const view = document.querySelector("[data-camera-view]");
  const video = view.querySelector("video");
  const refused = document.querySelector("[data-camera-refused]");
  const box = document.querySelector("[data-scan-box]");
  let stream = null;
  const stop = () => {
    if (stream) stream.getTracks().forEach((track) => track.stop());
    stream = null;
    view.hidden = true;
    button.hidden = false;
    box.focus();
  };
  const look = async (detector) => {
    if (!stream) return;
    const found = await detector.detect(video).catch(() => []);
    if (!stream) return;
    if (found.length) {
      box.value = found[0].rawValue;
      stop();
      // As the button beside the box would: its address and the form's other fields count.
      box.form.requestSubmit();
      return;
    }
    setTimeout(() => look(detector), 150);
  };
  const start = async () => {
    try {
      stream = await navigator.mediaDevices.getUserMedia({ video: { facingMode: "environment" } });
    } catch {
      refused.hidden = false;
      box.focus();
      return;
    }
    refused.hidden = true;
    video.srcObject = stream;
    view.hidden = false;
    button.hidden = true;
    await video.play();
    look(new window.BarcodeDetector({ formats: ["qr_code", "pdf417", "code_128"] }));
  };
  view.querySelector("[data-camera-stop]").addEventListener("click", stop);
  button.addEventListener("click", start);
  window.BarcodeDetector.getSupportedFormats().then((formats) => {
    button.hidden = !formats.includes("qr_code");
  });
})();
