/** Asks for the state of the order with growing pauses, and reloads when it is another than the one shown. */
export const LANDING_SCRIPT = `'use strict';
(function () {
  var card = document.querySelector('[data-invoice]');
  if (!card) return;
  var pause = 1500;
  function look() {
    fetch('/pay/status/' + encodeURIComponent(card.dataset.invoice), { cache: 'no-store' })
      .then(function (response) { return response.json(); })
      .then(function (status) {
        if (status.view !== card.dataset.view) location.reload();
      })
      .catch(function () {})
      .then(function () {
        pause = Math.min(pause * 1.2, 15000);
        setTimeout(look, pause);
      });
  }
  setTimeout(look, pause);
})();
`;
