"""The camera as a scanner, with a camera and a reader of codes that are made up."""

from __future__ import annotations

from playwright.sync_api import expect

from e2e.conftest import Visit
from e2e.goods import BUYERS, SYRUP
from e2e.pages.product_list import HomePage

READER = """
window.stopped = 0;
window.BarcodeDetector = class {
  static async getSupportedFormats() { return ["ean_13", "qr_code", "unknown"]; }
  constructor({ formats }) { window.formats = formats; }
  async detect() { return window.code ? [{ rawValue: window.code }] : []; }
};
const canvas = () => Object.assign(document.createElement("canvas"), { width: 64, height: 48 });
Object.defineProperty(navigator, "mediaDevices", { value: { async getUserMedia() {
  if (window.refused) throw new DOMException("no", "NotAllowedError");
  const drawn = canvas();
  drawn.getContext("2d").fillRect(0, 0, 64, 48);
  const stream = drawn.captureStream(10);
  for (const track of stream.getTracks()) {
    const stop = track.stop.bind(track);
    track.stop = () => { window.stopped += 1; stop(); };
  }
  return stream;
} } });
"""


def test_a_code_before_the_camera_opens_its_product(visit: Visit) -> None:
    dealer = visit(BUYERS["ko"])
    dealer.page.add_init_script(READER)
    HomePage(dealer).open()
    dealer.tap(dealer.page.get_by_role("button", name=dealer.word("Scan a barcode")))
    dialog = dealer.page.get_by_role("dialog", name=dealer.word("Scan a barcode"))
    expect(dialog).to_contain_text(dealer.word("Hold the code inside the frame."))
    assert dealer.page.evaluate("window.formats") == ["ean_13", "qr_code"]
    dealer.page.evaluate(f"window.code = {SYRUP.sku!r}")
    dealer.page.wait_for_url(f"**/products/{SYRUP.sku}")


def test_the_camera_is_let_go_and_a_refusal_is_said(visit: Visit) -> None:
    dealer = visit(BUYERS["ko"])
    dealer.page.add_init_script(READER)
    HomePage(dealer).open()
    button = dealer.page.get_by_role("button", name=dealer.word("Scan a barcode"))
    dialog = dealer.page.get_by_role("dialog", name=dealer.word("Scan a barcode"))
    dealer.tap(button)
    dealer.page.wait_for_function("document.querySelector('#scan video').srcObject")
    dealer.tap(dialog.get_by_role("button", name=dealer.word("Close")))
    expect(dialog).to_be_hidden()
    dealer.page.wait_for_function("window.stopped === 1")
    dealer.page.evaluate("window.refused = true")
    dealer.tap(button)
    expect(dialog.locator("[data-said]")).to_have_text(
        dealer.word(
            "The camera is not allowed. You can allow it in the settings of the browser, or type the code."
        )
    )


def test_without_a_reader_there_is_no_button(visit: Visit) -> None:
    dealer = visit(BUYERS["ko"])
    dealer.page.add_init_script("delete window.BarcodeDetector;")
    HomePage(dealer).open()
    expect(dealer.page.locator("[data-scan]")).to_be_hidden()
